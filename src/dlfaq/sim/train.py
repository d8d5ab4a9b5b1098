"""What training loops need once the replicate is the first dimension of everything."""

from collections.abc import Iterable

import torch
from torch import Tensor
from torch.nn import functional as F


def cross_entropy(logits: Tensor, labels: Tensor, reduction: str = "mean") -> Tensor:
    """Cross-entropy of each replicate, in nats.

    Args:
        logits: (R, N, k).
        labels: (R, N) class numbers.
        reduction: `mean` or `sum` over the examples, or `none`.

    Returns:
        (R,), or (R, N) for `none`.
    """
    each = F.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none").view(
        labels.shape
    )
    return {"mean": each.mean(1), "sum": each.sum(1), "none": each}[reduction]


def accuracy(logits: Tensor, labels: Tensor) -> Tensor:
    """Share of examples whose largest logit is the label's: (R, N, k) and (R, N) to (R,)."""
    return (logits.argmax(-1) == labels).double().mean(1)


def rows(data: Tensor, index: Tensor) -> Tensor:
    """Take rows of data that all replicates share: (n, …) by (R, B) gives (R, B, …)."""
    return data[index]


def grad_norm(parameters: Iterable[Tensor]) -> Tensor:
    """Norm of the gradient over all given stacked parameters, (R,)."""
    return torch.stack([p.grad.flatten(1).square().sum(1) for p in parameters]).sum(0).sqrt()


@torch.no_grad()
def clip_grad_norm(parameters: Iterable[Tensor], max_norm: float) -> Tensor:
    """Scale each replicate's gradient down to `max_norm`.

    `torch.nn.utils.clip_grad_norm_` does the same for one network.

    Returns:
        The norms before clipping, (R,).
    """
    parameters = list(parameters)
    norms = grad_norm(parameters)
    scale = (max_norm / (norms + 1e-6)).clamp(max=1)
    for p in parameters:
        p.grad.mul_(scale.view(-1, *[1] * (p.dim() - 1)))
    return norms
