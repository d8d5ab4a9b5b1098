"""Stopped scripts: what one mistake costs; and the script of the answer, killed and started."""

import os
import shutil
import signal
import subprocess
import sys
from functools import cache
from textwrap import indent

import pytest
import torch
from sims.checkpoints.resume_training import Script, resume_training
from tests.sims.printed import answers, defined, part_code
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

from dlfaq.sim import Replicates

MISTAKES = ["optimizer", "scheduler", "buffers", "ema", "scaler", "random numbers", "place"]


def sim(**given):
    return resume_training(Replicates("resume_training", range(2)), **given)


def test_the_script_is_the_loop_that_everybody_writes():
    """Two nested `for`, over epochs and over the loader."""
    with torch.random.fork_rng(devices=[]):
        script = Script(5, "cosine")
        script.train(50)
        plain = Script(5, "cosine")
        net, optimizer, scheduler, ema, scaler = plain.parts.values()
        for _ in range(2):
            for x, y in plain.loader:
                optimizer.zero_grad()
                with torch.autocast("cpu", torch.float16):
                    loss = F.cross_entropy(net(x), y)
                scaler.scale(loss).backward()
                scaler.step(optimizer)
                scaler.update()
                scheduler.step()
                ema.update_parameters(net)

    for name in ("net", "ema"):
        ours, theirs = script.parts[name].state_dict(), plain.parts[name].state_dict()
        assert all(torch.equal(ours[key], theirs[key]) for key in theirs)
    assert script.rates[-1] == pytest.approx(0.01 * (1 + torch.pi / 100) / 2, rel=1e-3)


@pytest.mark.parametrize("stop", [1, 15, 25, 49])
def test_where_it_stops_does_not_matter(stop):
    """In the middle of an epoch, between two, one batch before the end: bit for bit."""
    measured = sim(stop=stop)

    assert (measured["exact"] == 1).all()
    assert all((measured[name] == 0).all() for name in ("weights", "outputs", "average"))
    assert (measured["rate"] == 1).all()


@pytest.mark.parametrize("mistake", MISTAKES)
def test_every_mistake_is_another_run(mistake):
    """Each alone is enough; two of them leave the weights alone, since training reads neither."""
    measured = sim(mistake=mistake)

    assert (measured["exact"] == 0).all()
    assert (measured["weights"] == 0).all() == (mistake in ("buffers", "ema"))
    assert (measured["outputs"] == 0).all() == (mistake == "ema")
    assert (measured["average"] > 0).all()


def test_the_rate_of_a_schedule_without_its_optimizer():
    """PyTorch's cosine is a recursion from the rate in the optimizer: what was lost stays lost."""
    twice = torch.full((2,), 2.0, dtype=torch.float64)
    lost = sim(mistake="optimizer", stop=50)
    torch.testing.assert_close(lost["rate"], twice)
    torch.testing.assert_close(lost["later"], twice)

    late = sim(mistake="scheduler built late", schedule="inverse-sqrt", stop=60)
    torch.testing.assert_close(late["rate"], twice)
    torch.testing.assert_close(late["later"], twice / 2)


def test_the_second_program_has_another_rate_and_length():
    """What is not loaded shows them: the rate doubles, or the cosine is as long again."""
    rate = sim(factor=2, mistake="optimizer", stop=50)["rate"]
    torch.testing.assert_close(rate, torch.full((2,), 4.0, dtype=torch.float64))
    without = [sim(factor=factor, mistake="scheduler")["later"] for factor in (1, 2)]
    assert (without[0] != without[1]).all()
    assert (sim(factor=2)["exact"] == 1).all()


class Drawn(Dataset):
    """Inputs that are drawn anew whenever they are read; the rows read, in this process."""

    def __init__(self):
        self.rows = []

    def __len__(self):
        return 32

    def __getitem__(self, row):
        self.rows.append(row)
        return row + torch.rand(4), row % 3


class Killed(BaseException):
    """The end of a program, whatever it does."""


