"""Training with the batch of several ranks against plain loops."""

import pytest
import torch
from sims.parallel.parallel_training import parallel_training
from torch import nn

from dlfaq.sim import Replicates
from dlfaq.sim.training_data import load

NAME, SMALL = "parallel_training", {"steps": 24, "batch": 8, "lr": 0.1, "hidden": 16}


def sim(**given):
    return parallel_training(Replicates(NAME, range(2)), **SMALL | given)


@pytest.mark.parametrize("ranks", [1, 3, 4])
def test_as_a_loop_over_ranks(ranks):
    """Each rank's mean gradient, one after the other, and their average as the gradient."""
    replicates = Replicates(NAME, range(2))
    rows = load(replicates, "digits", valid=200)
    x, y = rows.x[1], rows.y[1]
    stacked = replicates.stack(
        "net", lambda: nn.Sequential(nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10))
    )
    net = nn.Sequential(nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10))
    for mine, theirs in zip(net.parameters(), stacked.parameters(), strict=True):
        mine.data = theirs[1].detach().clone()
    batches = replicates.batches("batches", len(x), 8 * ranks, 24 // ranks)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    steps = 0
    for index in batches[1]:
        optimizer.zero_grad()
        for share in index.chunk(ranks):
            (nn.functional.cross_entropy(net(x[share]), y[share]) / ranks).backward()
        optimizer.step()
        steps += 1
    x_test, y_test = (part[1] for part in rows.open_test())
    right = (net(x_test).argmax(1) == y_test).double().mean()

    assert steps == 24 // ranks
    assert abs(sim(ranks=ranks)["accuracy"][1] - right) < 0.005


def test_without_a_step_nothing_is_learned():
    """A learning rate of 0 leaves the first loss, ln 10 and a little."""
    assert (sim(lr=0.0)["loss"] - 2.3026).abs().max() < 0.3


def test_a_tuned_rate_is_one_of_the_grid():
    """And its own for each number of ranks."""
    measured = sim(tune=True, steps=96)
    assert (measured["rate"] > 0.002).all()
    assert ((measured["inside"] == 0) | (measured["inside"] == 1)).all()
