"""Interrupted jobs, against the training kit run in legs."""

import pytest
import torch
from sims.checkpoints.interrupted_training import interrupted_training

from dlfaq.sim import Replicates, accuracy, cross_entropy
from dlfaq.sim.nets import mlp
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load
from sims.checkpoints import interrupted_training as module


def sim(**given):
    replicates = Replicates("interrupted_training", range(3))
    return interrupted_training(replicates, **{"steps": 40, "every": 20, **given})


def in_legs(legs, **given):
    """Loss and accuracy of the same networks, trained by the kit in one or more calls."""
    replicates = Replicates("interrupted_training", range(3))
    rows = load(replicates, "digits", valid=100)
    net = replicates.stack("net", lambda: mlp(rows.features, [32], rows.classes))
    batches = replicates.batches("batches", len(rows), 32, 40)
    for leg in batches.chunk(legs, 1):
        train(net, rows, leg, optimizer="adamw", lr=0.003, **given)
    x, y = rows.open_test()
    with torch.no_grad():
        return cross_entropy(net(x), y), accuracy(net(x), y)


@pytest.mark.parametrize(
    ("lost", "schedule", "legs"),
    [
        ("nothing", "constant", 1),
        ("nothing", "cosine", 1),
        ("moments", "constant", 2),
        ("both", "constant", 2),
    ],
)
def test_it_is_the_kit_in_legs(lost, schedule, legs):
    """A second call of `train` makes a new optimizer, as a program without the old one does."""
    measured = sim(lost=lost, schedule=schedule)
    loss, right = in_legs(legs, schedule=schedule)

    torch.testing.assert_close(measured["loss"].float(), loss, atol=1e-3, rtol=0)
    torch.testing.assert_close(measured["accuracy"], right, atol=5e-3, rtol=0)


def test_the_same_batches_again():
    """What lost its place reads the first leg's batches again, and keeps its moments."""
    measured = sim(lost="place", optimizer="sgd", lr=0.1, schedule="constant")
    replicates = Replicates("interrupted_training", range(3))
    rows = load(replicates, "digits", valid=100)
    net = replicates.stack("net", lambda: mlp(rows.features, [32], rows.classes))
    batches = replicates.batches("batches", len(rows), 32, 40)[:, :20].repeat(1, 2, 1)
    train(net, rows, batches, lr=0.1)
    x, y = rows.open_test()

    torch.testing.assert_close(
        measured["loss"], cross_entropy(net(x), y).detach(), atol=1e-3, rtol=0
    )


def test_a_shorter_memory():
    """Of AdamW in each leg."""
    measured = sim(lost="moments", schedule="constant", beta2=0.9)
    loss, _ = in_legs(2, schedule="constant", betas=(0.9, 0.9))

    torch.testing.assert_close(measured["loss"].float(), loss, atol=1e-3, rtol=0)


def test_nothing_is_lost_before_the_first_stop():
    """Without a stop all are one run."""
    runs = [sim(lost=what, every=100)["loss"] for what in ("nothing", "moments", "both", "order")]

    assert all(torch.equal(run, runs[0]) for run in runs)


def test_the_test_rows_choose_nothing(monkeypatch):
    """With other test rows the rate chosen is the same."""
    clean = sim(tune=True)["rate"]

    def spoilt(*args, **given):
        rows = load(*args, **given)
        x, y = rows.test_part
        rows.test_part = (x.flip(1) * 100, torch.zeros_like(y))
        return rows

    monkeypatch.setattr(module, "load", spoilt)
    assert torch.equal(sim(tune=True)["rate"], clean)
