"""The gradient of the first weight of a chain of sigmoid units.

python sims/activations/scalar_chain.py --layers 5 --largest 6

https://arxiv.org/abs/1211.5063
"""

import torch
from torch import Tensor

from dlfaq.sim import Replicates

FLAT = 0.01  # a slope, 4 % of the sigmoid's largest


def scalar_chain(
    replicates: Replicates,
    layers: int = 5,
    smallest: float = 0.0,
    largest: float = 1.0,
    centred: bool = False,
    chains: int = 1024,
) -> dict[str, Tensor]:
    """Differentiate f(x) = s(w_L s(… s(w_1 x) …)) with s the sigmoid, in float64.

    Args:
        replicates: One set of chains each.
        layers: Number of weights L.
        smallest: Smallest |w|.
        largest: Largest |w|; the weights are uniform between the two, with random signs.
        centred: Give each unit the bias -w / 2 and the chain the input x = 1/2, so that every unit works at its steepest
            point. Without, there are no biases and x is standard normal.
        chains: Chains C a replicate.

    Metrics:
        bound_ratio: largest |df/dw_1| divided by |x| / 4^L, over the chains.
        formula_error: largest relative error of the product of all slopes and of the weights w_2 … w_L, times x.
        no_weights_error: median relative error of the same product without the weights.
        first: geometric mean of |df/dw_1|.
        last: largest |df/dw_L|.
        flat: share of the chains whose first unit has a slope below 0.01, in [0, 1].
    """
    size = smallest + (largest - smallest) * replicates.uniform(
        "size", layers, chains, dtype=torch.float64
    )
    sign = 2.0 * replicates.integers("sign", 2, layers, chains) - 1
    w = (size * sign).requires_grad_()  # (R, L, C)
    bias = -w.detach() / 2 if centred else torch.zeros_like(w)
    x = replicates.normal("x", chains, dtype=torch.float64)  # (R, C)
    x = torch.full_like(x, 0.5) if centred else x

    h, slopes = x, []
    for layer in range(layers):
        h = torch.sigmoid(w[:, layer] * h + bias[:, layer])
        slopes.append((h * (1 - h)).detach())
    gradient = torch.autograd.grad(h.sum(), w)[0].abs()  # (R, L, C)
    first = gradient[:, 0]
    tiny = torch.finfo(
        first.dtype
    ).tiny  # a unit may be so saturated that its gradient is exactly 0

    slopes = torch.stack(slopes, 1)  # (R, L, C)
    without = slopes.prod(1) * x.abs()  # what is left if the weights are forgotten
    product = without * w.detach()[:, 1:].prod(1).abs()
    return {
        "bound_ratio": (first / (x.abs() / 4**layers)).amax(1),
        "formula_error": ((product - first).abs() / first.clamp(min=tiny)).amax(1),
        "no_weights_error": ((without - first).abs() / first.clamp(min=tiny)).median(1).values,
        "first": first.log().mean(1).exp(),
        "last": gradient[:, -1].amax(1),
        "flat": (slopes[:, 0] < FLAT).double().mean(1),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
