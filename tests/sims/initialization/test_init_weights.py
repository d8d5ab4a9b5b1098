"""What initializers draw, against what they say they draw."""

import math

import pytest
import torch
from sims.initialization.init_weights import init_weights
from torch import nn

from dlfaq.sim import Replicates


def sim(**given):
    return {
        name: value.mean().item()
        for name, value in init_weights(Replicates("init_weights", range(8)), **given).items()
    }


@pytest.mark.parametrize(
    ("initializer", "variance"),
    [
        ("default", 1 / 3),  # uniform up to 1 / sqrt(inputs)
        ("xavier_uniform", 2 * 128 / (128 + 384)),
        ("xavier_normal", 2 * 128 / (128 + 384)),
        ("kaiming_uniform", 2),
        ("kaiming_normal", 2),
        ("normal", 128),
    ],
)
def test_variance_times_inputs(initializer, variance):
    """Of a layer that is not square, so that Xavier's mean of inputs and outputs shows."""
    measured = sim(initializer=initializer, inputs=128, outputs=384)

    assert math.isclose(measured["variance"], variance, rel_tol=0.02)
    assert abs(measured["mean"]) < 0.01


def test_a_replicate_is_the_layer_that_pytorch_makes():
    """All measurements of one replicate, computed from the layer itself."""
    measured = {
        name: value[0] for name, value in init_weights(Replicates("init_weights", [1])).items()
    }
    alone = Replicates("init_weights", [1])
    state = alone.stack("layer", lambda: nn.Linear(256, 256)).weights()
    weight, bias = state["weight"][0].detach().double(), state["bias"][0].detach().double()
    z = alone.normal("inputs", 64, 256, dtype=torch.float64)[0] @ weight.T
    z.requires_grad_()
    tanh_slope = torch.autograd.grad(torch.tanh(z).mean(), z)[0].sum()
    sigmoid_slope = torch.autograd.grad(torch.sigmoid(z).mean(), z)[0].sum()

    assert math.isclose(measured["largest"], weight.abs().max() * 16, rel_tol=1e-9)
    assert math.isclose(
        measured["kurtosis"], weight.pow(4).mean() / weight.pow(2).mean() ** 2, rel_tol=1e-9
    )
    assert math.isclose(measured["bias_variance"], bias.pow(2).mean() * 256, rel_tol=1e-9)
    assert math.isclose(measured["outside"], (z.abs() > 2).double().mean(), abs_tol=1e-9)
    assert math.isclose(measured["tanh_slope"], tanh_slope, rel_tol=1e-9)
    assert math.isclose(measured["sigmoid_slope"], 4 * sigmoid_slope, rel_tol=1e-9)


def test_sums_of_unit_variance_leave_2_as_normal_numbers_do():
    """The tails of a standard normal beyond 2: erfc(sqrt 2)."""
    assert math.isclose(
        sim(initializer="xavier_normal")["outside"], math.erfc(2**0.5), abs_tol=0.003
    )
    assert math.isclose(sim(initializer="kaiming_normal")["outside"], math.erfc(1), abs_tol=0.006)
