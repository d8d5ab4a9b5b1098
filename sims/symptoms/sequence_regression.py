"""Predict a number from a sequence with a recurrent layer that is fed or unrolled wrongly.

python sims/symptoms/sequence_regression.py --mistake time-first

https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates
from dlfaq.sim.losses import square_error
from dlfaq.sim.regressors import r2
from dlfaq.sim.sequences import GRU, LSTM, RNN
from dlfaq.sim.training import train
from dlfaq.sim.training_data import Data, load

READERS = {"rnn": RNN, "lstm": LSTM, "gru": GRU}


class Reader(nn.Module):
    """A recurrent layer over (N, T, d) and a linear layer behind its last output.

    Args:
        reader: A name in READERS.
        inputs: Numbers d that enter at a step.
        width: Hidden units.
        mistake: As below.
    """

    def __init__(self, reader: str, inputs: int, width: int, mistake: str) -> None:
        super().__init__()
        self.read, self.answer = READERS[reader](inputs, width), nn.Linear(width, 1)
        self.mistake = mistake

    def forward(self, x: Tensor) -> Tensor:
        """(N, T, d) to (N, 1)."""
        if self.mistake == "time-first":
            out = self.read(x.transpose(0, 1)).transpose(0, 1)
        elif self.mistake == "detached":
            out = self._detached(x)
        else:
            out = self.read(x)
        return self.answer(out[:, -1])

    def _detached(self, x: Tensor) -> Tensor:
        """The states of (N, T, d), each detached before the next step, (N, T, width)."""
        read, outputs = self.read, []
        given = nn.functional.linear(x, read.weight_ih, read.bias_ih)
        state = read.start(x.new_zeros(len(x), read.width))
        for now in given.unbind(1):
            state = read.step(now, tuple(part.detach() for part in state))
            outputs.append(state[0])
        return torch.stack(outputs, 1)


def sequence_regression(
    replicates: Replicates,
    mistake: Literal["none", "time-first", "detached"] = "none",
    reader: Literal["rnn", "lstm", "gru"] = "lstm",
    data: Literal["first", "mean", "digits"] = "first",
    length: int = 5,
    hidden: int = 16,
    optimizer: Literal["sgd", "adamw"] = "adamw",
    lr: float = 0.01,
    batch: int = 16,
    steps: int = 100,
    asked: Literal["first", "last"] = "last",
) -> dict[str, Tensor]:
    """Train, predict unseen sequences, and see which inputs one prediction depends on.

    Setting: a {reader} of width {hidden} (mistake: {mistake}) predicts a number ({data}) from
        {length} steps; {optimizer} at {lr}, batch {batch}, {steps} steps

    Args:
        replicates: One network and its sequences each.
        mistake: `time-first`: the layer takes the examples for steps, as `nn.LSTM` does with
            (N, T, d) unless `batch_first=True`. `detached`: the state is, before each step.
        reader: The recurrent layer.
        data: Predict the first of some normal numbers, or their mean; or a digit, 0 to 9, from
            the eight rows of its image.
        length: Numbers T of a sequence; digits always have 8 rows.
        hidden: Units of the layer.
        optimizer: Of the script.
        lr: Its learning rate.
        batch: Sequences B of a step, and of each batch that is predicted.
        steps: Training steps.
        asked: Whose prediction's gradient is taken: that of the batch's first or last sequence.

    Metrics:
        r2: on the test sequences, at least -10.
        spread: standard deviation of predictions over that of targets, test sequences.
        own: share of its own steps that have a gradient, in [0, 1].
        others: 1 if a step of another sequence has one, in [0, 1].
        named: 1 if these two say what the mistake is: others, then own, in [0, 1].
    """
    rows = _rows(replicates, data, length)
    net = replicates.stack("net", lambda: Reader(reader, rows.features, hidden, mistake))
    batches = replicates.batches("batches", len(rows), batch, steps)
    train(net, rows, batches, optimizer=optimizer, lr=lr, loss=square_error)
    who = 0 if asked == "first" else batch - 1
    few = rows.x[:, :batch].clone().requires_grad_()  # (R, B, T, d)
    net(few)[:, who].sum().backward()
    reached = few.grad.abs().sum(-1) > 0  # (R, B, T)
    own, everywhere = reached[:, who].double().mean(1), reached.sum((1, 2))
    others = everywhere > reached[:, who].sum(1)
    word = torch.where(others, 1, torch.where(own < 1, 2, 0))
    x, y = rows.open_test()
    with torch.no_grad():
        told = torch.cat([net(part)[..., 0] for part in x.split(batch, 1)], 1)
    return {
        "r2": r2(told, y).clamp(min=-10),
        "spread": told.std(1) / y.std(1),
        "own": own,
        "others": others.double(),
        "named": (word == ("none", "time-first", "detached").index(mistake)).double(),
    }


def _rows(replicates: Replicates, data: str, length: int) -> Data:
    """Sequences (R, n, T, d) and numbers: 800 to train, the others to test."""
    if data == "digits":
        rows = load(replicates, "digits", train=800, own=True, numbers=True)
        return rows.mapped(lambda x: x.unflatten(-1, (8, 8)))
    x = replicates.normal("x", 1100, length, 1)
    y = x[:, :, 0, 0] if data == "first" else x.mean((2, 3)) * length**0.5
    return Data((x[:, :800], y[:, :800]), (x[:, 800:], y[:, 800:]))


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
