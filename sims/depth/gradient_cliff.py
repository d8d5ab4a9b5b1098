"""A cliff in the loss: one weight used many times over.

python sims/depth/gradient_cliff.py --times 50

https://arxiv.org/abs/1211.5063
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates


def gradient_cliff(
    replicates: Replicates,
    times: int = 20,
    combine: Literal["product", "sum"] = "product",
    up_to: float = 1.0,
    points: int = 20001,
) -> dict[str, Tensor]:
    """Walk along the loss (w^T - c)^2 of a weight that is applied T times, and measure its slope, in float64.

    Args:
        replicates: One target c each, uniform between 0.25 and 0.5.
        times: T, how often the weight is used.
        combine: Multiply the uses, w^T, or average them, (w + ... + w) / T.
        up_to: The walk goes from 0 to this weight.
        points: Weights at which the slope is taken.

    Metrics:
        steepest: largest absolute slope.
        width: share of the walk on which the slope is above a tenth of the largest, in [0, 1].
    """
    target = 0.25 + 0.25 * replicates.uniform("target", 1, dtype=torch.float64)  # (R, 1)
    w = torch.linspace(0, up_to, points, dtype=torch.float64, device=replicates.device)
    w = replicates.same(w).clone().requires_grad_()  # (R, points)
    used = w**times if combine == "product" else w * times / times
    loss = (used - target).square()  # (R, points)
    slope = torch.autograd.grad(loss.sum(), w)[0].abs()
    steepest = slope.amax(1)
    return {"steepest": steepest, "width": (slope > 0.1 * steepest[:, None]).double().mean(1)}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
