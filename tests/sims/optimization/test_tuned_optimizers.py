"""Tuning where its answer is known."""

import copy

import pytest
import torch
from sims.optimization.tuned_optimizers import tuned_optimizers
from torch import nn
from torch.nn import functional as F

from dlfaq.sim import Replicates, digits
from dlfaq.sim.schedules import scheduler


def sim(**given):
    return tuned_optimizers(Replicates("tuned_optimizers", range(4)), **given)


def test_a_tuned_run_is_the_run_at_the_rate_picked():
    """Nothing is left over from the other rates of the grid."""
    rates = [0.3, 0.9, 2.7]
    tuned = sim(tune=True, lowest=0.3, points=3, steps=60)
    alone = [sim(lr=rate, steps=60) for rate in rates]

    for i in range(4):
        number = rates.index(pytest.approx(tuned["picked"][i].item()))
        assert tuned["inside"][i] == (number == 1)
        assert abs(tuned["accuracy"][i] - alone[number]["accuracy"][i]) < 0.004


def test_a_tuned_run_is_never_better_than_the_best_of_its_grid():
    """It was picked on other rows; tests/sims/test_leaks.py shows that the test rows had no say."""
    rates = [0.3 * 3**point for point in range(3)]
    tuned = sim(tune=True, lowest=0.3, points=3, steps=30)
    best = torch.stack([sim(lr=rate, steps=30)["accuracy"] for rate in rates]).amax(0)

    assert (tuned["accuracy"] <= best + 0.004).all()


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
    measured = tuned_optimizers(Replicates("tuned_optimizers", range(1)), name, lr=0.01, steps=20)
    assert abs(measured["accuracy"][0] - right) < 0.004
    loss = F.cross_entropy(net(x_test), data.y_test)
    torch.testing.assert_close(measured["test_loss"][0], loss.detach(), rtol=1e-3, atol=1e-4)


def _reset(module):
    if isinstance(module, nn.Linear):
        module.reset_parameters()


@pytest.mark.parametrize("schedule", ["cosine", "drops"])
def test_schedules_are_pytorchs(schedule):
    """One network after the other with torch.optim and a scheduler gives the same losses."""
    given = {"examples": 1200, "scale": "unit", "hidden": 32, "steps": 40, "schedule": schedule}
    measured = sim(optimizer="momentum", lr=0.1, **given)
    drawn, data = Replicates("tuned_optimizers", range(4)), digits()
    chosen = drawn.permutation("images", 1200)
    nets = drawn.stack(
        "net", lambda: nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    )
    batches = drawn.batches("batches", 1200, 32, 40)
    for i in range(4):
        net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
        net.load_state_dict({name: value[i].detach() for name, value in nets.weights().items()})
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
        rate = scheduler(optimizer, schedule, 40)
        for index in chosen[i][batches[i]]:
            optimizer.zero_grad()
            F.cross_entropy(net(data.x[index]), data.y[index]).backward()
            optimizer.step()
            rate.step()

        loss = F.cross_entropy(net(data.x), data.y).detach()
        torch.testing.assert_close(measured["train_loss"][i], loss, rtol=1e-4, atol=1e-5)


def test_a_rate_of_zero_learns_nothing():
    """Whatever the schedule, the network stays the one it began as."""
    runs = [sim(schedule=schedule, lr=0.0) for schedule in ("cosine", "drops")]

    assert torch.equal(runs[0]["train_loss"], runs[1]["train_loss"])


def test_a_spread_changes_scales():
    """A rotation alone leaves SGD's success where it was; with a spread it fails."""
    plain, turned = sim(lr=0.3), sim(lr=0.3, rotated=True)

    assert abs(plain["accuracy"].mean() - turned["accuracy"].mean()) < 0.02
    assert sim(lr=0.3, spread=2.0)["accuracy"].mean() < 0.5
