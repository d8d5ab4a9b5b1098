"""What ranks do together, on tensors whose first dimension is the replicate; each rank has to call it."""

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


def own_rows(whole: Tensor) -> Tensor:
    """This rank's share of the rows, in memory of its own: (R, rows, …) to (R, rows / ranks, …)."""
    return whole.detach().chunk(distributed.get_world_size(), 1)[distributed.get_rank()].clone()


def all_rows(own: Tensor) -> Tensor:
    """The rows of all ranks, which have as many each: (R, rows / ranks, …) to (R, rows, …)."""
    parts = [torch.empty(own.shape, dtype=own.dtype) for _ in range(distributed.get_world_size())]
    distributed.all_gather(parts, own.detach().contiguous())
    return torch.cat(parts, 1)
