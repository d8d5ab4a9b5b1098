"""What ranks do together; each rank has to call it.

The first dimension of the tensors is the replicate.
"""

from typing import Any

import torch
from torch import Tensor, distributed


def sum_over_ranks(x: Tensor, *, forward: bool = True, backward: bool = True) -> Tensor:
    """Sum a tensor over the ranks of this process group, as a step that autograd knows.

    Args:
        x: As large on every rank.
        forward: Sum in the forward pass, which otherwise leaves x as it is.
        backward: Sum the gradients over the ranks in the backward pass, which otherwise leaves them
            as they are.
    """
    return _Sum.apply(x, forward, backward)


class _Sum(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, x: Tensor, forward: bool, backward: bool) -> Tensor:
        context.sum_gradients = backward
        return _summed(x) if forward else x.view_as(x)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        return _summed(gradient) if context.sum_gradients else gradient, None, None


def _summed(x: Tensor) -> Tensor:
    total = x.clone(memory_format=torch.contiguous_format)
    distributed.all_reduce(total)
    return total
