"""Exact cases of an untrained deep network."""

import torch
from sims.depth.deep_start import deep_start
from torch import nn

from dlfaq.sim import Replicates, digits
from dlfaq.sim.deep import Deep


def sim(**given):
    return deep_start(Replicates("deep_start", range(3)), **given)


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


def test_the_scale_of_normalized_layers_does_not_change_the_first_loss():
    """Ten times the hidden weights give the same loss behind layer normalization."""
    one, ten = (sim(activation="relu", norm="layer", gain=gain, last_gain=1.0) for gain in (1, 10))

    torch.testing.assert_close(one["first_loss"], ten["first_loss"], rtol=1e-3, atol=1e-3)


def test_the_gradient_is_that_of_plain_pytorch():
    """Of the mean loss of one batch."""
    measured = sim(activation="tanh", layers=2)
    alone = Replicates("deep_start", range(3))
    weights = alone.stack("net", lambda: Deep([64, 32, 32, 10], "tanh", gain=1.0)).weights()
    net = nn.Sequential(
        nn.Linear(64, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 10)
    )
    for number, layer in enumerate((net[0], net[2], net[4])):
        layer.weight.data = weights[f"linear.{number}.weight"][2].detach().clone()
        layer.bias.data.zero_()
    data = digits(centred=True)
    x, index = data.x / data.x.std(), alone.batches("batches", 1200, 32, 1)[2, 0]
    nn.functional.cross_entropy(net(x[index]), data.y[index]).backward()
    first = nn.functional.cross_entropy(net(x), data.y).detach()

    torch.testing.assert_close(measured["first_gradient"][2], net[0].weight.grad.norm())
    torch.testing.assert_close(measured["last_gradient"][2], net[2].weight.grad.norm())
    torch.testing.assert_close(measured["offset"][2], net[:4](x[index]).mean().detach())
    torch.testing.assert_close(measured["first_loss"][2], first)


def test_a_step_that_does_not_lower_the_loss_has_raised_it():
    """A rate of 0, and one far too large; a small one does lower it."""
    assert sim(lr=0.0)["raised"].all()
    assert sim(activation="relu", lr=1e4)["raised"].all()
    assert not sim(activation="tanh", lr=0.01)["raised"].any()


def test_a_loss_beyond_all_bounds_is_reported_as_1000():
    """Weights far too large."""
    assert (sim(activation="relu", gain=20.0, layers=8)["first_loss"] == 1000).all()
