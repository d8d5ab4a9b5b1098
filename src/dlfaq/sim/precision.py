"""Networks whose numbers are stored in a lower precision, as `torch.autocast` does it.

Autocast multiplies matrices in float16 or bfloat16, adds up the products in float32 and stores the
sums in the lower precision; the weights and their updates stay in float32. Here each stored tensor
is rounded to the lower precision and read back, in the forward pass and, since autograd does the
same to gradients, in the backward pass.
"""

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor
from torch.nn import functional as F


def stored(x: Tensor, precision: str) -> Tensor:
    """What a precision leaves of numbers that are stored in it, and of their gradient.

    Args:
        x: float32, of any shape.
        precision: `float32`, `bfloat16` or `float16`.
    """
    return x if precision == "float32" else x.to(getattr(torch, precision)).float()


def pass_layers(
    weights: Mapping[str, Tensor], x: Tensor, precision: str, norm: str = "none"
) -> Tensor:
    """A ReLU network, all replicates at once: (R, N, inputs) to (R, N, outputs).

    Args:
        weights: Of linear layers called 0, 1, 2 …: `0.weight` (R, out, in), `0.bias` (R, out), …
        x: (R, N, inputs).
        precision: In which each layer's inputs, weights and outputs are stored.
        norm: `layer` for a layer normalization, without weights, before each ReLU; `none` for none.
            Its statistics are computed in float32, as under autocast.
    """
    count = len(weights) // 2
    for layer in range(count):
        weight, bias = (stored(weights[f"{layer}.{one}"], precision) for one in ("weight", "bias"))
        x = stored(torch.baddbmm(bias.unsqueeze(1), stored(x, precision), weight.mT), precision)
        if layer < count - 1:
            x = (F.layer_norm(x, x.shape[-1:]) if norm == "layer" else x).relu()
    return x


def finite_gradients(parameters: Iterable[Tensor]) -> Tensor:
    """Which replicates have a gradient without inf and NaN, (R,) of bool."""
    return torch.stack([p.grad.isfinite().flatten(1).all(1) for p in parameters]).all(0)
