"""Exact cases of training from weights of a given scale."""

import math

import pytest
import torch
from sims.init_digits import Network, init_digits
from torch import nn

from dlfaq.sim import Replicates, digits


@pytest.mark.parametrize("normalize", [False, True])
def test_three_steps_equal_plain_pytorch(normalize):
    """A replicate is an `nn.Sequential` trained by `torch.optim.SGD`."""
    given = {"layers": 2, "gain": 0.7, "normalize": normalize}
    measured = init_digits(Replicates("init_digits", [2]), steps=3, lr=0.5, examples=400, **given)
    alone = Replicates("init_digits", [2])
    weights = alone.stack("net", lambda: Network(2, 0.7, 32, normalize=normalize, default=False)).weights()
    norm = (lambda: nn.LayerNorm(32)) if normalize else nn.Identity
    net = nn.Sequential(nn.Linear(64, 32), norm(), nn.ReLU(), nn.Linear(32, 32), norm(), nn.ReLU(), nn.Linear(32, 10))
    for number, layer in enumerate((net[0], net[3], net[6])):
        layer.weight.data = weights[f"linear.{number}.weight"][0].detach().clone()
        layer.bias.data.zero_()
    data = digits(centred=True)
    x, y, x_test = data.x[:400] / data.x.std(), data.y[:400], data.x_test / data.x.std()
    first = nn.functional.cross_entropy(net(x), y)
    descent = torch.optim.SGD(net.parameters(), lr=0.5)
    for index in alone.batches("batches", 400, 32, 3)[0]:
        descent.zero_grad()
        nn.functional.cross_entropy(net(x[index]), y[index]).backward()
        descent.step()

    torch.testing.assert_close(measured["first_loss"][0], first.detach(), rtol=1e-5, atol=0)
    for metric, images, labels in (("accuracy", x_test, data.y_test), ("train_accuracy", x, y)):
        right = (net(images).argmax(1) == labels).double().mean()
        torch.testing.assert_close(measured[metric][0], right, rtol=0, atol=0.003)


def test_weights_have_the_variance_of_the_gain():
    """gain^2 / inputs, in each layer."""
    torch.manual_seed(0)
    for layer in Network(2, 3.0, 1000, normalize=False, default=False).linear:
        assert math.isclose(layer.weight.detach().square().mean() * layer.in_features, 9, rel_tol=0.06)
        assert (layer.bias == 0).all()


def test_the_scale_of_normalized_layers_does_not_change_the_first_loss():
    """Ten times the hidden weights give the same outputs behind layer normalization, and other ones without it."""
    torch.manual_seed(0)
    x = torch.randn(8, 64)
    for normalize in (True, False):
        net = Network(3, 1.0, 32, normalize=normalize, default=False)
        before = net(x)
        for layer in net.linear[:-1]:
            layer.weight.data *= 10
        assert torch.allclose(net(x), before, rtol=1e-3, atol=1e-3) == normalize


def test_a_loss_beyond_all_bounds_is_reported_as_1000():
    """Weights far too large."""
    assert (init_digits(Replicates("init_digits", range(2)), gain=20.0, layers=8, steps=1)["first_loss"] == 1000).all()


def test_the_default_is_that_of_pytorch():
    """Weights and biases as `nn.Linear` draws them, with the same random numbers."""
    torch.manual_seed(3)
    net = Network(1, 9.0, 32, normalize=False, default=True)
    torch.manual_seed(3)
    first, last = nn.Linear(64, 32), nn.Linear(32, 10)

    for layer, other in zip(net.linear, (first, last), strict=True):
        assert torch.equal(layer.weight, other.weight)
        assert torch.equal(layer.bias, other.bias)
