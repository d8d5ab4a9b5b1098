"""Recurrent layers and attention that can be stacked over replicates.

PyTorch's fused `nn.RNN` cannot.

Formulas, parameter names, shapes and initialization are those of one layer of `nn.RNN`, `nn.LSTM`
and `nn.GRU`.
Shapes: N sequences of T inputs each.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Recurrent(nn.Module):
    """What the three recurrent layers share: two weight matrices, two biases, a walk over time.

    Args:
        inputs: Numbers that enter at a step.
        width: Numbers in the hidden state.
    """

    gates = 1  # rows of the weight matrices are this many times the width

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.width = width
        self.weight_ih = nn.Parameter(torch.empty(self.gates * width, inputs))
        self.weight_hh = nn.Parameter(torch.empty(self.gates * width, width))
        self.bias_ih = nn.Parameter(torch.empty(self.gates * width))
        self.bias_hh = nn.Parameter(torch.empty(self.gates * width))
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -1 / math.sqrt(width), 1 / math.sqrt(width))

    def forward(self, x: Tensor) -> Tensor:
        """Hidden states after each step: (N, T, inputs) to (N, T, width)."""
        given = F.linear(
            x, self.weight_ih, self.bias_ih
        )  # all steps at once: only the state has to wait
        state = self.start(x.new_zeros(len(x), self.width))
        outputs = []
        for now in given.unbind(1):
            state = self.step(now, state)
            outputs.append(state[0])
        return torch.stack(outputs, 1)

    def start(self, zeros: Tensor) -> tuple[Tensor, ...]:
        """The state before the first step."""
        return (zeros,)

    def step(self, now: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The next state, from the input's share of the sum, (N, gates * width), and the state."""
        raise NotImplementedError


class RNN(Recurrent):
    """h' = tanh(W x + U h + b)."""

    def step(self, now: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The plain recurrence."""
        return (torch.tanh(now + F.linear(state[0], self.weight_hh, self.bias_hh)),)


class LSTM(Recurrent):
    """Input, forget and output gates around a cell that is added to, not multiplied by a matrix."""

    gates = 4

    def start(self, zeros: Tensor) -> tuple[Tensor, ...]:
        """Hidden state and cell."""
        return zeros, zeros

    def step(self, now: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Forget, add, show."""
        h, cell = state
        enter, forget, new, show = (now + F.linear(h, self.weight_hh, self.bias_hh)).chunk(4, -1)
        cell = torch.sigmoid(forget) * cell + torch.sigmoid(enter) * torch.tanh(new)
        return torch.sigmoid(show) * torch.tanh(cell), cell


class GRU(Recurrent):
    """Reset and update gates; the update gate mixes the old state with a new one."""

    gates = 3

    def step(self, now: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Reset, propose, mix."""
        h = state[0]
        width = self.width
        past = F.linear(h, self.weight_hh, self.bias_hh)
        reset, keep = torch.sigmoid(now[..., : 2 * width] + past[..., : 2 * width]).chunk(2, -1)
        new = torch.tanh(now[..., 2 * width :] + reset * past[..., 2 * width :])
        return (new + keep * (h - new),)


class Bidirectional(nn.Module):
    """Two recurrent layers, one of which reads from the end.

    Their states are side by side, as `bidirectional=True` gives them.

    Args:
        make: Builds one direction.
    """

    def __init__(self, make: Callable[[], Recurrent]) -> None:
        super().__init__()
        self.forth, self.back = make(), make()

    def forward(self, x: Tensor) -> Tensor:
        """States of both directions: (N, T, inputs) to (N, T, 2 * width)."""
        return torch.cat([self.forth(x), self.back(x.flip(1)).flip(1)], -1)


class SelfAttention(nn.Module):
    """One head of scaled dot-product attention without biases: each position reads from all.

    Args:
        width: Numbers that enter at a position, and of query, key and value.
        causal: Let a position read only from itself and from those before it.
    """

    def __init__(self, width: int, *, causal: bool = False) -> None:
        super().__init__()
        self.causal = causal
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Weighted means of the values: (N, T, width) to (N, T, width)."""
        scores = self.query(x) @ self.key(x).mT / math.sqrt(x.shape[-1])  # (N, T, T)
        if self.causal:
            later = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool, device=x.device).triu(1)
            scores = scores.masked_fill(later, -math.inf)
        return scores.softmax(-1) @ self.value(x)


def sinusoids(length: int, width: int) -> Tensor:
    """Fixed position codes, (T, width).

    They are sines and cosines of wavelengths from 2 pi to 20000 pi (arXiv:1706.03762).
    """
    place = torch.arange(length)[:, None]
    speed = 10000 ** (-torch.arange(0, width, 2) / width)
    return torch.stack([(place * speed).sin(), (place * speed).cos()], -1).flatten(1)[:, :width]
