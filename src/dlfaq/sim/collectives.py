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


def own_rows(whole: Tensor) -> Tensor:
    """This rank's share of the rows, in memory of its own: (R, rows, …) to (R, rows / ranks, …)."""
    return whole.detach().chunk(distributed.get_world_size(), 1)[distributed.get_rank()].clone()


def all_rows(own: Tensor) -> Tensor:
    """The rows of all ranks, which have as many each: (R, rows / ranks, …) to (R, rows, …)."""
    parts = [torch.empty(own.shape, dtype=own.dtype) for _ in range(distributed.get_world_size())]
    distributed.all_gather(parts, own.detach().contiguous())
    return torch.cat(parts, 1)


def linear(x: Tensor, weight: Tensor, *, in_parts: bool = False) -> Tensor:
    """The product x W^T on this rank's examples; the gradient of W is summed over the ranks.

    Args:
        x: This rank's examples, (R, N, in).
        weight: W, (R, out, in), the same on every rank.
        in_parts: W is this rank's rows of it alone, (R, out / ranks, in). It is put together when
            it is used and dropped again, and its gradient is cut as W is.
    """
    return _Linear.apply(x, weight, in_parts)


class _Linear(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, x: Tensor, weight: Tensor, in_parts: bool) -> Tensor:
        context.save_for_backward(x, weight)
        context.in_parts = in_parts
        return x @ (all_rows(weight) if in_parts else weight).mT

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, Tensor, None]:
        x, weight = context.saved_tensors
        total = gradient.mT @ x  # (R, out, in): of this rank's examples
        distributed.all_reduce(total)  # of all; libraries that keep a part send only that part
        if context.in_parts:
            return gradient @ all_rows(weight), own_rows(total), None
        return gradient @ weight, total, None
