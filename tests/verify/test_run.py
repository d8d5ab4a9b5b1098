"""Worker processes: what breaks in one costs that trial alone, and none outlives its parent."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from dlfaq.verify import run
from dlfaq.verify.plan import Trial
from dlfaq.verify.run import PoolRunner


def trouble(how, level=1.0):
    return Trial("trouble", (("how", how), ("level", level)), 0, 8)


def test_without_work_no_process_is_started(toy):
    """So that a verification whose trials are all known never loads torch."""
    with PoolRunner(toy, jobs=2) as runner:
        assert list(runner.run([])) == []
        assert runner._pool is None


def test_a_trial_that_breaks_costs_itself_alone(toy):
    """A crash, a hang, a NaN, an exit: each is named, and the sound trials finish."""
    broken = {
        "abort": "its process ended: killed by SIGABRT",
        "hang": "it did not finish within 2 s",
        "nan": "'value' is nan for replicate 3 and for 4 other replicates",
        "leave": "SystemExit: 3",
    }
    trials = []
    for number, how in enumerate(broken):
        trials += [trouble("none", float(number)), trouble(how)]
    trials.append(trouble("none", 9.0))
    with PoolRunner(toy, jobs=2, time_limit=2) as runner:
        results = {result.trial: result for result in runner.run(trials)}

    assert set(results) == set(trials)
    for trial, result in results.items():
        how, level = dict(trial.parameters)["how"], dict(trial.parameters)["level"]
        if how == "none":
            assert (result.measurements["value"] == level).all()
        else:
            assert result.error.startswith(broken[how])
            assert result.measurements == {}


@pytest.mark.parametrize(
    ("how", "cause"),
    [
        ("interrupt", "KeyboardInterrupt"),
        ("exit", "its process ended: exit code 5"),
        ("crash", "its process ended: killed by SIGSEGV"),
        ("stubborn", "it did not finish within 2 s"),
        ("lock", "it did not finish within 2 s"),
        ("print", "TooMuchOutput: it printed more than 1,048,576 characters"),
        ("flood", ""),
        ("silent", "Silent: it has no message"),
        ("text", "'value' is not a tensor of numbers"),
        ("complex", "'value' is complex"),
        ("huge", "'value' is 1e+308"),
    ],
)
def test_what_a_simulation_does_to_its_process_costs_itself_alone(toy, how, cause, capfd):
    """The trials before and after it finish, and the cause is named."""
    trials = [trouble("none", 1.0), trouble(how), trouble("none", 2.0)]
    with PoolRunner(toy, jobs=1, time_limit=2) as runner:
        results = {result.trial: result for result in runner.run(trials)}

    assert [bool(results[trial].error) for trial in trials] == [False, bool(cause), False]
    assert results[trials[1]].error.startswith(cause)
    assert len(capfd.readouterr().err) < 2**20 + 10_000


def test_a_simulation_that_forks_is_one_trial_all_the_same(toy):
    """The copy of the worker ends with the trial, and answers nothing."""
    trials = [trouble("none"), trouble("fork"), trouble("none", 2.0), trouble("none", 3.0)]
    with PoolRunner(toy, jobs=1, time_limit=10) as runner:
        results = list(runner.run(trials))

    assert sorted(map(str, [result.trial for result in results])) == sorted(map(str, trials))
    assert [result.error for result in results] == [""] * 4


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits what a process takes")
def test_memory_is_limited(toy):
    """An allocation beyond the limit fails, instead of the machine."""
    (toy / "sims" / "trouble.py").write_text(
        (toy / "sims" / "trouble.py").read_text("utf-8").replace("2**40", "2**28"), "utf-8"
    )
    with PoolRunner(toy, jobs=1, memory=2**29) as runner:
        results = list(runner.run([trouble("memory"), trouble("eat"), trouble("none")]))

    errors = {dict(result.trial.parameters)["how"]: result.error for result in results}
    assert "allocate" in errors["memory"]
    assert "allocate" in errors["eat"]
    assert not errors["none"]


def test_a_pool_is_no_larger_than_its_work_and_grows_with_it(toy):
    """And stays warm in between."""
    with PoolRunner(toy, jobs=2) as runner:
        list(runner.run([trouble("none")]))
        one = runner._pool
        list(runner.run([trouble("none", 2.0)]))
        assert runner._pool is one
        assert runner.workers == 1
        list(runner.run([trouble("none", 3.0), trouble("none", 4.0), trouble("none", 5.0)]))
        assert runner.workers == 2


def test_closing_is_silent_while_one_worker_starts_and_another_is_stubborn(
    toy, capfd, monkeypatch, tmp_path
):
    """The one that starts must not miss its locks while the other is waited for."""
    (tmp_path / "sitecustomize.py").write_text("import time; time.sleep(1)", "utf-8")

    def slow_from_now_on(_):
        monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)

    with PoolRunner(toy, jobs=2) as runner:
        trials = [trouble("stubborn"), trouble("abort"), trouble("none")]
        assert "SIGABRT" in next(runner.run(trials, slow_from_now_on)).error
        time.sleep(0.2)  # its process is being replaced now

    assert "Traceback" not in capfd.readouterr().err


def test_a_pool_that_cannot_start_is_given_up(toy, monkeypatch):
    """After a second try every trial is said to be lost, rather than waited for."""
    monkeypatch.setattr(
        run, "prepare", os._exit
    )  # called with two arguments, it fails in every worker
    with PoolRunner(toy, jobs=2) as runner:
        results = list(runner.run([trouble("none"), trouble("nan"), trouble("none", 2.0)]))

    assert [result.error for result in results] == [
        "the worker processes ended before it was done, twice"
    ] * 3


MAIN = """
import sys
from pathlib import Path
from dlfaq.verify.plan import Trial
from dlfaq.verify.run import PoolRunner

