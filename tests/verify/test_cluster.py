"""A cluster: the verdicts of home, whatever happens to workers and scheduler."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.verify.toys import pick

from dlfaq.errors import Problems
from dlfaq.evidence.file import to_json
from dlfaq.verify import cluster, remote
from dlfaq.verify.cluster import ClusterRunner
from dlfaq.verify.parcel import pack
from dlfaq.verify.plan import Trial
from dlfaq.verify.run import PoolRunner
from dlfaq.verify.session import local, make_evidence, verify_claims
from dlfaq.verify.worker import measure

pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("ignore")  # Dask's own


def dial(centre, points=1):
    """A trial of the toy's dial."""
    given = {"centre": centre, "growth": 1.0, "points": points, "spread": 1.0}
    return Trial("dial", tuple(sorted(given.items())), 0, 8)


def trouble(how, level=1.0):
    return Trial("trouble", (("how", how), ("level", level)), 0, 8)


def started(*words):
    """A Dask process of its own, once it says where it is."""
    command = [sys.executable, "-m", "dask", *words]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if found := re.search(r"(?:Scheduler at|Registered to): *(tcp://\S+)", line):
            return process, found[1]
    raise AssertionError(process.wait())


@pytest.fixture(scope="module")
def address():
    """A scheduler with two workers, shared by the tests that leave it as it was."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as here:
        yield here.scheduler_address


def test_a_parcel_is_unpacked_to_the_same_source(toy, tmp_path):
    """The hash on the worker is the hash at home, and the numbers are too."""
    trial = dial(2.0)
    root = pack(toy, trial).unpack(tmp_path / "there")

    here, there = measure(toy, trial), measure(root, trial)

    assert [path.name for path in root.rglob("*.py")] == ["dial.py"]
    assert here[2] == there[2]
    assert (here[0]["value"] == there[0]["value"]).all()


def test_evidence_is_that_of_home_byte_for_byte(faq, address):
    """Including what breaks: it is named in the same words."""
    claims = pick(faq, "verdicts", "at-three", "curve", "share", "arms")

    def ruled(runner):
        rulings = verify_claims(faq, claims, runner)
        return rulings, to_json(make_evidence(faq.root, claims[0][0], rulings))

    at_home, expected = ruled(local(2))
    away, found = ruled(lambda root: ClusterRunner(root, address))

    assert [ruling.verdict for ruling in away] == [ruling.verdict for ruling in at_home]
    assert found == expected


def test_a_trial_that_breaks_costs_itself_alone(toy, address):
    """A crash and a hang end the trial's own process, not the worker."""
    trials = [trouble("abort"), trouble("none"), trouble("hang"), trouble("nan"), trouble("leave")]
    with PoolRunner(toy, jobs=2, time_limit=2) as home:
        expected = {result.trial: result.error for result in home.run(trials)}
    with ClusterRunner(toy, address, time_limit=2) as runner:
        found = {result.trial: result.error for result in runner.run(trials)}
        assert runner.workers == 2

    assert found == expected
    assert len(set(found.values())) == len(trials)


def test_a_killed_worker_costs_a_retry(toy):
    """Its trials run again on another, and none is lost."""
    trials = [dial(float(centre)) for centre in range(40)]
    with ClusterRunner(toy, "local", jobs=2) as runner:
        results = []
        for result in runner.run(trials):
            results.append(result)
            if len(results) in {5, 20}:
                pids = list(runner._client.run(os.getpid, on_error="ignore").values())
                os.kill(pids[0], signal.SIGKILL)

    assert {result.trial for result in results} == set(trials)
    assert not any(result.error for result in results)


@pytest.mark.parametrize(
    ("lost", "expected"), [(4, ""), (5, "the workers that ran it ended, one by one")]
)
def test_a_result_that_went_with_its_worker_is_asked_for_again(
    toy, address, monkeypatch, lost, expected
):
    """Dask may wait for ever for a result whose worker ended while it was fetched."""
    from distributed import Future

    fetch, asked = Future.result, []

    def result(self, timeout=None):
        asked.append(self.key)
        if len(asked) <= lost:
            raise TimeoutError
        return fetch(self, timeout)

    monkeypatch.setattr(Future, "result", result)
    with ClusterRunner(toy, address) as runner:
        [found] = runner.run([dial(1.0)])

    assert found.error == expected
    assert len(set(asked)) == 5


def test_without_its_scheduler_a_run_ends_with_what_it_has(toy, monkeypatch):
    """One message, and no waiting for ever."""
    monkeypatch.setattr(cluster, "PATIENCE", 5.0)
    found = []
    scheduler, address = started("scheduler", "--port", "0", "--no-dashboard")
    worker, _ = started("worker", address, "--nthreads", "1", "--no-dashboard")
    try:
        with ClusterRunner(toy, address) as runner:
            running = runner.run([dial(float(centre)) for centre in range(5000)])
            found.append(next(running))
            scheduler.kill()
            with pytest.raises(Problems, match=r"the scheduler at 'tcp://.*' went away"):
                found.extend(running)
    finally:
        for process in (scheduler, worker):
            process.kill()
            process.communicate()


def test_no_more_trials_are_underway_than_the_cluster_has_room_for(toy, address, monkeypatch):
    """However often nothing has finished yet when it looks."""
    monkeypatch.setattr(cluster, "HEARTBEAT", 0.001)
    trials = [dial(float(centre)) for centre in range(60)]
    underway, most = set(), 0
    with ClusterRunner(toy, address) as runner:
        for result in runner.run(trials, underway.add):
            most = max(most, len(underway))
            underway.remove(result.trial)

    assert not underway
    assert most <= cluster.AHEAD * 2


def test_nobody_at_the_address(toy, monkeypatch):
    """The message says what to start."""
    monkeypatch.setattr(cluster, "PATIENCE", 1.0)
    with (
        ClusterRunner(toy, "tcp://127.0.0.1:9") as runner,
        pytest.raises(Problems, match=r"no Dask scheduler answers at 'tcp://127.0.0.1:9'"),
    ):
        list(runner.run([dial(1.0)]))


def test_other_versions_are_named_before_anything_runs(toy, address, monkeypatch):
    """One message with both versions, since their numbers would not be comparable."""
    monkeypatch.setattr(cluster, "installed", lambda: remote.installed() | {"torch": "1.0.0"})
    with (
        ClusterRunner(toy, address) as runner,
        pytest.raises(Problems, match=r"2 of 2 workers .* torch [\d.]+ instead of 1.0.0"),
    ):
        list(runner.run([dial(1.0)]))


def test_nothing_to_do_needs_no_cluster(toy):
    """Nothing is connected to when every claim is known."""
    with ClusterRunner(toy, "tcp://127.0.0.1:9") as runner:
        assert list(runner.run([])) == []


def test_a_worker_is_left_without_our_processes(toy, address):
    """What we started there ends with us."""
    import psutil
    from distributed import Client

    def children():
        with Client(address, set_as_default=False) as client:
            pids = client.run(os.getpid).values()
        return [child for pid in pids for child in psutil.Process(pid).children(recursive=True)]

    before = len(children())
    with ClusterRunner(toy, address) as runner:
        list(runner.run([dial(1.0), dial(2.0)]))
        assert len(children()) > before
    assert len(children()) == before
    assert not list(Path().glob("dlfaq-*"))
