"""Gradients that arrive late: how large a learning rate they allow.

python sims/parallel/stale_gradients.py --delay 4

https://arxiv.org/abs/1910.05124
"""

import torch
from torch import Tensor

from dlfaq.sim import Replicates


def stale_gradients(
    replicates: Replicates, delay: int = 4, steps: int = 1500, halvings: int = 12
) -> dict[str, Tensor]:
    """Minimize curvature / 2 * w**2 with gradients at the weights of some steps ago, and look for the limit by halving.

    Args:
        replicates: One curvature and one starting point each.
        delay: Age of a gradient in steps.
        steps: Steps, after which a weight has grown or shrunk.
        halvings: How often the interval that holds the limit, 0 to 4 at first, is halved.

    Metrics:
        limit: learning rate times curvature from which on the weight grows.
    """
    curvature = 1 + 9 * replicates.uniform("curvature", 1, dtype=torch.float64)[:, 0]  # (R,)
    start = 1 + replicates.uniform("start", 1, dtype=torch.float64)[:, 0]  # (R,)
    low, high = (
        torch.zeros_like(start),
        torch.full_like(start, 4),
    )  # of learning rate times curvature
    for _ in range(halvings):
        middle = (low + high) / 2
        lr = middle / curvature
        past = [start] * (
            delay + 1
        )  # the weights that the ranks may still be working on, oldest first
        for _ in range(steps):
            gradient = curvature * past[0]
            past = [*past[1:], past[-1] - lr * gradient]
        size = torch.stack(past).abs().amax(0)
        grows = ~(size < start)  # also if it is no number any more
        low, high = torch.where(grows, low, middle), torch.where(grows, middle, high)
    return {"limit": (low + high) / 2}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
