"""Exact cases of a deep network of equal layers."""

import torch
from torch import nn

from dlfaq.sim.deep import Deep


def test_sigmoids_in_disguise_compute_what_tanh_does():
    """With rescaled weights and shifted biases, by tanh(a) = 2 s(2 a) - 1."""
    nets = []
    for activation, as_tanh in (("tanh", False), ("sigmoid", True)):
        torch.manual_seed(0)
        net = Deep([64, 32, 32, 32, 10], activation, gain=1.0, as_tanh=as_tanh, show=True)
        nets.append(net.double())
    x = torch.randn(5, 64, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    (logits, h, _), (disguised, s, _) = nets[0](x), nets[1](x)

    torch.testing.assert_close(disguised, logits, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(2 * s - 1, h, rtol=1e-5, atol=1e-5)


def test_a_skip_adds_a_scaled_branch():
    """The forward pass by hand."""
    torch.manual_seed(0)
    net = Deep([64, 32, 32, 32, 10], "tanh", gain=1.0, skip=1.0, scaled=True)
    x = torch.randn(4, 64, generator=torch.Generator().manual_seed(1))
    a, b, c, head = net.linear
    h = torch.tanh(a(x))
    h = h + torch.tanh(b(h)) / 3**0.5
    h = h + torch.tanh(c(h)) / 3**0.5

    torch.testing.assert_close(net(x), head(h))


def test_weights_have_the_variance_of_the_gain():
    """gain^2 / inputs in each layer, the last one's own if it has one; biases 0."""
    torch.manual_seed(0)
    net = Deep([64, 1000, 1000, 1000], "relu", gain=3.0, last_gain=1.0)
    for layer, gain in zip(net.linear, (3, 3, 1), strict=True):
        scale = layer.weight.detach().square().mean() * layer.in_features
        assert abs(scale / gain**2 - 1) < 0.06
        assert (layer.bias == 0).all()


def test_without_a_gain_the_weights_are_pytorchs():
    """The same random numbers."""
    torch.manual_seed(3)
    net = Deep([64, 32, 10])
    torch.manual_seed(3)
    for layer, other in zip(net.linear, (nn.Linear(64, 32), nn.Linear(32, 10)), strict=True):
        assert torch.equal(layer.weight, other.weight)
        assert torch.equal(layer.bias, other.bias)
