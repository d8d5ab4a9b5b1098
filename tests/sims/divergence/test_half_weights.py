"""AdamW on weights in half precision: where its step divides by 0."""

import math

import pytest
import torch
from sims.divergence.half_weights import half_weights

from dlfaq.sim import Replicates


def measure(**settings):
    """A few replicates."""
    return half_weights(Replicates("half_weights", range(4)), **settings)


@pytest.mark.parametrize("size", [0.0, 0.001])
def test_small_squares_are_zero_in_float16(size):
    """Where the mean of squares and eps are both 0, nothing is left of a weight."""
    assert measure(size=size)["broken"].tolist() == [1.0] * 4
    for dtype in ("bfloat16", "float32"):
        assert not measure(size=size, dtype=dtype)["broken"].any()


def test_the_first_step_in_float32_is_the_rate():
    """Bias correction makes it so, whatever the size of the gradient; decay adds a little."""
    assert (measure(dtype="float32", size=1.0)["moved"] - 1).abs().max() < 0.01


def test_a_larger_eps_keeps_float16_finite():
    """The largest step is about the largest gradient over eps, since the mean of squares is 0."""
    measured = measure(eps=1e-4, lr=0.01)
    gradients = 0.001 * Replicates("half_weights", range(4)).normal("gradients", 1, 64)

    assert not measured["broken"].any()
    expected = (gradients / 1e-4).abs().amax((1, 2))
    assert ((measured["moved"] / expected - 1).abs() < 0.1).all()


def test_a_gradient_survives_where_its_square_does():
    """Numbers up to 2**-25, half of the smallest float16, are rounded to 0."""
    least = math.sqrt(2.0**-25 / 0.001)
    gradients = Replicates("half_weights", range(4)).normal("gradients", 1, 64).flatten(1)
    lost = (gradients.abs() < least).double().mean(1)

    assert (measure(size=1.0)["broken"] - lost).abs().max() < 0.02


def test_loss_scaling_refuses_weights_in_float16():
    """PyTorch's GradScaler says so."""
    weight = torch.nn.Parameter(torch.ones(3).half())
    scaler, optimizer = torch.amp.GradScaler("cpu"), torch.optim.SGD([weight], 0.1)
    scaler.scale((2 * weight).sum()).backward()

    with pytest.raises(ValueError, match="Attempting to unscale FP16 gradients"):
        scaler.unscale_(optimizer)
