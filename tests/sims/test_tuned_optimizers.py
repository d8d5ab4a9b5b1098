"""Tuning where its answer is known."""

import copy

import pytest
import torch
from sims.tuned_optimizers import tuned_optimizers
from torch import nn
from torch.nn import functional as F

from dlfaq.sim import Replicates, digits


def sim(**given):
    return tuned_optimizers(Replicates("tuned_optimizers", range(4)), **given)


def test_tuned_is_the_test_accuracy_at_the_rate_best_on_validation():
    """Never the best test accuracy: that would be peeking. The rates lie so close that the two differ."""
    measured = sim(steps=60, points=5, lowest=0.3, factor=1.3)
    peeking = 0

    for i in range(4):
        picked = (measured["rate"] - measured["picked"][i]).abs().argmin().item()
        assert measured["valid"][i, picked] == measured["valid"][i].max()
        assert measured["tuned"][i] == measured["test"][i, picked]
        assert measured["inner"][i] == (picked in {1, 2, 3})
        peeking += int(measured["tuned"][i] < measured["test"][i].max())
    assert peeking > 0


def test_each_rate_of_a_grid_is_a_run_of_its_own():
    """The second rate of a grid gives what that rate gives alone: nothing is left over from the first."""
    grid, alone = (
        sim(optimizer="adam", lowest=0.003, points=2, steps=30),
        sim(optimizer="adam", lowest=0.009, points=1, steps=30),
    )

    assert torch.allclose(grid["test"][:, 1:], alone["test"], atol=0.004)
    assert alone["inner"].sum() == 0


@pytest.mark.parametrize("name", ["momentum", "adam"])
def test_it_is_a_plain_loop(name):
    """One network, written as everybody would."""
    replicates = Replicates("tuned_optimizers", range(1))
    data = digits(centred=True)
    chosen = replicates.permutation("images", 1200)[0]
    net = nn.Sequential(nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10))
    stacked = replicates.stack("net", lambda: copy.deepcopy(net).apply(_reset))
    net.load_state_dict({key: value[0] for key, value in stacked.weights().items()})
    batches = replicates.batches("batches", 400, 32, 20)[0]
    x, x_test = data.x / data.x.std(), data.x_test / data.x.std()
    optimizer = (
        torch.optim.Adam(net.parameters(), lr=0.01)
        if name == "adam"
        else torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
    )
    for step in range(20):
        rows = chosen[:400][batches[step]]
        optimizer.zero_grad()
        F.cross_entropy(net(x[rows]), data.y[rows]).backward()
        optimizer.step()
    right = (net(x_test).argmax(1) == data.y_test).double().mean()
    valid = chosen[400:600]

    measured = tuned_optimizers(Replicates("tuned_optimizers", range(1)), name, lowest=0.01, points=1, steps=20)
    assert abs(measured["test"][0, 0] - right) < 0.004
    assert abs(measured["valid"][0, 0] - (net(x[valid]).argmax(1) == data.y[valid]).double().mean()) < 0.011


def _reset(module):
    if isinstance(module, nn.Linear):
        module.reset_parameters()


def test_spread_changes_scales_and_a_rotation_hides_them():
    """Without a spread nothing is rescaled; a rotation alone leaves SGD's success where it was."""
    plain, turned = sim(points=1, lowest=0.3), sim(points=1, lowest=0.3, rotated=True)

    assert abs(plain["tuned"].mean() - turned["tuned"].mean()) < 0.02
    assert sim(points=1, lowest=0.3, spread=2.0)["tuned"].mean() < 0.5
