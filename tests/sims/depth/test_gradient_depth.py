"""Gradients through many layers, where they are known."""

import pytest
import torch
from sims.depth.gradient_depth import gradient_depth

from dlfaq.sim import Replicates


def sim(**given):
    return gradient_depth(Replicates("gradient_depth", range(3)), **given)


@pytest.mark.parametrize("skip", ["none", "plain", "scaled"])
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "identity"])
def test_the_gradient_is_the_product_of_the_layers_jacobians(activation, skip):
    """Multiply the Jacobians, each by `torch.autograd.functional.jacobian`, from the last layer to the first."""
    layers, width = 3, 6
    measured = sim(layers=layers, width=width, activation=activation, skip=skip, gain=1.3)
    same = Replicates("gradient_depth", range(3))
    weights = 1.3 / width**0.5 * same.normal("weights", layers, width, width).double()
    x, above = (
        same.normal(name, width, 1, dtype=torch.float64)[..., 0] for name in ("input", "gradient")
    )
    f = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "identity": lambda a: a}[
        activation
    ]
    keep, add = {"none": (0, 1), "plain": (1, 1), "scaled": (1, layers**-0.5)}[skip]
    for i in range(3):
        h, product = x[i], torch.eye(width, dtype=torch.float64)
        for w in weights[i]:
            layer = lambda h, w=w: keep * h + add * f(w @ h)  # noqa: E731
            product = torch.autograd.functional.jacobian(layer, h) @ product
            h = layer(h)
        expected = (above[i] @ product).norm() / above[i].norm()
        torch.testing.assert_close(measured["passed"][i], expected, rtol=1e-9, atol=0)


def test_orthogonal_linear_layers_change_no_length():
    """A product of orthogonal matrices is orthogonal, and its gain comes out to the power of the depth."""
    measured = sim(layers=7, width=16, activation="identity", orthogonal=True, gain=2.0)

    torch.testing.assert_close(measured["passed"], torch.full((3,), 2.0**7, dtype=torch.float64))
    torch.testing.assert_close(measured["expected"], torch.full((3,), 2.0**7, dtype=torch.float64))


def test_one_layer_has_one_gradient():
    """The first layer is the last one; a linear one's weight gradient is an outer product."""
    measured = sim(layers=1, width=8, activation="identity")
    same = Replicates("gradient_depth", range(3))
    x, above = (
        same.normal(name, 8, dtype=torch.float64).norm(dim=1) for name in ("input", "gradient")
    )

    assert torch.equal(measured["first_gradient"], measured["last_gradient"])
    torch.testing.assert_close(measured["first_gradient"], x * above)


def test_normalization_forgets_the_scale():
    """Layer normalization before or after ReLU makes the size of the weights irrelevant; without it, it is not."""
    for where in ("before", "after"):
        small, large = (
            sim(layers=4, width=16, normalize=where, gain=gain)["passed"] for gain in (1.0, 100.0)
        )
        torch.testing.assert_close(small, large, rtol=1e-3, atol=0)
    assert (
        sim(layers=4, width=16, gain=100.0)["passed"] > 1e6 * sim(layers=4, width=16)["passed"]
    ).all()
