"""Read handwritten digits row by row, and say once which it is: one direction or two.

python sims/sequences/reading_rows.py --bidirectional true --read ends --hidden 15

https://doi.org/10.1109/78.650093
"""

from functools import partial
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.sequences import GRU, Bidirectional
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load


class RowReader(nn.Module):
    """A GRU over the rows of an image, and a linear layer that answers once."""

    def __init__(self, hidden: int, read: str, at_once: int, *, bidirectional: bool) -> None:
        super().__init__()
        self.hidden, self.where, self.numbers = hidden, read, 8 * at_once
        one = partial(GRU, self.numbers, hidden)
        self.read = Bidirectional(one) if bidirectional else one()
        self.answer = nn.Linear(2 * hidden if bidirectional else hidden, 10)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 8 rows) to logits (B, 10)."""
        states = self.read(images.unflatten(1, (-1, self.numbers)))  # (B, steps, width)
        if self.where == "last":
            return self.answer(states[:, -1])
        forth, back = states[..., : self.hidden], states[..., self.hidden :]
        return self.answer(torch.cat([forth[:, -1], back[:, 0]], -1))


def reading_rows(
    replicates: Replicates,
    bidirectional: bool = False,
    read: Literal["last", "ends"] = "last",
    hidden: int = 24,
    at_once: int = 1,
    padding: int = 8,
    trained_padding: int = 0,
    steps: int = 60,
    batch: int = 16,
    optimizer: Literal["sgd", "momentum", "adam", "adamw", "rmsprop", "adagrad"] = "adam",
    lr: float = 0.03,
    tune: bool = False,
) -> dict[str, Tensor]:
    """Train on 1000 digits.

    Setting: a GRU of {hidden} units in each direction on the rows of digits; {optimizer}
    at {lr}, batch {batch}, {steps} steps.

    Args:
        replicates: One network and one order of the images each.
        bidirectional: Let a second GRU read the rows from below.
        read: What the answer is made of. `last`: the outputs at the last row; `ends`: the last
            state of each direction, which for the second one is that at the first row.
        hidden: Units in each direction.
        at_once: Rows that the layer reads at a step: 1, 2, 4 or 8.
        padding: Blank rows that follow the test images where `padded` is measured.
        trained_padding: Blank rows that follow each image in training.
        steps: Training steps.
        batch: Images B in a batch.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate its best rate of a grid, by 200 images kept for validation.

    Metrics:
        accuracy: on the test images, in [0, 1].
        padded: the same, with blank rows behind each image, in [0, 1].
        parameters: trained numbers of one network.
    """
    data = load(replicates, train=1000, valid=200)
    make = partial(RowReader, hidden, read, at_once, bidirectional=bidirectional)
    net = replicates.stack("net", make)
    batches = replicates.batches("batches", len(data), batch, steps)  # (R, steps, B)
    blank = partial(F.pad, pad=(0, 8 * trained_padding))
    train(net, data, batches, optimizer=optimizer, lr=lr, tune=tune, prepare=blank)
    x, y = data.open_test()
    with torch.no_grad():
        right = accuracy(net(x), y)
        padded = accuracy(net(F.pad(x, (0, 8 * padding))), y)
    numbers = sum(parameter[0].numel() for parameter in net.parameters())
    return {
        "accuracy": right,
        "padded": padded,
        "parameters": torch.full_like(right, numbers),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
