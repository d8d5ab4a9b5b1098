"""Each remedy against PyTorch's own, the shifts, and the choice by validation."""

import pytest
import torch
from sims.symptoms.overfitting_remedies import MOVES, overfitting_remedies
from tests.sims.plain import plain_mlp
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.setups import Setup
from dlfaq.sim.training_data import load


def measure(count=2, **settings):
    """A few replicates."""
    return overfitting_remedies(Replicates("overfitting_remedies", range(count)), **settings)


@pytest.mark.parametrize("remedy", ["none", "decay", "smoothing"])
def test_a_remedy_is_what_pytorch_calls_so(remedy):
    """Replicate 1 alone, as an ordinary script would train it."""
    measured = measure(remedy=remedy, steps=40)
    drawn = Replicates("overfitting_remedies", [1])
    data = load(drawn, "digits", train=100, valid=200, own=True, scale="unit")
    data = data.mapped(lambda x: (x - 0.3) / 0.38)
    model = plain_mlp(Setup().network(drawn, data).weights())
    matrices = [p for p in model.parameters() if p.dim() > 1]
    biases = [p for p in model.parameters() if p.dim() == 1]
    decay = 1.0 if remedy == "decay" else 0.01
    groups = [{"params": matrices, "weight_decay": decay}, {"params": biases, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=0.005)
    x, y = data.x[0], data.y[0]
    smoothing = 0.1 * (remedy == "smoothing")
    for rows in drawn.batches("batches", 100, 20, 40)[0]:
        loss = F.cross_entropy(model(x[rows]), y[rows], label_smoothing=smoothing)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    x, y = data.open_test()
    with torch.no_grad():
        loss = F.cross_entropy(model(x[0]), y[0]).item()
    # the simulation lets weights decay behind the step, not before it
    assert measured["end_loss"][1].item() == pytest.approx(loss, rel=2e-2)


def test_a_move_brings_in_black_pixels():
    """The first is none, the others lose a row, a column or both."""
    assert torch.equal(MOVES[0], torch.arange(64))
    assert sorted((MOVES == 64).sum(1).tolist()) == [0, 8, 8, 8, 8, 15, 15, 15, 15]
    assert len(MOVES.unique(dim=0)) == 9


def test_dropout_drops_a_share_that_grows_with_its_strength():
    """At strength 0 nothing is dropped; at 1 the run is another one."""
    plain = measure(steps=20)["end_loss"]
    assert torch.equal(measure(steps=20, remedy="dropout", strength=0.0)["end_loss"], plain)
    assert (measure(steps=20, remedy="dropout")["end_loss"] != plain).all()


@pytest.mark.parametrize("remedy", ["shifts", "smoothing"])
def test_at_strength_0_there_is_no_remedy(remedy):
    """The same run to the last digits."""
    plain = measure(steps=20)["end_loss"]
    assert torch.allclose(measure(steps=20, remedy=remedy, strength=0.0)["end_loss"], plain)


def test_validation_chooses_the_rate():
    """A grid around a rate that is far too low ends at its top, as a run at the top does."""
    tuned = measure(tune=True, lr=1e-6, steps=60)
    top = measure(lr=3e-6, steps=60)
    assert (tuned["end_loss"] - top["end_loss"]).abs().max() < 0.05


def test_test_rows_choose_nothing(monkeypatch):
    """With other test rows the same weights are kept: those of lowest validation loss."""
    from sims.symptoms import overfitting_remedies as module

    kept = []
    chosen = module._chosen

    def remembered(task, *args):
        kept.append(chosen(task, *args))
        return kept[-1]

    original = module._task

    def poisoned(*args):
        task = original(*args)
        x, y = task.test_part
        task.test_part = (x * 1e3, y.flip(1))
        return task

    monkeypatch.setattr(module, "_chosen", remembered)
    measure(tune=True, steps=40)
    monkeypatch.setattr(module, "_task", poisoned)
    measure(tune=True, steps=40)
    for before, after in zip(kept[:2], kept[2:], strict=True):
        assert all(torch.equal(before[name], after[name]) for name in before)
