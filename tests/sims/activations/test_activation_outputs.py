"""One layer's outputs against ordinary modules and known integrals."""

import math

import pytest
import torch
from sims.activations.activation_outputs import activation_outputs
from torch import nn

from dlfaq.sim import Replicates


@pytest.mark.parametrize("normalize", ["no", "before", "after"])
def test_it_equals_plain_modules(normalize):
    """nn.Linear, nn.BatchNorm1d in training mode and nn.ReLU in the order asked for."""
    measured = activation_outputs(
        Replicates("name", range(2)), normalize=normalize, scale=3.0, bias=0.5
    )
    drawn = Replicates("name", range(2))
    layers = drawn.stack("layer", lambda: nn.Linear(64, 64))
    x = drawn.normal("inputs", 256, 64)
    for i in range(2):
        linear, norm = nn.Linear(64, 64), nn.BatchNorm1d(64)
        linear.weight.data = 3 * nn.functional.normalize(
            layers.weights()["weight"][i].detach(), dim=1
        )
        linear.bias.data.fill_(1.5)
        order = {"no": [nn.ReLU()], "before": [norm, nn.ReLU()], "after": [nn.ReLU(), norm]}[
            normalize
        ]
        h = nn.Sequential(linear, *order)(x[i])

        assert measured["mean"][i].item() == pytest.approx(h.mean().item(), abs=1e-5)
        assert measured["centre"][i].item() == pytest.approx(h.mean(0).abs().max().item(), abs=1e-5)
        assert measured["square"][i].item() == pytest.approx(h.square().mean().item(), rel=1e-4)
        assert measured["zero"][i].item() == (h == 0).double().mean().item()


def test_leaky_has_the_slope_that_relu_lacks():
    """1 above 0 and 0.01 below, on the same units; and no output is exactly 0."""
    leaky = activation_outputs(Replicates("name", range(2)), activation="leaky")
    relu = activation_outputs(Replicates("name", range(2)))

    assert torch.allclose(leaky["slope"], relu["slope"] + 0.01 * (1 - relu["slope"]))
    assert (leaky["zero"] == 0).all()


def test_sigmoid_of_a_symmetric_input():
    """Its mean is 1/2, and its slope's, far out, the density at 0 divided by the scale."""
    measured = activation_outputs(Replicates("name", range(16)), activation="sigmoid", scale=20.0)

    assert measured["mean"].mean().item() == pytest.approx(0.5, abs=0.01)
    assert measured["slope"].mean().item() == pytest.approx(
        1 / math.sqrt(2 * math.pi) / 20, rel=0.05
    )
