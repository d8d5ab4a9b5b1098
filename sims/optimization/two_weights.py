"""Warmup on the smallest loss that has sharp and flat minima.

python sims/optimization/two_weights.py --lr 0.2 --warmup 300

https://arxiv.org/abs/2003.02218
"""

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates
from dlfaq.sim.losses import capped
from dlfaq.sim.training import descend


def two_weights(
    replicates: Replicates,
    lr: float = 0.2,
    warmup: int = 0,
    steps: int = 600,
    start: float = 5.0,
    noise: float = 0.1,
) -> dict[str, Tensor]:
    """Fit u v = 1 by SGD on (u v - y)^2 / 2 with labels y = 1 + noise, from a sharp place.

    Every point with u v = 1 is a minimum, but the curvature there is u^2 + v^2: 2 at u = v = 1,
    about 25 at u = 5.

    Setting: from u = {start}, noise {noise} in the labels; SGD at {lr}, {warmup} of {steps} steps
    are warmup.

    Args:
        replicates: One start of v and one stream of noise each.
        lr: Peak learning rate.
        warmup: Steps over which the rate climbs in a straight line from lr / warmup to lr; 0 begins
            at lr.
        steps: Steps that are made, warmup included.
        start: u at the start; v starts near 0, normal with standard deviation 0.1.
        noise: Standard deviation of the noise in each step's label; 0 is plain gradient descent.

    Metrics:
        diverged: 1 if a weight is past 1000 or no number at the end, else 0, in [0, 1].
        first_sharpness: u^2 + v^2 at the start, near the largest curvature there; at least 0.
        sharpness: u^2 + v^2 at the end; 1000 if it is larger or no number, in [0, 1000].
    """
    u = torch.full((len(replicates),), start, dtype=torch.float64, device=replicates.device)
    u, v = nn.Parameter(u), nn.Parameter(0.1 * replicates.normal("v", dtype=torch.float64))  # (R,)
    first = (u**2 + v**2).detach()
    labels = 1 + noise * replicates.normal("labels", steps, dtype=torch.float64)  # (R, steps)

    def loss_at(step: int) -> Tensor:
        return (u * v - labels[:, step]).square() / 2  # (R,)

    descend({"u": u, "v": v}, loss_at, steps, lr=lr, warmup=warmup)
    u, v = u.detach(), v.detach()
    return {
        "diverged": ~((u.abs() < 1000) & (v.abs() < 1000)),
        "first_sharpness": first,
        "sharpness": capped(u**2 + v**2, 1000.0),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
