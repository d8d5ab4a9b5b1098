"""The gradients of a three-layer network, written out by the chain rule and compared with autograd.

python sims/activations/backprop_by_hand.py --mistake inner-slope

https://doi.org/10.1038/323533a0
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates


def backprop_by_hand(
    replicates: Replicates,
    activation: Literal["sigmoid", "tanh"] = "sigmoid",
    width: int = 8,
    examples: int = 16,
    mistake: Literal["none", "no-slope", "wrong-place", "wrong-input", "no-transpose"] = "none",
) -> dict[str, Tensor]:
    """Differentiate L = sum (W3 s(W2 s(W1 X)) - Y)^2 / 2 by hand, in float64.

    Columns of X are examples.

    Args:
        replicates: One set of weights and one data set each.
        activation: The function s.
        width: Size of the input, of both hidden layers and of the output, so that a mistake does
            not show in the shapes.
        examples: Columns N of X.
        mistake: What to do wrong: leave out the slope of the second hidden layer; take slopes at
            the layer's output instead of its input; use X where the gradient of W2 needs the first
            hidden layer; forget to transpose W2.

    Metrics:
        w1_error: relative difference of the gradient of W1 to autograd's, in norm.
        w2_error: the same for W2.
        w3_error: the same for W3.
        difference_error: relative difference between autograd's gradient along a random direction
            in all three weights and a finite difference of the loss along it.
        matrices: weight matrices that have a gradient of their own shape other than zero.
    """
    s = {"sigmoid": torch.sigmoid, "tanh": torch.tanh}[activation]

    def slope(a: Tensor) -> Tensor:
        return s(a) * (1 - s(a)) if activation == "sigmoid" else 1 - s(a) ** 2

    def draw(name: str, columns: int = width) -> Tensor:
        return replicates.normal(name, width, columns, dtype=torch.float64)  # (R, width, columns)

    x, y = draw("x", examples), draw("y", examples)
    weights = [draw(name) / width**0.5 * 2 for name in ("w1", "w2", "w3")]

    def loss(w1: Tensor, w2: Tensor, w3: Tensor) -> Tensor:
        return (w3 @ s(w2 @ s(w1 @ x)) - y).square().sum((1, 2)) / 2  # (R,)

    # forward: a is a layer's input to s, h its output
    w1, w2, w3 = weights
    a1 = w1 @ x
    h1 = s(a1)
    a2 = w2 @ h1
    h2 = s(a2)
    delta = w3 @ h2 - y  # dL/d(output), (R, width, N)

    # backward: through a matrix by its transpose, through s by its slope at that layer's input
    slope2 = (
        torch.ones_like(a2)
        if mistake == "no-slope"
        else slope(h2 if mistake == "wrong-place" else a2)
    )
    back2 = (w3.mT @ delta) * slope2  # dL/da2
    back1 = ((w2 if mistake == "no-transpose" else w2.mT) @ back2) * slope(
        h1 if mistake == "wrong-place" else a1
    )  # dL/da1
    by_hand = [back1 @ x.mT, back2 @ (x if mistake == "wrong-input" else h1).mT, delta @ h2.mT]

    leaves = [w.clone().requires_grad_() for w in weights]
    by_autograd = torch.autograd.grad(
        loss(*leaves).sum(), leaves
    )  # each (R, width, width), like its weights

    direction = [draw(name) for name in ("d1", "d2", "d3")]
    step = 1e-5
    ahead = loss(*(w + step * d for w, d in zip(weights, direction, strict=True)))
    behind = loss(*(w - step * d for w, d in zip(weights, direction, strict=True)))
    along = sum((g * d).sum((1, 2)) for g, d in zip(by_autograd, direction, strict=True))
    total = torch.stack([g.square().sum((1, 2)) for g in by_autograd]).sum(0).sqrt()

    errors = [
        torch.linalg.matrix_norm(hand - auto) / torch.linalg.matrix_norm(auto)
        for hand, auto in zip(by_hand, by_autograd, strict=True)
    ]
    own = [
        (g.abs().amax((1, 2)) > 0) & (g.shape == w.shape)
        for g, w in zip(by_autograd, weights, strict=True)
    ]
    return {
        "w1_error": errors[0],
        "w2_error": errors[1],
        "w3_error": errors[2],
        "difference_error": ((ahead - behind) / (2 * step) - along).abs() / total,
        "matrices": torch.stack(own).sum(0),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
