"""Stacked networks taken apart and put together: more copies, fewer, the state of a moment."""

import copy
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from dlfaq.sim.stacked import Stacked

State = dict[str, Tensor]


def state_of(net: Stacked) -> Iterator[tuple[str, Tensor]]:
    """Parameters and buffers with their names as attributes, (R, …) each."""
    yield from net.named_parameters()
    yield from net.named_buffers()


def saved_state(net: Stacked) -> State:
    """A copy of all parameters and buffers."""
    return {name: value.detach().clone() for name, value in state_of(net)}


@torch.no_grad()
def load_state(net: Stacked, state: State) -> None:
    """Put numbers of the same shapes into a network."""
    for name, value in state_of(net):
        value.copy_(state[name])


def with_state(net: Stacked, state: State) -> Stacked:
    """A network like this one that holds the given tensors; their number R may be another.

    It shares no memory with `net`, and its parameters ask for gradients as those of `net` do.
    """
    other = copy.copy(net)
    other._parameters = {  # noqa: SLF001 - torch offers no other way to have views as parameters
        name: nn.Parameter(state[name], requires_grad=value.requires_grad)
        for name, value in net.named_parameters()
    }
    other._buffers = {name: state[name] for name, _ in net.named_buffers()}  # noqa: SLF001
    return other


def repeated(net: Stacked, times: int) -> Stacked:
    """The R networks again and again, `times` * R in all, with memory of their own."""
    state = {
        name: value.detach().repeat(times, *[1] * (value.dim() - 1))
        for name, value in state_of(net)
    }
    return with_state(net, state)


def part(net: Stacked, rows: slice) -> Stacked:
    """Some of the networks, as views: who changes them changes `net`."""
    return with_state(net, {name: value.detach()[rows] for name, value in state_of(net)})
