"""A ravine, along the axes or across them: whose steps care about the directions of the coordinates.

python sims/optimization/optimizer_ravine.py --optimizer adam --lowest 0.1 --rotated true

https://arxiv.org/abs/1412.6980
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates


def optimizer_ravine(
    replicates: Replicates,
    optimizer: Literal["sgd", "momentum", "adam"] = "adam",
    lowest: float = 0.1,
    points: int = 3,
    condition: float = 1e4,
    rotated: bool = False,
    steps: int = 400,
    directions: int = 20,
) -> dict[str, Tensor]:
    """Minimize w^T H w / 2 without noise, at each rate of a grid, and keep the best.

    Rates fall to 0 in a straight line. Adam's epsilon is 1e-30, so that it does not act as a smallest gradient.

    Args:
        replicates: One start and one rotation each.
        optimizer: PyTorch's; momentum is 0.9.
        lowest: Lowest peak rate of the grid; each further one is twice the one before.
        points: Rates in the grid; with 1 nothing is tuned.
        condition: Largest curvature over the smallest. The largest is 1, so that SGD converges for rates below 2.
        rotated: Turn ravine and start together by a random rotation; else H is diagonal.
        steps: Steps at each rate.
        directions: Number d of directions, their curvatures spaced evenly on a log scale.

    Metrics:
        loss: at the end, divided by the loss at the start; of the best rate.
        distance: length of w at the end, divided by that at the start; of the lowest rate.
    """
    h = torch.logspace(
        0, -1, directions, base=condition, dtype=torch.float64
    )  # (d,): 1 … 1 / condition
    h = h.to(replicates.device)
    start = replicates.normal("start", directions, dtype=torch.float64)  # (R, d)
    turn = torch.linalg.qr(
        replicates.normal("turn", directions, directions, dtype=torch.float64)
    ).Q  # (R, d, d)
    hessian = (
        turn @ torch.diag(h) @ turn.mT if rotated else replicates.same(torch.diag(h))
    )  # (R, d, d)
    start = (turn @ start[..., None])[..., 0] if rotated else start
    losses, distances = [], []
    for point in range(points):
        w = nn.Parameter(start.clone())  # (R, d)
        lr = lowest * 2**point
        if optimizer == "adam":
            descent = torch.optim.Adam([w], lr=lr, eps=1e-30)
        else:
            descent = torch.optim.SGD([w], lr=lr, momentum=0.9 if optimizer == "momentum" else 0.0)
        rate = torch.optim.lr_scheduler.LinearLR(
            descent, start_factor=1.0, end_factor=0.0, total_iters=steps
        )
        # by hand, not by dlfaq.sim.training: the gradient is H w, without a loss
        for _ in range(steps):
            w.grad = (hessian @ w.detach()[..., None])[..., 0]  # the gradient of w^T H w / 2
            descent.step()
            rate.step()
        losses.append(_loss(hessian, w.detach()) / _loss(hessian, start))
        distances.append(w.detach().norm(dim=1) / start.norm(dim=1))
    return {"loss": torch.stack(losses).amin(0), "distance": distances[0]}


def _loss(hessian: Tensor, w: Tensor) -> Tensor:
    """w^T H w / 2, (R,)."""
    return torch.einsum("ri,rij,rj->r", w, hessian, w) / 2


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
