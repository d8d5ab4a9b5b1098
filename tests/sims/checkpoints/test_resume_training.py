"""Stopped scripts: what one mistake costs; and the script of the answer, killed and started."""

from functools import cache

import pytest
import torch
from sims.checkpoints.resume_training import Script, resume_training
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

from dlfaq.knowledge.load import load_faq
from dlfaq.paths import bundled_root
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


@cache
def checkpoints():
    """The entry."""
    entries = load_faq(bundled_root()).entries
    return next(entry for entry in entries if entry.id == "checkpoint-and-resume")


class Drawn(Dataset):
    """Inputs that are drawn anew whenever they are read."""

    def __len__(self):
        return 32

    def __getitem__(self, row):
        return row + torch.rand(4), row % 3


class Killed(BaseException):
    """The end of a program, whatever it does."""


def run(seed, workers, batches):
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
        "loader": DataLoader(Drawn(), 4, shuffle=True, num_workers=workers),
        "loss_fn": loss_fn,
        "model": model,
        "optimizer": optimizer,
        "scheduler": torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 24),
        "torch": torch,
    }
    code = "\n".join(step.code for step in checkpoints().answer.do if step.code)
    assert "epochs, every = 10, 500\n" in code
    exec(code.replace("epochs, every = 10, 500\n", "epochs, every = 3, 2\n"), names)  # noqa: S102 - it is ours
    return names


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

    assert names["same"]("whole.pt", "resumed.pt")
    files = [torch.load(f"{name}.pt", weights_only=True) for name in ("whole", "resumed")]
    assert torch.equal(files[0]["rng"]["cpu"], files[1]["rng"]["cpu"])
    assert files[0]["scheduler"] == files[1]["scheduler"]


def test_a_new_rate_and_schedule_after_loading(tmp_path, monkeypatch):
    """The answer's code: the new rate first, the middle of the new cosine 500 steps later."""
    monkeypatch.chdir(tmp_path)
    with torch.random.fork_rng(devices=[]):
        run(1, 0, 24)
        names = run(2, 0, 0)  # nothing was left
    text = next(part.text for part in checkpoints().answer.parts if part.id == "loading")
    exec(text.split("```python\n")[1].split("```")[0], names)  # noqa: S102 - it is ours
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

    assert not names["same"]("whole.pt", "last.pt.before")
    names["save"]("resumed.pt")
    assert names["same"]("whole.pt", "resumed.pt")
