"""One update where the numbers are known."""

import pytest
import torch
from sims.depth.gradient_update import gradient_update

from dlfaq.sim import Replicates


def sim(**given):
    return gradient_update(Replicates("gradient_update", range(8)), **given)


def test_gradient_equals_torch_nn():
    """The gradients are those of a `torch.nn.Linear`, a tanh and half the summed squared error."""
    measured, same = sim(), Replicates("gradient_update", range(8))
    w, v = (
        same.normal("W", 7, 5, dtype=torch.float64) / 5**0.5,
        same.normal("V", 3, 7, dtype=torch.float64) / 7**0.5,
    )
    x, y = same.normal("x", 5, 1, dtype=torch.float64), same.normal("y", 3, 1, dtype=torch.float64)
    for i in range(8):
        layer = torch.nn.Linear(5, 7, bias=False, dtype=torch.float64)
        layer.weight.data = w[i]
        inputs = x[i, :, 0].clone().requires_grad_()
        out = v[i] @ torch.tanh(layer(inputs))
        (torch.nn.functional.mse_loss(out, y[i, :, 0], reduction="sum") / 2).backward()
        torch.testing.assert_close(measured["weight_gradient"][i], layer.weight.grad.norm())
        torch.testing.assert_close(measured["input_gradient"][i], inputs.grad.norm())


def test_sgd_moves_by_the_gradient():
    """Without rescaling, the largest move of SGD is the largest entry of the gradient, whatever the learning rate."""
    torch.testing.assert_close(sim(lr=1e-3)["moved"], sim(lr=1e-5)["moved"], rtol=1e-6, atol=0)
    rescaled = sim(size=1e-6)["moved"]
    assert ((rescaled > 1e-6 / 35**0.5) & (rescaled <= 1e-6)).all()


@pytest.mark.parametrize(("size", "expected"), [(1e6, 1.0), (1e-16, 0.0)])
def test_adam_moves_by_the_sign(size, expected):
    """Adam's first step is g / (|g| + 1e-8): the sign of a large gradient, nothing of one far below 1e-8."""
    moved = sim(optimizer="adam", size=size)["moved"]

    torch.testing.assert_close(moved, torch.full_like(moved, expected), rtol=0, atol=1e-6)


def test_half_a_network_of_zeros():
    """An x of 0 leaves W without a gradient, W = 0 leaves x without one."""
    assert (sim(zero="input")["weight_gradient"] == 0).all()
    assert (sim(zero="weights")["input_gradient"] == 0).all()


def test_a_sign_is_a_sign():
    """Up and down move equally far."""
    torch.testing.assert_close(sim()["moved"], sim(sign="plus")["moved"])
    assert (sim()["fell"] == 1).all()
    assert (sim(sign="plus")["fell"] == 0).all()