def trouble(how):
    return Trial("trouble", (("how", how), ("level", 1.0)), 0, 8)

if __name__ == "__main__":
    with PoolRunner(Path(sys.argv[1]), jobs=2) as runner:
        trials = [trouble("none"), trouble("hang"), trouble("hang")]
        for result in runner.run(trials[:1]):
            print("finished", flush=True)
        for result in runner.run(trials[1:]):
            print("never", flush=True)
"""


@pytest.fixture
def hanging(toy, tmp_path):
    """A process with two workers that hang after they wrote their number into `workers`."""
    (tmp_path / "workers").mkdir()
    path = toy / "sims" / "trouble.py"
    text = path.read_text("utf-8")
    mark = f'open("{tmp_path}/workers/" + str(os.getpid()), "w").close()'
    path.write_text(
        text.replace('    if how == "hang":\n', f'    if how == "hang":\n        {mark}\n'), "utf-8"
    )
    main = tmp_path / "main.py"
    main.write_text(MAIN, "utf-8")
    process = subprocess.Popen(
        [sys.executable, main, toy], stdout=-1, stderr=-1, text=True, start_new_session=True
    )
    assert process.stdout.readline() == "finished\n"
    wait_for(lambda: len(workers(tmp_path)) == 2)
    yield process
    with suppress(ProcessLookupError):
        os.killpg(
            process.pid, signal.SIGKILL
        )  # workers that did not follow would hold the pipes open
    process.communicate()


def workers(folder):
    return [int(path.name) for path in (folder / "workers").iterdir()]


def alive(number):
    """Whether a process runs: one that only waits to be buried does not."""
    try:
        return "State:\tZ" not in Path(f"/proc/{number}/status").read_text("utf-8")
    except OSError:
        return False


def wait_for(true, seconds=20.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


linux_only = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="it looks processes up in /proc"
)


@linux_only
def test_workers_follow_a_parent_that_was_killed(hanging, tmp_path):
    """Also if they hang: nothing is left running."""
    hanging.send_signal(signal.SIGKILL)
    wait_for(lambda: not any(alive(number) for number in workers(tmp_path)), seconds=5)


@linux_only
@pytest.mark.parametrize("how", ["lock", "stubborn"])
def test_not_even_a_worker_in_which_python_stands_still_outlives_its_parent(toy, tmp_path, how):
    """The kernel ends it; and so it ends what a simulation has forked."""
    path = toy / "sims" / "trouble.py"
    text = path.read_text("utf-8").replace(
        '    if how == "stubborn":\n',
        f'    if how in {{"lock", "stubborn"}}:\n        os.fork()\n'
        f'        open("{tmp_path}/workers/" + str(os.getpid()), "w").close()\n'
        '    if how == "stubborn":\n',
    )
    path.write_text(text, "utf-8")
    (tmp_path / "workers").mkdir()
    main = tmp_path / "main.py"
    main.write_text(MAIN.replace("hang", how), "utf-8")
    process = subprocess.Popen([sys.executable, main, toy], stdout=-1, stderr=-1, text=True)
    wait_for(lambda: len(workers(tmp_path)) == 4)
    process.kill()
    wait_for(lambda: not any(alive(number) for number in workers(tmp_path)), seconds=5)
    process.communicate()


def programs():
    """The programs that the toy starts, by number."""
    return [
        int(path.parent.name)
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if b"600.125" in _content(path) and b"sh" not in _content(path).split(b"\0")[0]
    ]


def _content(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""


@linux_only
def test_programs_that_a_simulation_started_end_with_its_trial(toy):
    """Those that it waits for, and those that it left to themselves."""
    with PoolRunner(toy, jobs=1, time_limit=2) as runner:
        (result,) = runner.run([trouble("program")])
    assert result.error == "it did not finish within 2 s"
    wait_for(lambda: not programs(), seconds=5)


@linux_only
def test_programs_that_a_simulation_started_end_with_the_parent(toy, tmp_path):
    """Whatever ends it."""
    main = tmp_path / "main.py"
    main.write_text(MAIN.replace("hang", "program"), "utf-8")
    process = subprocess.Popen([sys.executable, main, toy], stdout=-1, stderr=-1, text=True)
    wait_for(lambda: len(programs()) == 4)
    process.kill()
    wait_for(lambda: not programs(), seconds=5)
    process.communicate()


@linux_only
def test_an_interrupt_stops_everything_at_once(hanging, tmp_path):
    """Control-C does not wait for trials."""
    start = time.monotonic()
    os.killpg(hanging.pid, signal.SIGINT)
    _, errors = hanging.communicate(timeout=20)

    assert time.monotonic() - start < 5
    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert not any(alive(number) for number in workers(tmp_path))
