"""One weight deep in saturation: how often it is updated, and by how much.

python sims/activations/saturated_weight.py --optimizer adam

https://arxiv.org/abs/1412.6980
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates
from dlfaq.sim.training import descend


def saturated_weight(
    replicates: Replicates,
    start: float = 8.0,
    optimizer: Literal["sgd", "momentum", "adam", "adamw", "rmsprop"] = "sgd",
    lr: float = 0.1,
    steps: int = 100,
) -> dict[str, Tensor]:
    """Minimize s(w)^2 over one weight, s the sigmoid, in float32: w has to fall to -infinity.

    Args:
        replicates: One start each.
        start: Where w begins, plus a normal number of standard deviation 0.1.
        optimizer: PyTorch's, with its default settings but for the rate; momentum is 0.9.
        lr: Learning rate.
        steps: Updates.

    Metrics:
        updated: share of the steps after which w was another number than before, in [0, 1].
        moved: distance that w fell in all.
        first_move: distance that w fell in the first step.
    """
    w = nn.Parameter(start + 0.1 * replicates.normal("start"))  # (R,)
    path = [w.detach().clone()]
    how = {"optimizer": optimizer, "lr": lr, "after": lambda _: path.append(w.detach().clone())}
    descend({"w": w}, lambda _: torch.sigmoid(w) ** 2, steps, **how)
    path = torch.stack(path, 1)  # (R, steps + 1)
    return {
        "updated": (path[:, 1:] != path[:, :-1]).double().mean(1),
        "moved": path[:, 0] - path[:, -1],
        "first_move": path[:, 0] - path[:, 1],
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
