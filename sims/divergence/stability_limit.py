"""Gradient descent on a bowl: the learning rate beyond which every step makes it worse.

python sims/divergence/stability_limit.py --ratio 1.01

One step multiplies the weight by 1 - lr * curvature; its size grows once lr > 2 / curvature.
The loop is written out, since it is what the file shows.
"""

import torch
from torch import Tensor

from dlfaq.sim import Replicates


def stability_limit(
    replicates: Replicates,
    ratio: float = 0.99,
    curvature: float = 10.0,
    momentum: float = 0.0,
    dampening: float = 0.0,
    steps: int = 300,
) -> dict[str, Tensor]:
    """Minimize curvature / 2 * w**2 with `torch.optim.SGD`.

    Args:
        replicates: One starting point each.
        ratio: Learning rate as a multiple of 2 / curvature.
        curvature: Second derivative of the loss, above 0.
        momentum: Of SGD.
        dampening: 1 - dampening is the weight of a new gradient; equal to the momentum it gives the
            running average that Adam uses.
        steps: Steps of gradient descent.

    Metrics:
        growth: logarithm of the final over the initial distance to the minimum.
    """
    start = 1 + replicates.uniform("start", 1, dtype=torch.float64)  # (R, 1)
    w = start.clone().requires_grad_()
    optimizer = torch.optim.SGD(
        [w], lr=ratio * 2 / curvature, momentum=momentum, dampening=dampening
    )
    for _ in range(steps):
        optimizer.zero_grad()
        (curvature / 2 * w**2).sum().backward()  # each replicate's gradient is its own
        optimizer.step()
    smallest = torch.finfo(torch.float64).tiny  # a weight at the minimum has no logarithm
    return {"growth": (w.detach().abs().clamp(min=smallest) / start).log().squeeze(1)}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
