"""Exact cases of hidden units that start equal."""

import torch
from sims.initialization.init_symmetry import init_symmetry
from torch import nn

from dlfaq.sim import Replicates, digits


def sim(**given):
    return init_symmetry(Replicates("init_symmetry", range(3)), **given)


def test_equal_weights_equal_plain_pytorch():
    """Five steps of SGD from weights of 0.1: the same accuracy, and equal hidden units."""
    measured = sim(start="constant", steps=5)
    data = digits(centred=True)
    x = data.x / data.x.std()
    for i, batches in enumerate(
        Replicates("init_symmetry", range(3)).batches("batches", len(x), 32, 5)
    ):
        net = nn.Sequential(nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10))
        for layer in (net[0], net[2]):
            nn.init.constant_(layer.weight, 0.1)
            nn.init.zeros_(layer.bias)
        descent = torch.optim.SGD(net.parameters(), lr=0.2)
        for index in batches:
            descent.zero_grad()
            nn.functional.cross_entropy(net(x[index]), data.y[index]).backward()
            descent.step()
        right = (net(data.x_test / data.x.std()).argmax(1) == data.y_test).double().mean()

        torch.testing.assert_close(measured["accuracy"][i], right, rtol=0, atol=0.002)
        torch.testing.assert_close(net[0].weight[0], net[0].weight[1], rtol=0, atol=1e-6)


def test_zeros_only_learn_how_frequent_classes_are():
    """No weight changes, so all images get one answer: the accuracy is the share of one class."""
    measured = sim(start="zero", steps=50)
    shares = torch.bincount(digits().y_test) / len(digits().y_test)

    assert (measured["changed"] == 0).all()
    assert (measured["features"] == 0).all()
    for right in measured["accuracy"]:
        assert (shares.double() - right).abs().min() < 1e-6


def test_without_steps_nothing_changes():
    """Before training random units differ and equal ones do not, whatever the output layer."""
    assert (sim(start="random", steps=1, lr=0.0)["difference"] > 1).all()
    assert (sim(start="random", steps=1, lr=0.0)["changed"] == 0).all()
    assert (sim(start="random-output", steps=1, lr=0.0)["difference"] == 0).all()
    assert (sim(start="random-output", steps=1, lr=0.0)["features"] == 1).all()


def test_random_units_are_as_many_features_as_there_are_units():
    """Four random ReLU units are four features, one unit is one."""
    assert (sim(start="random", steps=1, lr=0.0, hidden=4)["features"] == 4).all()
    assert (sim(start="random", steps=1, lr=0.0, hidden=1)["features"] == 1).all()
    assert (sim(start="random", steps=1, lr=0.0, hidden=1)["difference"] == 0).all()
