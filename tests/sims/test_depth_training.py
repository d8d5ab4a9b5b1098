"""Exact cases of training a deep network."""

import math

import torch
from sims.depth_training import Network, depth_training
from torch import nn

from dlfaq.sim import Replicates, digits


def sim(**given):
    return depth_training(Replicates("depth_training", range(3)), **given)


def test_three_steps_equal_plain_pytorch():
    """A replicate is an `nn.Sequential` trained by `torch.optim.SGD`, with `clip_grad_norm_`."""
    measured = depth_training(Replicates("depth_training", [2]), layers=2, steps=3, lr=0.5, clip=0.4)
    alone = Replicates("depth_training", [2])
    weights = alone.stack("net", lambda: Network("relu", 2, 1.4142135, skip=False)).weights()
    net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 10))
    for number, layer in enumerate((net[0], net[2], net[4])):
        layer.weight.data = weights[f"linear.{number}.weight"][0].detach().clone()
        layer.bias.data.zero_()
    start = net[0].weight.detach().clone()
    data = digits(centred=True)
    x = data.x / data.x.std()
    descent, losses = torch.optim.SGD(net.parameters(), lr=0.5), []
    for index in alone.batches("batches", len(x), 32, 3)[0]:
        loss = nn.functional.cross_entropy(net(x[index]), data.y[index])
        descent.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 0.4)
        descent.step()
        losses.append(loss.item())
    moved = (net[0].weight.detach() - start).norm() / start.norm()
    right = (net(data.x_test / data.x.std()).argmax(1) == data.y_test).double().mean()

    assert math.isclose(measured["loss"][0], sum(losses) / 3, rel_tol=1e-4)
    torch.testing.assert_close(measured["moved"][0], moved.detach(), rtol=1e-4, atol=0)
    torch.testing.assert_close(measured["accuracy"][0], right, rtol=0, atol=0.002)


def test_a_skip_adds_a_scaled_branch():
    """The forward pass by hand."""
    torch.manual_seed(0)
    net = Network("tanh", 3, 1.0, skip=True)
    x = torch.randn(4, 64, generator=torch.Generator().manual_seed(1))
    a, b, c, head = net.linear
    h = torch.tanh(a(x))
    h = h + torch.tanh(b(h)) / 3**0.5
    h = h + torch.tanh(c(h)) / 3**0.5

    torch.testing.assert_close(net(x), head(h))


def test_what_breaks_is_reported_in_finite_numbers():
    """Weights that overflow give 1s and the caps, never NaN."""
    measured = sim(layers=30, gain=6.0, steps=3)

    assert (measured["broke"] == 1).all()
    assert (measured["raised"] == 1).all()
    assert (measured["loss"] == 1000).all()
    assert (measured["moved"] == 1000).all()


def test_no_learning_rate_no_change():
    """At rate 0 nothing moves and nothing breaks; and a loss that stays equal did not get smaller."""
    measured = sim(lr=0.0, steps=2)

    assert (measured["moved"] == 0).all()
    assert (measured["broke"] == 0).all()
    assert (measured["raised"] == 1).all()
