"""Read handwritten digits row by row, and say after each row which it is: one direction or two.

python sims/sequences/reading_rows.py --bidirectional true --width 12

https://doi.org/10.1109/78.650093
"""

from functools import partial
from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates
from dlfaq.sim.losses import token_cross_entropy
from dlfaq.sim.sequences import GRU, Bidirectional
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load


class RowReader(nn.Module):
    """A GRU over the eight rows of an image, and a linear layer that answers at each row."""

    def __init__(self, width: int, *, bidirectional: bool, ends: bool) -> None:
        super().__init__()
        self.ends = ends
        self.read = Bidirectional(lambda: GRU(8, width)) if bidirectional else GRU(8, width)
        self.answer = nn.Linear(2 * width if bidirectional else width, 10)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 64) to logits (B, 8 rows, 10)."""
        states = self.read(images.unflatten(1, (8, 8)))  # (B, 8, width), or twice the width
        if self.ends:  # beside each state of the first direction the second one's last
            forth, back = states.chunk(2, -1)
            states = torch.cat([forth, back[:, :1].expand_as(back)], -1)
        return self.answer(states)


def reading_rows(
    replicates: Replicates,
    bidirectional: bool = False,
    asked: Literal["rows", "last", "ends"] = "rows",
    width: int = 24,
    steps: int = 150,
    batch: int = 16,
    optimizer: Literal["sgd", "momentum", "adam", "adamw", "rmsprop", "adagrad"] = "adam",
    lr: float = 0.015,
    tune: bool = False,
) -> dict[str, Tensor]:
    """Train on 1200 digits.

    Setting: a GRU of width {width} on the rows of digits; {optimizer} at {lr}, batch {batch},
    {steps} steps.

    Args:
        replicates: One network and one order of the images each.
        bidirectional: Let a second GRU read the rows from below.
        asked: What is trained: the answers at all rows; only that at the last row; or only that
            from the last state of each direction, which for the second one is its state at the
            first row.
        width: Hidden units in each direction.
        steps: Training steps.
        batch: Images B in a batch.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate its best rate of a grid, by 200 images kept for validation.

    Metrics:
        accuracy[row]: on the test images, after reading rows 1 … row from above, in [0, 1].
        moved[row]: largest change of the answer's logits at this row if the last row of the
            image is blanked, at least 0.
        parameters: trained numbers of one network.
    """
    data = load(replicates, valid=200 if tune else 0)
    task = data.relabelled(lambda y: y[..., None].expand(*y.shape, 8))  # the same at each row
    make = partial(RowReader, width, bidirectional=bidirectional, ends=asked == "ends")
    net = replicates.stack("net", make)
    batches = replicates.batches("batches", len(task), batch, steps)  # (R, steps, B)
    first = 0 if asked == "rows" else 7

    def loss(logits: Tensor, labels: Tensor) -> Tensor:
        """Cross-entropy at the rows that are asked: (R, B, 8, 10) and (R, B, 8) to (R,)."""
        return token_cross_entropy(logits[:, :, first:], labels[:, :, first:])

    train(net, task, batches, optimizer=optimizer, lr=lr, tune=tune, loss=loss)
    x, y = task.open_test()
    blanked = x.clone()
    blanked[..., 56:] = 0  # the eighth row
    with torch.no_grad():
        logits = net(x)  # (R, 597, 8, 10)
        moved = (net(blanked) - logits).abs().amax((1, 3))  # (R, 8)
        right = (logits.argmax(-1) == y).double().mean(1)  # (R, 8)
    numbers = sum(parameter[0].numel() for parameter in net.parameters())
    return {
        "accuracy": right,
        "moved": moved,
        "row": torch.arange(1, 9, device=right.device),
        "parameters": torch.full_like(right[:, 0], numbers),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