@cache
def printed():
    """The answer's code: the script, the lines that its test adds, `same` and `read`, step 5."""
    script, test, other_order = [
        step.code for step in answers()["checkpoint-and-resume"].do if step.code
    ]
    imports, added, *functions = test.split("\n\n")
    return script, f"{imports}\n{added}", "\n\n".join(functions), other_order


def run(seed, workers, batches, changes=(), epochs=3, every=2, **options):
    """The answer's script in new objects, killed at a batch; what it defined."""
    torch.manual_seed(seed)
    layers = nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 3)
    model = nn.Sequential(*layers)
    optimizer = torch.optim.AdamW(model.parameters(), 0.01)
    left = iter(range(batches))

    def loss_fn(outputs, y):
        if next(left, None) is None:
            raise Killed
        return F.cross_entropy(outputs, y)

    names = {
        "loader": DataLoader(Drawn(), 4, shuffle=True, num_workers=workers, **options),
        "loss_fn": loss_fn,
        "model": model,
        "optimizer": optimizer,
        "scheduler": torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 24),
        "torch": torch,
    }
    script, _, functions, _ = printed()
    numbers = "epochs, every = 10, 500\n", f"epochs, every = {epochs}, {every}\n"
    for old, new in [numbers, *changes]:
        assert script.count(old) == 1
        script = script.replace(old, new)
    exec(f"{script}\n{functions}", names)  # noqa: S102 - it is ours
    return names


def same(names, first, second):
    """Whether two files are the same, by the answer's code."""
    return names["same"](names["read"](first), names["read"](second))


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("killed", [[1], [7], [8, 3], [17, 1, 4]], ids=str)
def test_the_script_of_the_answer_goes_on_bit_for_bit(killed, workers, tmp_path, monkeypatch):
    """Killed between two files, at the end of an epoch, and more than once."""
    monkeypatch.chdir(tmp_path)
    with torch.random.fork_rng(devices=[]):
        whole = run(1, workers, 24)
        whole["save"]("whole.pt")
        (tmp_path / "last.pt").unlink()
        (tmp_path / "last.pt.before").unlink()
        # before the first file it begins again, with the same seed
        seeds = [1, 1] if killed == [1] else range(1, len(killed) + 2)
        for seed, batches in zip(seeds, [*killed, 24], strict=True):
            try:
                names = run(seed, workers, batches)
            except Killed:
                assert batches < 24
        names["save"]("resumed.pt")

    assert same(names, "whole.pt", "resumed.pt")


SOUND = ()
NO_SCHEDULER = ("    part.load_state_dict(", '    name == "scheduler" or part.load_state_dict(')


@pytest.mark.parametrize(
    ("change", "options"),
    [
        (SOUND, {}),
        (SOUND, {"num_workers": 2}),
        (SOUND, {"num_workers": 2, "persistent_workers": True}),
        (NO_SCHEDULER, {}),
    ],
    ids=["sound", "workers", "persistent workers", "scheduler not loaded"],
)
def test_the_test_of_the_answer(change, options, tmp_path, monkeypatch):
    """It passes for a sound script, and not for what the answer says is broken."""
    monkeypatch.chdir(tmp_path)
    save = " " * 12 + "save()"
    changes = [(save, save + "\n" + indent(printed()[1], " " * 12))]
    workers = options.pop("num_workers", 0)
    with torch.random.fork_rng(devices=[]):
        with pytest.raises(SystemExit):
            run(1, workers, 99, changes, 7, 10, **options)
        shutil.move("step30.pt", "last.pt")
        (tmp_path / "last.pt.before").unlink()
        with pytest.raises(SystemExit):
            run(2, workers, 99, changes + [change] * bool(change), 7, 10, **options)
        names = run(3, 0, 99)

    sound = not change and not options
    assert same(names, "step50.pt", "last.pt") == sound


