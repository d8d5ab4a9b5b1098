"""The training against a plain loop, the choice by validation, wrong labels."""

import pytest
import torch
from sims.regularization.decayed_training import decayed_training
from torch import nn
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.nets import mlp
from dlfaq.sim.training_data import load
from sims.regularization import decayed_training as module


def measure(count=2, **given):
    return decayed_training(Replicates("decayed_training", range(count)), **given)


@pytest.mark.parametrize(("optimizer", "everything"), [("adamw", False), ("adam", True)])
def test_it_is_a_plain_loop(optimizer, everything):
    """Replicate 0 alone, as an ordinary script would train it."""
    measured = measure(1, optimizer=optimizer, everything=everything, decay=0.5, steps=30)
    drawn = Replicates("decayed_training", [0])
    data = load(drawn, "digits", train=200, valid=200, own=True)
    weights = drawn.stack("net", lambda: mlp(64, [64], 10)).weights()
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    model.load_state_dict({name: w[0].detach() for name, w in weights.items()})
    spared = [p for p in model.parameters() if p.dim() == 1 and not everything]
    groups = [
        {"params": spared, "weight_decay": 0.0},
        {"params": [p for p in model.parameters() if p.dim() > 1 or everything]},
    ]
    maker = {"adamw": torch.optim.AdamW, "adam": torch.optim.Adam}[optimizer]
    move = maker([group for group in groups if group["params"]], lr=0.005, weight_decay=0.5)
    for rows in drawn.batches("batches", 200, 32, 30)[0]:
        loss = F.cross_entropy(model(data.x[0][rows]), data.y[0][rows])
        move.zero_grad()
        loss.backward()
        move.step()
    x, y = data.open_test()
    with torch.no_grad():
        loss = F.cross_entropy(model(x[0]), y[0]).item()
    assert measured["loss"][0].item() == pytest.approx(loss, rel=1e-3)


def test_validation_chooses_among_three_decays():
    """A tuned run is the run at what it chose."""
    tuned = measure(tune=True, decay=1.0, lr=0.003, steps=60, wrong=0.4)
    for i in range(2):
        chosen = {"decay": tuned["strength"][i].item(), "lr": tuned["rate"][i].item()}
        alone = measure(**chosen, steps=60, wrong=0.4)
        assert alone["loss"][i].item() == pytest.approx(tuned["loss"][i].item(), rel=1e-3)


def test_the_best_network_is_right_most_often(monkeypatch):
    """Equal ones by loss."""
    data = type("Rows", (), {"x_valid": torch.zeros(1, 2, 1), "y_valid": torch.tensor([[0, 1]])})
    outputs = [[[3.0, 0.0], [1.0, 0.0]], [[2.0, 0.0], [0.0, 0.1]], [[2.0, 0.0], [0.0, 2.0]]]

    def net(z):
        one = nn.Identity()
        one.forward = lambda _: torch.tensor([z])
        return one

    assert module._best(data, [net(z) for z in outputs]).tolist() == [2]


def test_wrong_labels_are_wrong_in_training_and_validation_only():
    """About 36% of them; the test labels stay."""
    right = module._task(Replicates("decayed_training", [0]), "digits", 200, 0.0)
    wrong = module._task(Replicates("decayed_training", [0]), "digits", 200, 0.4)
    assert 0.26 < (right.y != wrong.y).double().mean() < 0.46
    assert 0.26 < (right.y_valid != wrong.y_valid).double().mean() < 0.46
    assert torch.equal(right.open_test()[1], wrong.open_test()[1])


def test_strong_decay_makes_weights_short():
    """And without any they grow."""
    free, strong = (measure(decay=d, steps=100)["length"] for d in (0.0, 10.0))
    assert (free > 1).all()
    assert (strong < 0.8).all()
