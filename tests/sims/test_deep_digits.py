"""Exact cases of the deep network."""

import torch
from sims.deep_digits import Deep, deep_digits
from torch import nn

from dlfaq.sim import Replicates, digits


def test_sigmoids_in_disguise_compute_what_tanh_does():
    """With rescaled weights and shifted biases a sigmoid network is the tanh network, by tanh(a) = 2 s(2 a) - 1."""
    nets = []
    for activation, as_tanh in (("tanh", False), ("sigmoid", True)):
        torch.manual_seed(0)
        nets.append(Deep(activation, [64, 32, 32, 32, 10], gain=1.0, skip=0.0, as_tanh=as_tanh).double())
    x = torch.randn(5, 64, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    (logits, h), (disguised, s) = nets[0](x), nets[1](x)

    torch.testing.assert_close(disguised, logits, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(2 * s - 1, h, rtol=1e-5, atol=1e-5)


def test_two_steps_equal_plain_pytorch():
    """A replicate is an `nn.Sequential` trained by `torch.optim.SGD` on its own batches."""
    name, steps = "deep_digits", 2
    measured = deep_digits(Replicates(name, [3]), activation="tanh", layers=2, steps=steps, lr=0.5)
    alone = Replicates(name, [3])
    weights = alone.stack("net", lambda: Deep("tanh", [64, 32, 32, 10], 1.0, 0.0, as_tanh=False)).weights()
    net = nn.Sequential(nn.Linear(64, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 10))
    for number, layer in enumerate((net[0], net[2], net[4])):
        layer.weight.data = weights[f"linear.{number}.weight"][0].detach().clone()
        layer.bias.data.zero_()
    start = net[0].weight.detach().clone()
    data = digits(centred=True)
    x = data.x / data.x.std()
    descent = torch.optim.SGD(net.parameters(), lr=0.5)
    for index in alone.batches("batches", len(x), 32, steps + 1)[0, :steps]:
        descent.zero_grad()
        nn.functional.cross_entropy(net(x[index]), data.y[index]).backward()
        descent.step()

    change = (net[0].weight.detach() - start).norm() / start.norm()
    torch.testing.assert_close(measured["first_change"][0], change, rtol=1e-4, atol=0)


def test_no_steps_change_nothing():
    """With 0 steps only the start is measured."""
    measured = deep_digits(Replicates("deep_digits", range(2)), steps=0)

    assert torch.all(measured["first_change"] == 0)
    assert torch.all(measured["steps_to_90"] == 10)
