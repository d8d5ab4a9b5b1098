"""The training against a plain loop with the same masks, and the places of dropout."""

import pytest
import torch
from sims.regularization.dropout_training import Dropped, dropout_training
from torch import nn
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.training_data import load


def measure(count=2, **given):
    return dropout_training(Replicates("dropout_training", range(count)), **given)


def test_it_is_a_plain_loop():
    """Replicate 0 alone, as an ordinary script would train it."""
    measured = measure(1, p=0.4, hidden=16, steps=30)
    drawn = Replicates("dropout_training", [0])
    data = load(drawn, "digits", train=200, valid=200, own=True)
    weights = drawn.stack("net", lambda: Dropped(64, 16, 10, "none")).weights()
    one, two, head = nn.Linear(64, 16), nn.Linear(16, 16), nn.Linear(16, 10)
    for layer, name in ((one, "one.0"), (two, "two.0"), (head, "head")):
        layer.load_state_dict({key: weights[f"{name}.{key}"][0] for key in ("weight", "bias")})
    parts = [*one.parameters(), *two.parameters(), *head.parameters()]
    matrices, biases = ([p for p in parts if p.dim() == size] for size in (2, 1))
    groups = [{"params": matrices, "weight_decay": 0.01}, {"params": biases, "weight_decay": 0.0}]
    move = torch.optim.AdamW(groups, lr=0.005)
    for step, rows in enumerate(drawn.batches("batches", 200, 32, 30)[0]):
        kept = (drawn.uniform(f"kept {step}", 32, 96)[0, :, 64:] >= 0.4) / 0.6
        h = one(data.x[0][rows]).relu() * kept[:, :16]
        loss = F.cross_entropy(head(two(h).relu() * kept[:, 16:]), data.y[0][rows])
        move.zero_grad()
        loss.backward()
        move.step()
    x, y = data.open_test()
    with torch.no_grad():
        loss = F.cross_entropy(head(two(one(x[0]).relu()).relu()), y[0]).item()
    assert measured["loss"][0].item() == pytest.approx(loss, rel=1e-3)


def test_at_0_the_place_does_not_matter():
    """Nothing is dropped anywhere."""
    losses = [measure(p=0.0, place=place, steps=10)["loss"] for place in ("hidden", "inputs")]
    assert torch.equal(*losses)


def test_each_place_is_another_run():
    """And all of them keep the network from fitting as fast."""
    places = ("hidden", "first", "last", "inputs")
    losses = torch.stack([measure(place=place, steps=20)["loss"] for place in places])
    assert len(losses[:, 0].unique()) == 4


def test_recomputed_statistics_are_those_without_dropout():
    """Without BatchNorm there is nothing to recompute."""
    plain = measure(norm="layer", steps=20)
    assert torch.equal(plain["repaired"], plain["accuracy"])
    assert (measure(norm="batch", steps=20)["repaired"] > 0.3).all()


def test_evaluation_reads_inputs_without_masks():
    """Masks behind them change nothing."""
    net = Dropped(4, 3, 2, "none").eval()
    x = torch.randn(5, 4)
    assert torch.equal(net(x), net(torch.cat([x, torch.zeros(5, 10)], -1)))
