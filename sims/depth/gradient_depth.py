"""How large a gradient is after it has come back through many layers.

python sims/depth/gradient_depth.py --activation sigmoid --layers 20

https://arxiv.org/abs/1611.01232
"""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from dlfaq.sim import Replicates

ACTIVATIONS = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "identity": lambda a: a,
}


def gradient_depth(
    replicates: Replicates,
    layers: int = 20,
    activation: Literal["relu", "tanh", "sigmoid", "identity"] = "relu",
    gain: float = 1.0,
    orthogonal: bool = False,
    skip: Literal["none", "plain", "scaled"] = "none",
    normalize: Literal["none", "before", "after"] = "none",
    width: int = 96,
) -> dict[str, Tensor]:
    """Send one random input through random layers h -> f(W h), and a random gradient back, in float64.

    Args:
        replicates: One network, one input and one gradient of the loss with respect to the output each.
        layers: Number of layers L.
        activation: The function f.
        gain: g. The weights are normal with variance g^2 / width: 1 is Xavier's scale, the root of 2 He's.
        orthogonal: Make each W an orthogonal matrix times g instead.
        skip: Replace a layer f by h + f (plain) or by h + f / sqrt(L) (scaled).
        normalize: Apply layer normalization to W h (before the activation) or to f(W h) (after it).
        width: Units n of every layer.

    Metrics:
        passed: norm of the gradient at the input over that at the output.
        expected: the same, predicted as the product over the layers of g times the root of the mean squared slope. Made
            for plain layers: skips and normalization are left out.
        first_gradient: norm of the gradient of the first layer's weights.
        last_gradient: the same for the last layer's.
    """
    f = ACTIVATIONS[activation]
    weights = replicates.normal("weights", layers, width, width).double()  # (R, L, n, n)
    if orthogonal:
        weights = torch.linalg.qr(weights).Q * width**0.5
    weights = [
        (gain / width**0.5 * w).requires_grad_() for w in weights.unbind(1)
    ]  # L times (R, n, n)
    x = replicates.normal("input", width, 1, dtype=torch.float64).requires_grad_()  # (R, n, 1)

    h, factors = x, []
    for w in weights:
        a = w @ h  # (R, n, 1): the pre-activations
        if normalize == "before":
            a = F.layer_norm(a.mT, (width,)).mT
        factors.append(gain * _slopes(f, a).square().mean((1, 2)).sqrt())  # (R,)
        out = f(a)
        if normalize == "after":
            out = F.layer_norm(out.mT, (width,)).mT
        h = {"none": out, "plain": h + out, "scaled": h + out / layers**0.5}[skip]

    above = replicates.normal(
        "gradient", width, 1, dtype=torch.float64
    )  # (R, n, 1): dL/dh at the output
    at_input, first, last = torch.autograd.grad(h, (x, weights[0], weights[-1]), above)
    norm = torch.linalg.matrix_norm
    return {
        "passed": norm(at_input) / norm(above),
        "expected": torch.stack(factors).prod(0),
        "first_gradient": norm(first),
        "last_gradient": norm(last),
    }


def _slopes(f: Callable[[Tensor], Tensor], a: Tensor) -> Tensor:
    """f'(a), elementwise."""
    a = a.detach().requires_grad_()
    return torch.autograd.grad(f(a).sum(), a)[0]


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