def test_files_are_the_same_if_all_in_them_is(tmp_path, monkeypatch):
    """A scale, a number in a list, a name, a tensor."""
    monkeypatch.chdir(tmp_path)
    with torch.random.fork_rng(devices=[]):
        equal = run(1, 0, 99)["same"]

    def state(scale=2.0, rate=0.1, name="a", weight=1.0):
        return {"scaler": {"scale": scale}, "rates": [rate], name: torch.tensor([weight])}

    assert equal(state(), state())
    for change in ({"scale": 1.0}, {"rate": 0.2}, {"name": "b"}, {"weight": 2.0}):
        assert not equal(state(), state(**change))
    assert not equal([1], [1, 2])


def test_an_epoch_ends_in_another_order(tmp_path, monkeypatch):
    """Killed early: all 24 steps are made, and the seed of the start draws no order."""
    monkeypatch.chdir(tmp_path)
    script, _, _, other_order = printed()
    start, end = script.index("    if old:\n        set_rng"), script.index("    model.train()")
    changes = [(script[start:end], indent(other_order, "    ") + "\n")]
    with torch.random.fork_rng(devices=[]):
        with pytest.raises(Killed):
            run(1, 0, 3, changes)
        first = torch.load("last.pt", weights_only=True)
        names = run(1, 0, 99, changes)
        (tmp_path / "last.pt").unlink()
        (tmp_path / "last.pt.before").unlink()
        from_the_seed = run(1, 0, 99)["loader"].dataset.rows

    assert first["done"] == 2
    assert names["scheduler"].last_epoch == 24
    rows = names["loader"].dataset.rows
    assert len(rows) == 4 * 22
    assert len(set(rows[:24])) == 24
    assert rows[:24] != from_the_seed[:24]


def test_a_new_rate_and_schedule_after_loading(tmp_path, monkeypatch):
    """The answer's code: the new rate first, the middle of the new cosine 500 steps later."""
    monkeypatch.chdir(tmp_path)
    with torch.random.fork_rng(devices=[]):
        run(1, 0, 24)
        names = run(2, 0, 0)  # nothing was left
    defined(part_code("checkpoint-and-resume", "loading")[0], names)
    first = names["optimizer"].param_groups[0]["lr"]
    for _ in range(500):
        names["optimizer"].step()
        names["scheduler"].step()

    assert first == 1e-4
    assert names["scheduler"].get_last_lr() == pytest.approx([0.5e-4])


def test_the_file_before_is_used_when_a_crash_came_between_the_names(tmp_path, monkeypatch):
    """Without `last.pt` the script goes on from the older file."""
    monkeypatch.chdir(tmp_path)
    with torch.random.fork_rng(devices=[]):
        whole = run(1, 0, 24)
        whole["save"]("whole.pt")
        (tmp_path / "last.pt").unlink()
        names = run(2, 0, 2)  # two batches were left
        names["save"]("resumed.pt")

    assert not same(names, "whole.pt", "last.pt.before")
    assert same(names, "whole.pt", "resumed.pt")


PREEMPTED = """
import time, torch
from torch.utils.data import DataLoader
SIGNALS
def save():
    print("saved", done)
loader = DataLoader(torch.rand(400, 3), 4, num_workers=2, worker_init_fn=FUNCTION)
for done, x in enumerate(loader, 1):
    if done == 5:
        print("now", flush=True)
        time.sleep(1)
CHECK
"""


@pytest.mark.parametrize("function", ["ignore", "None"])
def test_a_signal_to_all_processes_of_a_job(function):
    """It reaches the loader's workers, which must outlive it: else nothing is saved."""
    code = part_code("checkpoint-and-resume", "file")[0]
    signals, check = code.split("# in the loop, after done += 1:\n")
    program = PREEMPTED.replace("SIGNALS", signals).replace("CHECK", indent(check, "    "))
    command = [sys.executable, "-c", program.replace("FUNCTION", function)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdout=pipe, stderr=pipe, text=True, start_new_session=True
    ) as job:
        assert job.stdout.readline() == "now\n"
        os.killpg(job.pid, signal.SIGTERM)
        output, error = job.communicate(timeout=60)

    if function == "ignore":
        assert (output, job.returncode) == ("saved 5\n", 0)
    else:
        assert output == ""
        assert "is killed by signal: Terminated" in error
