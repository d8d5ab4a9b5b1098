"""Descent on a bowl, with noise or without, along the axes or across them, under a schedule.

python sims/optimization/noisy_quadratic.py --schedule cosine --horizon 1000 --steps 500
python sims/optimization/noisy_quadratic.py --optimizer adam --noise 0 --rotated true

https://arxiv.org/abs/1907.04164

The loop is written out, since the gradient is made by hand: the bowl's own and the noise.
"""

from functools import partial
from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates
from dlfaq.sim.schedules import scheduler

OPTIMIZERS = {
    "sgd": torch.optim.SGD,
    "momentum": partial(torch.optim.SGD, momentum=0.9),
    "adam": partial(torch.optim.Adam, eps=1e-30),  # no gradient is too small for it
}


def noisy_quadratic(
    replicates: Replicates,
    optimizer: Literal["sgd", "momentum", "adam"] = "sgd",
    schedule: Literal[
        "constant", "linear", "cosine", "one-cycle", "cooldown", "drops", "inverse", "inverse-sqrt"
    ] = "cosine",
    lr: float = 0.5,
    horizon: int = 500,
    steps: int = 500,
    noise: float = 0.3,
    even: bool = False,
    condition: float = 1000.0,
    directions: int = 20,
    rotated: bool = False,
    knee: float = 20.0,
) -> dict[str, Tensor]:
    """Minimize (1/2) sum_j h_j c_j^2, where each gradient carries fresh noise.

    The noise stands for mini-batches: the smaller the batch, the larger it is. Its variance in
    direction j is sigma^2 h_j, for near a minimum the gradients of single examples vary most where
    the loss curves most; or, if it is even, sigma^2 in every direction.

    Setting: a bowl of {directions} directions and condition number {condition}, noise {noise} (the
    same in all directions: {even}); {optimizer} at {lr}, schedule {schedule} over {horizon} steps,
    {steps} steps.

    Args:
        replicates: One start, one rotation and one stream of noise each.
        optimizer: PyTorch's; momentum is 0.9, and Adam's epsilon 1e-30.
        schedule: Learning-rate schedule; dlfaq.sim.schedules says how each is set up.
        lr: Peak learning rate. Without noise, SGD converges for lr < 2 / h_max = 2.
        horizon: Steps the schedule was made for.
        steps: Steps that are made.
        noise: sigma, the noise's standard deviation where the curvature is 1; 0 for none.
        even: As much noise in every direction, whatever its curvature.
        condition: Largest curvature over the smallest. The largest is 1.
        directions: Number d of directions, their curvatures spaced evenly on a log scale.
        rotated: Turn bowl and start together by a random rotation; else the directions are those
            of the weights.
        knee: b of the schedules b / (b + t).

    Metrics:
        loss: after the last step, at least 0.
        progress: the same, divided by the loss at the start; at least 0.
        distance: from the minimum at the end, divided by that at the start; at least 0.
        variance: mean square of c over the directions and the second half of the steps; at least 0.
        rate[step]: learning rate of this step's update, as a share of the peak; every tenth step.
    """
    h = torch.logspace(0, -1, directions, base=condition, dtype=torch.float64)  # (d,): 1 … 1 / c
    h = h.to(replicates.device)
    start = replicates.normal("start", directions, dtype=torch.float64)  # (R, d)
    turn = torch.eye(directions, dtype=torch.float64, device=h.device)
    if rotated:
        turn = replicates.normal("turn", directions, directions, dtype=torch.float64)
        turn = torch.linalg.qr(turn).Q  # (R, d, d): its columns are the directions
    # (R, steps or a few more, d); in sixteens, so that a longer run begins with the very noise of a
    # shorter one
    noises = replicates.normal("noise", -(-steps // 16) * 16, directions, dtype=torch.float64)

    share = torch.ones_like(h) if even else h.sqrt()  # (d,): of sigma
    w = nn.Parameter(_times(turn, start))  # (R, d)
    descent = OPTIMIZERS[optimizer]([w], lr=lr)
    rate = scheduler(descent, schedule, horizon, knee)
    squares, rates = torch.zeros_like(start), []  # (R, d): c^2 summed over the second half
    for step in range(steps):
        along = _times(turn.mT, w.detach())  # (R, d): c
        w.grad = _times(turn, h * along + noise * share * noises[:, step])
        if step % 10 == 0:
            rates.append(descent.param_groups[0]["lr"] / lr)
        descent.step()
        rate.step()
        if step >= steps // 2:
            squares += _times(turn.mT, w.detach()).square()
    end = _times(turn.mT, w.detach())
    loss = 0.5 * (h * end.square()).sum(1)
    return {
        "loss": loss,
        "progress": loss / (0.5 * (h * start.square()).sum(1)),
        "distance": end.norm(dim=1) / start.norm(dim=1),
        "variance": (squares / (steps - steps // 2)).mean(1),
        "rate": replicates.same(torch.tensor(rates, dtype=torch.float64)),  # (R, looks)
        "step": torch.arange(0, steps, 10),
    }


def _times(matrix: Tensor, vectors: Tensor) -> Tensor:
    """(R, d, d) or (d, d) times (R, d)."""
    return (matrix @ vectors[..., None])[..., 0]


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
