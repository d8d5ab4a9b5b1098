"""Signals in a deep network against an ordinary one."""

import pytest
import torch
from sims.activations.relu_signal import relu_signal
from torch import nn

from dlfaq.sim import Replicates


@pytest.mark.parametrize(
    ("activation", "layer"), [("relu", nn.ReLU), ("tanh", nn.Tanh), ("sigmoid", nn.Sigmoid)]
)
def test_it_equals_a_plain_network(activation, layer):
    """nn.Sequential, one replicate after the other."""
    measured = relu_signal(
        Replicates("name", range(3)), activation=activation, layers=4, gain=1.3, scale=2.0
    )
    drawn = Replicates("name", range(3))
    weights, x = drawn.normal("weights", 4, 64, 64), 2 * drawn.normal("inputs", 32, 64)
    above = drawn.normal("above", 32, 64)
    for i in range(3):
        net = nn.Sequential(
            *[part for _ in range(4) for part in (nn.Linear(64, 64, bias=False), layer())]
        )
        for number in range(4):
            net[2 * number].weight.data = 1.3 / 8 * weights[i, number]
        first = net[0](x[i])  # the pre-activations of the first layer and of the last
        last = net[1:7](first)
        h = net[7](last)
        gradients = torch.autograd.grad(h, (first, last), above[i])

        assert measured["size"][i].item() == pytest.approx(
            (h.norm() / x[i].norm()).item(), rel=1e-4
        )
        assert measured["gradient"][i].item() == pytest.approx(
            (gradients[0].norm() / gradients[1].norm()).item(), rel=1e-4
        )


def test_he_preserves_the_mean_square():
    """Over many networks the mean of the squared ratios is 1, forward and backward: (gain² / 2) to the depth."""
    measured = relu_signal(Replicates("name", range(512)), layers=3, width=16, gain=2**0.5)

    assert measured["size"].square().mean().item() == pytest.approx(1, abs=0.1)
    assert measured["gradient"].square().mean().item() == pytest.approx(1, abs=0.1)


def test_identity_has_only_slopes_of_one():
    """Nothing is damped by it."""
    measured = relu_signal(Replicates("name", range(2)), activation="identity", layers=2)

    assert (measured["weakest"] == 1).all()
