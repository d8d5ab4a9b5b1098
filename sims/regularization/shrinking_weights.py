"""Weights whose gradients are noise alone: how far does weight decay shrink them?

python sims/regularization/shrinking_weights.py --optimizer adam --noise 0.01
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates
from dlfaq.sim.training import descend


def shrinking_weights(
    replicates: Replicates,
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "adamw",
    noise: float = 1.0,
    decay: float = 0.1,
    lr: float = 0.001,
    schedule: Literal["constant", "linear", "cosine"] = "constant",
    weights: int = 1000,
    steps: int = 1000,
) -> dict[str, Tensor]:
    """Let weights that start at 1 descend along gradients that know nothing.

    Setting: {weights} weights of 1, gradients normal with standard deviation {noise}; {optimizer}
    at {lr} ({schedule}), decay {decay}, {steps} steps

    Args:
        replicates: One stream of gradients each.
        optimizer: PyTorch's; momentum is 0.9.
        noise: Standard deviation of the gradients; their mean is 0.
        decay: The argument `weight_decay`.
        lr: Peak learning rate.
        schedule: Of the learning rate.
        weights: How many weights have a gradient of their own.
        steps: Training steps.

    Metrics:
        left: mean of the weights after the last step.
    """
    w = torch.nn.Parameter(torch.ones(len(replicates), weights, device=replicates.device))
    pull = noise * replicates.normal("gradients", steps, weights)  # (R, T, n)
    move = {"optimizer": optimizer, "lr": lr, "schedule": schedule, "decay": decay}
    descend({"w": w}, lambda step: (w * pull[:, step]).sum(1), steps, **move, decay_all=True)
    return {"left": w.detach().double().mean(1)}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
