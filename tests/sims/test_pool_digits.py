"""The convolutional network against a plain loop."""

import pytest
import torch
from sims.pool_digits import pool_digits
from torch import nn
from torch.nn import functional as F

from dlfaq.sim import Replicates, digits


@pytest.mark.parametrize("pool", ["max", "average", "stride"])
def test_three_steps_equal_a_plain_loop(pool):
    """One ordinary network after the other, with torch.optim.Adam."""
    measured = pool_digits(Replicates("name", range(2)), pool=pool, steps=3)
    drawn, data = Replicates("name", range(2)), digits(centred=True)
    down = {"max": nn.MaxPool2d(2), "average": nn.AvgPool2d(2), "stride": nn.Identity()}[pool]

    def network():
        first = nn.Conv2d(1, 8, 3, padding=1)
        second = nn.Conv2d(8, 8, 3, padding=1, stride=2 if pool == "stride" else 1)
        return nn.Sequential(first, nn.ReLU(), down, second, nn.ReLU(), nn.Flatten(), nn.Linear(128, 10))

    batches = drawn.batches("batches", 1200, 16, 3)
    nets = drawn.stack("net", network)
    for i in range(2):
        net = network()
        net.load_state_dict({name: value[i].detach() for name, value in nets.weights().items()})
        optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
        for step in range(3):
            index = batches[i, step]
            optimizer.zero_grad()
            F.cross_entropy(net(data.x[index].view(-1, 1, 8, 8)), data.y[index]).backward()
            optimizer.step()
        told = net(data.x_test.view(-1, 1, 8, 8)).argmax(1)

        assert abs(measured["accuracy"][i] - (told == data.y_test).double().mean()) < 0.006


def test_windows_of_one_pool_nothing():
    """Without anything to pool max and average are one network."""
    largest = pool_digits(Replicates("name", range(2)), pool="max", window=1, steps=5)
    average = pool_digits(Replicates("name", range(2)), pool="average", window=1, steps=5)

    assert torch.equal(largest["accuracy"], average["accuracy"])


def test_it_learns():
    """After one step it guesses; after 60 it does not."""
    assert pool_digits(Replicates("name", range(4)), steps=1)["accuracy"].mean() < 0.35
    assert pool_digits(Replicates("name", range(4)), steps=60)["accuracy"].mean() > 0.8
