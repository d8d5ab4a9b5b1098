"""How much of the output's gradient arrives at an input that lies many positions back, before any training.

python sims/sequences/attention_reach.py --reader attention --length 100

https://arxiv.org/abs/1211.5063
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates
from dlfaq.sim.sequences import LSTM, RNN, SelfAttention


class Linear(RNN):
    """A recurrence without activation whose matrix is a rotation or reflection, times a gain."""

    def __init__(self, inputs: int, width: int, gain: float) -> None:
        super().__init__(inputs, width)
        nn.init.orthogonal_(self.weight_hh, gain)

    def step(self, now: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The sum without tanh."""
        return (now + state[0] @ self.weight_hh.T,)


def attention_reach(
    replicates: Replicates,
    reader: Literal["rnn", "lstm", "linear", "attention"] = "rnn",
    length: int = 20,
    width: int = 32,
    gain: float = 1.0,
    forget: float = 0.0,
    sequences: int = 8,
) -> dict[str, Tensor]:
    """Differentiate a random projection of the last position's output by every input.

    Args:
        replicates: One network and one set of random inputs each.
        reader: Plain tanh RNN, LSTM or self-attention as PyTorch initializes them, or a linear orthogonal recurrence.
        length: Positions T.
        width: Numbers at a position and in the state.
        gain: Scale of the linear recurrence's matrix; the others do not look at it.
        forget: Added to the LSTM's forget bias.
        sequences: Sequences N over which norms are averaged.

    Metrics:
        first: norm of the gradient at the first position.
        middle: mean of the norms at the positions between the first and the last.
        last: norm at the last position.
    """
    makers = {
        "rnn": lambda: RNN(width, width),
        "lstm": lambda: LSTM(width, width),
        "linear": lambda: Linear(width, width, gain),
        "attention": lambda: SelfAttention(width),
    }
    net = replicates.stack(
        "net", makers[reader]
    ).double()  # small gradients are looked for: float64
    if reader == "lstm":
        net.weights()["bias_ih"].data[:, width : 2 * width] += forget
    x = replicates.normal(
        "inputs", sequences, length, width, dtype=torch.float64
    ).requires_grad_()  # (R, N, T, width)
    direction = replicates.normal("direction", width, 1, dtype=torch.float64)  # (R, width, 1)
    shown = net(x)[:, :, -1] @ direction / direction.norm(dim=1, keepdim=True)  # (R, N, 1)
    (gradient,) = torch.autograd.grad(shown.sum(), x)  # (R, N, T, width)
    norms = gradient.norm(dim=-1).mean(1)  # (R, T)
    return {"first": norms[:, 0], "middle": norms[:, 1:-1].mean(1), "last": norms[:, -1]}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
