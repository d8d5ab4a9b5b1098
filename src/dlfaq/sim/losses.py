"""What a network is trained for beside `cross_entropy`; and numbers kept finite."""

import torch
from torch import Tensor

from dlfaq.sim.train import cross_entropy


def square_error(outputs: Tensor, targets: Tensor) -> Tensor:
    """Mean squared error of each replicate: (R, N, 1) or (R, N), and (R, N), to (R,)."""
    return (outputs.view(targets.shape) - targets).square().mean(1)


def token_cross_entropy(logits: Tensor, tokens: Tensor) -> Tensor:
    """Cross-entropy over all positions, in nats: (R, N, T, k) and (R, N, T) to (R,)."""
    return cross_entropy(logits.flatten(1, 2), tokens.flatten(1))


def capped(values: Tensor, cap: float) -> Tensor:
    """Numbers of at most `cap`; what is larger, inf or NaN counts as `cap`."""
    return torch.where(values < cap, values, cap)


def first_time(reached: Tensor) -> Tensor:
    """Number of the first look at which it was reached, or L if never: (R, L) bool to (R,)."""
    never = torch.ones_like(reached[:, :1])
    return torch.cat([reached, never], 1).int().argmax(1)
