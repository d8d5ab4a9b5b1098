"""Random settings where their range is a point."""

import math

import torch
from sims.optimization.optimizer_luck import optimizer_luck
from torch import nn
from torch.nn import functional as F

from dlfaq.sim import Replicates, digits


def test_settings_are_even_on_a_log_scale():
    """Half of them lie below the geometric mean of the ends, none outside."""
    measured = optimizer_luck(Replicates("optimizer_luck", range(256)), layers=1, steps=1)

    for name, low, high in (("lr", 0.003, 30), ("gain", 0.3, 4)):
        value = measured[name]
        assert low <= value.min()
        assert value.max() <= high
        assert 0.35 < (value < math.sqrt(low * high)).double().mean() < 0.65


def test_it_is_plain_sgd():
    """One network trained by torch.optim.SGD at the rate and the gain drawn."""
    given = {"lowest_lr": 0.1, "highest_lr": 0.1, "lowest_gain": 1.4, "highest_gain": 1.4}
    measured = optimizer_luck(Replicates("optimizer_luck", range(1)), layers=2, steps=20, **given)
    draws = Replicates("optimizer_luck", range(1))

    def plain():
        layers = []
        for inputs, outputs in ((64, 32), (32, 32), (32, 10)):
            linear = nn.Linear(inputs, outputs)
            nn.init.normal_(linear.weight, std=1.4 / inputs**0.5)
            nn.init.zeros_(linear.bias)
            layers += [linear, nn.ReLU()]
        return nn.Sequential(*layers[:-1])

    net = plain()
    net.load_state_dict(
        {key: value[0] for key, value in draws.stack("net", plain).weights().items()}
    )
    data = digits(centred=True)
    x, x_test = data.x / data.x.std(), data.x_test / data.x.std()
    batches = draws.batches("batches", 1200, 32, 20)[0]
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for step in range(20):
        optimizer.zero_grad()
        F.cross_entropy(net(x[batches[step]]), data.y[batches[step]]).backward()
        optimizer.step()

    right = (net(x_test).argmax(1) == data.y_test).double().mean()
    assert abs(measured["accuracy"][0] - right) < 0.01
