"""Exact cases of the slopes."""

import math

import pytest
import torch
from sims.activations.activation_slopes import activation_slopes

from dlfaq.sim import Replicates


def slopes(**parameters):
    return activation_slopes(Replicates("activation_slopes", range(4)), **parameters)


@pytest.mark.parametrize("x", [0.5, 2.0, 4.0])
def test_tanh_is_a_sigmoid_twice_as_wide_and_four_times_as_steep(x):
    """The slope of tanh at x is 4 times the sigmoid's at 2 x, by tanh(x) = 2 sigmoid(2 x) - 1."""
    tanh, sigmoid = slopes(activation="tanh", at=x), slopes(activation="sigmoid", at=2 * x)

    torch.testing.assert_close(tanh["slope"], 4 * sigmoid["slope"], rtol=1e-12, atol=0)


def test_curves_of_tanh():
    """tanh(z) and 1 - tanh(z)^2, on 61 places from -6 to 6."""
    measured = slopes(activation="tanh")
    z = measured["z"].expand(4, -1)

    torch.testing.assert_close(measured["output"], z.tanh())
    torch.testing.assert_close(measured["gradient"], 1 - z.tanh() ** 2)
    assert z[0, [0, 30, 60]].tolist() == [-6, 0, 6]


def test_zero_where_the_output_rounds_to_one():
    """1 - y is exactly 0 below half the spacing of numbers under 1.

    Sigmoid gets there at 25 ln 2, less the rounding.
    """
    measured = slopes(activation="sigmoid", precision="float32")["positive_zero"]

    assert torch.all((measured - 24 * math.log(2)).abs() < 0.02)


def test_distance_from_a_step_is_the_integral():
    """The mean of |sigmoid(b x) - step(x)| on [-1, 1] is ln(2 / (1 + e^-b)) / b."""
    b = 3.0
    expected = math.log(2 / (1 + math.exp(-b))) / b

    torch.testing.assert_close(
        slopes(steepness=b)["step_distance"],
        torch.full((4,), expected, dtype=torch.float64),
        rtol=1e-6,
        atol=0,
    )


def test_autocast_rounds_to_bfloat16():
    """A linear layer under autocast hands bfloat16 on: tanh is flat where it is in bfloat16."""
    auto = slopes(activation="tanh", precision="autocast")["positive_zero"]
    half = slopes(activation="tanh", precision="bfloat16")["positive_zero"]

    torch.testing.assert_close(auto, half)
    assert torch.all(slopes(activation="tanh", precision="float32")["positive_zero"] > 9)
