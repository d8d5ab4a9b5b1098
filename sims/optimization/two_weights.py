"""Warmup on the smallest loss that has sharp and flat minima.

python sims/optimization/two_weights.py --lr 0.2 --warmup 300

https://arxiv.org/abs/2003.02218
"""

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LinearLR

from dlfaq.sim import Replicates


def two_weights(
    replicates: Replicates,
    lr: float = 0.2,
    warmup: int = 0,
    steps: int = 600,
    start: float = 5.0,
    noise: float = 0.1,
) -> dict[str, Tensor]:
    """Fit u v = 1 by SGD on (u v - y)^2 / 2 with labels y = 1 + noise, from a sharp place.

    Every point with u v = 1 is a minimum, but the curvature there is u^2 + v^2: 2 at u = v = 1, about 25 at u = 5.

    Args:
        replicates: One start of v each.
        lr: Peak learning rate.
        warmup: Steps over which the rate climbs in a straight line from lr / 1000 to lr; 0 begins at lr.
        steps: Steps that are made.
        start: u at the start; v starts near 0, normal with standard deviation 0.1.
        noise: Standard deviation of the noise in each step's label; 0 is plain gradient descent.

    Metrics:
        diverged: 1 if a weight ever grew past 1000, else 0, in [0, 1].
        first_sharpness: u^2 + v^2 at the start, near the largest curvature there.
        sharpness: u^2 + v^2 at the end; 0 where it diverged.
    """
    u = nn.Parameter(
        torch.full((len(replicates),), start, dtype=torch.float64, device=replicates.device)
    )  # (R,)
    v = nn.Parameter(0.1 * replicates.normal("v", dtype=torch.float64))  # (R,)
    first = (u**2 + v**2).detach()
    optimizer = torch.optim.SGD([u, v], lr=lr)
    rate = LinearLR(optimizer, start_factor=0.001, total_iters=warmup) if warmup else None
    labels = 1 + noise * replicates.normal("labels", steps, dtype=torch.float64)  # (R, steps)
    diverged = torch.zeros_like(first, dtype=torch.bool)
    # by hand, not by dlfaq.sim.training: weights that diverged are put back to 0 on the way
    for step in range(steps):
        loss = (u * v - labels[:, step]).square() / 2  # (R,)
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        if rate:
            rate.step()
        with torch.no_grad():
            diverged |= (u.abs() > 1e3) | (v.abs() > 1e3)
            for weight in (u, v):
                weight[diverged] = 0  # nothing more to see there, and no overflow
    return {"diverged": diverged, "first_sharpness": first, "sharpness": (u**2 + v**2).detach()}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
