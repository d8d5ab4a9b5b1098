"""Gradient descent with noise on a bowl, under a learning-rate schedule.

python sims/optimization/noisy_quadratic.py --schedule cosine --horizon 1000 --steps 500

https://arxiv.org/abs/1907.04164
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates
from dlfaq.sim.schedules import scheduler


def noisy_quadratic(
    replicates: Replicates,
    schedule: Literal[
        "constant", "linear", "cosine", "cooldown", "drops", "inverse", "inverse-sqrt"
    ] = "cosine",
    lr: float = 0.5,
    horizon: int = 500,
    steps: int = 500,
    noise: float = 0.3,
    condition: float = 1000.0,
    directions: int = 20,
    knee: float = 20.0,
) -> dict[str, Tensor]:
    """Minimize (1/2) sum_j h_j w_j^2 by SGD, where each gradient carries fresh noise.

    The noise stands for mini-batches: the smaller the batch, the larger it is. Its variance in direction j is
    sigma^2 h_j, for near a minimum the gradients of single examples vary most where the loss curves most.

    Args:
        replicates: One start and one stream of noise each.
        schedule: Learning-rate schedule; dlfaq.sim.schedules says how each is set up.
        lr: Peak learning rate. Without noise, SGD converges for lr < 2 / h_max = 2.
        horizon: Steps the schedule was made for.
        steps: Steps that are made.
        noise: sigma, the noise's standard deviation where the curvature is 1; 0 is plain gradient descent.
        condition: Largest curvature over the smallest. The largest is 1.
        directions: Number d of directions, their curvatures spaced evenly on a log scale.
        knee: b of the schedules b / (b + t).

    Metrics:
        loss: after the last step.
        variance: mean square of w over the directions and the second half of the steps.
    """
    h = torch.logspace(
        0, -1, directions, base=condition, dtype=torch.float64
    )  # (d,): 1 … 1 / condition
    h = h.to(replicates.device)
    w = nn.Parameter(replicates.normal("start", directions, dtype=torch.float64))  # (R, d)
    # (R, steps or a few more, d); in sixteens, so that a longer run begins with the very noise of a shorter one
    noises = replicates.normal("noise", -(-steps // 16) * 16, directions, dtype=torch.float64)
    optimizer = torch.optim.SGD([w], lr=lr)
    rate = scheduler(optimizer, schedule, horizon, knee)
    squares = torch.zeros_like(w)  # (R, d): w^2 summed over the second half
    # by hand, not by dlfaq.sim.training: the gradient itself is made by hand, as noise is added to it
    for step in range(steps):
        w.grad = (
            h * w.detach() + noise * h.sqrt() * noises[:, step]
        )  # the true gradient + what a mini-batch adds
        optimizer.step()
        rate.step()
        if step >= steps // 2:
            squares += w.detach().square()
    squares /= steps - steps // 2
    return {
        "loss": 0.5 * (h * w.detach().square()).sum(1),
        "variance": squares.mean(1),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
