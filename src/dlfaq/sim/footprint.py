"""Bytes that tensors occupy: those of a list, and those that autograd keeps for backward passes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Self

import torch
from torch import Tensor
from torch.optim import Optimizer


def bytes_of(tensors: Iterable[Tensor]) -> int:
    """Bytes of the memory behind these tensors.

    Memory that several of them share counts once, and whole.
    """
    return sum(
        {
            one.untyped_storage().data_ptr(): one.untyped_storage().nbytes() for one in tensors
        }.values()
    )


def state_bytes(optimizer: Optimizer) -> int:
    """Bytes of an optimizer's state, without numbers such as Adam's count of steps."""
    values = (value for state in optimizer.state.values() for value in state.values())
    return bytes_of(value for value in values if isinstance(value, Tensor) and value.dim())


def held_bytes(
    parameters: Iterable[Tensor],
    gradients: Iterable[Tensor],
    optimizer: Optimizer,
    kept: "Activations",
) -> dict[str, int]:
    """Bytes of `parameters`, `gradients`, optimizer `states`, and `activations` at their peak."""
    sizes = {"parameters": bytes_of(parameters), "gradients": bytes_of(gradients)}
    return sizes | {"states": state_bytes(optimizer), "activations": kept.peak}


def most_held(held: Sequence[Mapping[str, int]], replicates: int) -> dict[str, Tensor]:
    """Of each sort, the bytes on the rank that holds the most.

    Args:
        held: What each rank holds for all replicates, by sort.
        replicates: Number R of replicates.

    Returns:
        Bytes for one replicate, (R,), by sort.
    """
    return {
        sort: torch.full((replicates,), max(one[sort] for one in held) / replicates)
        for sort in held[0]
    }


class Activations:
    """A context that follows what autograd keeps, from forward passes until their backward passes.

    Memory that is kept twice counts once, and until both let it go.

    Args:
        besides: Tensors that do not count, which are the parameters.

    Attributes:
        now: Bytes kept at present.
        peak: The most bytes that were kept at a time.
    """

    def __init__(self, besides: Iterable[Tensor] = ()) -> None:
        self.now = self.peak = 0
        self._besides = {one.untyped_storage().data_ptr() for one in besides}
        self._uses: Counter[int] = Counter()
        self._hooks = torch.autograd.graph.saved_tensors_hooks(
            lambda tensor: _Kept(tensor, self), _Kept.give
        )

    def __enter__(self) -> Self:
        self._hooks.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._hooks.__exit__(kind, error, trace)

    def _count(self, tensor: Tensor, change: int) -> None:
        memory = tensor.untyped_storage()
        key = memory.data_ptr()
        if key in self._besides:
            return
        before = self._uses[key] > 0
        self._uses[key] += change
        after = self._uses[key] > 0
        self.now += (after - before) * memory.nbytes()
        self.peak = max(self.peak, self.now)


class _Kept:
    """One tensor that autograd keeps; the graph's last reference to it is the tensor's as well."""

    def __init__(self, tensor: Tensor, meter: Activations) -> None:
        self._tensor, self._meter = (
            tensor.detach(),
            meter,
        )  # detached: else it would hold the graph that holds it
        meter._count(tensor, 1)  # noqa: SLF001 - the two are one

    def give(self) -> Tensor:
        return self._tensor

    def __del__(self) -> None:
        self._meter._count(self._tensor, -1)  # noqa: SLF001
