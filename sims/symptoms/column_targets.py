"""What PyTorch's losses do with outputs (N, 1) and targets (N,).

python sims/symptoms/column_targets.py --loss l1

https://docs.pytorch.org/docs/stable/generated/torch.nn.MSELoss.html
"""

import warnings
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from dlfaq.sim import Replicates

LOSSES = {
    "mse": F.mse_loss,
    "l1": F.l1_loss,
    "smooth-l1": F.smooth_l1_loss,
    "huber": F.huber_loss,
    "by-hand": lambda outputs, targets: (outputs - targets).square().mean(),
    "by-hand-absolute": lambda outputs, targets: (outputs - targets).abs().mean(),
    "bce-logits": F.binary_cross_entropy_with_logits,
}


def column_targets(
    replicates: Replicates,
    loss: Literal[
        "mse", "l1", "smooth-l1", "huber", "by-hand", "by-hand-absolute", "bce-logits"
    ] = "mse",
    shape: Literal["column", "flat"] = "flat",
    rows: int = 32,
) -> dict[str, Tensor]:
    """Compute a loss and its gradient.

    Setting: {loss} of {rows} outputs in a column and targets of shape: {shape}

    Args:
        replicates: One set of outputs and targets each.
        loss: A function of `torch.nn.functional`, or its formula written by hand.
        shape: Of the targets: `flat` for (N,), `column` for (N, 1), that of the outputs.
        rows: Outputs N.

    Metrics:
        warned: 1 if there was a warning, in [0, 1].
        raised: 1 if there was an error, in [0, 1].
        gap: norm of the gradient's difference from the one in which each target is the mean of
            all, over the norm of the latter; 1 after an error.
    """
    outputs = replicates.normal("outputs", rows, 1, dtype=torch.float64)  # (R, N, 1)
    targets = replicates.uniform("targets", rows, 1, dtype=torch.float64)
    found = [_one(LOSSES[loss], *pair, shape) for pair in zip(outputs, targets, strict=True)]
    names = ("warned", "raised", "gap")
    return {name: torch.tensor([one[i] for one in found]) for i, name in enumerate(names)}


def _one(loss: object, outputs: Tensor, targets: Tensor, shape: str) -> tuple[float, float, float]:
    """Whether there was a warning, whether an error, and the gap."""
    given = targets if shape == "column" else targets[:, 0]
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            gradient = _gradient(loss, outputs, given)
        except ValueError:
            return 0.0, 1.0, 1.0
    middle = _gradient(loss, outputs, targets.mean().expand_as(targets))
    return float(bool(told)), 0.0, ((gradient - middle).norm() / middle.norm()).item()


def _gradient(loss: object, outputs: Tensor, targets: Tensor) -> Tensor:
    """Of the loss by the outputs, (N, 1)."""
    outputs = outputs.clone().requires_grad_()
    return torch.autograd.grad(loss(outputs, targets), outputs)[0]


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
