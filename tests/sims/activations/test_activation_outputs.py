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
    size, u = drawn.normal("size", 64, 64).abs(), drawn.uniform("sign", 64, 64)
    weights = torch.where(u < 0.5, -size, size)
    x = drawn.normal("inputs", 256, 64)
    for i in range(2):
        linear, norm = nn.Linear(64, 64), nn.BatchNorm1d(64)
        linear.weight.data = 3 * weights[i] / weights[i].norm(dim=1, keepdim=True)
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


def test_only_negative_weights_on_positive_inputs_kill_every_unit():
    """Every pre-activation is a sum of negative numbers."""
    measured = activation_outputs(Replicates("name", range(4)), negative=1.0, inputs="pixels")

    assert (measured["dead"] == 1).all()
    assert (measured["zero"] == 1).all()


def test_only_positive_weights_kill_none():
    """Every pre-activation is positive."""
    measured = activation_outputs(Replicates("name", range(4)), negative=0.0, inputs="relu")

    assert (measured["dead"] == 0).all()
    assert (measured["zero"] == 0).all()


def test_on_centred_inputs_a_sign_is_as_good_as_the_other():
    """Half of the outputs are 0 whatever the signs."""
    measured = activation_outputs(Replicates("name", range(16)), negative=1.0, inputs="centred")

    assert measured["zero"].mean().item() == pytest.approx(0.5, abs=0.05)
