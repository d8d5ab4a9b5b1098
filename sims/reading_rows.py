"""Read handwritten digits row by row and say after each row which digit it is: with one direction, or with two.

python sims/reading_rows.py --bidirectional true --width 12

https://doi.org/10.1109/78.650093
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy, cross_entropy, digits, rows
from dlfaq.sim.sequences import GRU, Bidirectional


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
        if self.ends:  # beside each state of the first direction the second one's last: all rows read, from below
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
    lr: float = 0.015,
) -> dict[str, Tensor]:
    """Train on 1200 digits with Adam.

    Args:
        replicates: One network and one order of the images each.
        bidirectional: Let a second GRU read the rows from below.
        asked: What is trained: the answers at all rows; only that at the last row; or only that from the last state of
            each direction, which for the second one is its state at the first row.
        width: Hidden units in each direction.
        steps: Training steps.
        batch: Images B in a batch.
        lr: Adam's learning rate.

    Metrics:
        accuracy[row]: on the test images, after reading rows 1 … row from above.
        moved[row]: largest change of the answer's logits at this row if the last row of the image is blanked.
        parameters: trained numbers of one network.
    """
    data = digits(centred=True)
    scale = data.x.std()
    x, x_test = data.x.to(replicates.device) / scale, data.x_test.to(replicates.device) / scale  # (1200, 64), (597, 64)
    y, y_test = data.y.to(replicates.device), data.y_test.to(replicates.device)
    net = replicates.stack("net", lambda: RowReader(width, bidirectional=bidirectional, ends=asked == "ends"))
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    batches = replicates.batches("batches", len(x), batch, steps)  # (R, steps, B)
    for step in range(steps):
        index = batches[:, step]
        logits = net(rows(x, index))[:, :, 0 if asked == "rows" else -1 :]  # (R, B, 8 or 1, 10)
        labels = y[index][..., None].expand(logits.shape[:-1])  # the same at each row
        loss = cross_entropy(logits.flatten(1, 2), labels.flatten(1))  # (R,)
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()

    blanked = x_test.clone()
    blanked[:, 56:] = 0  # the eighth row
    with torch.no_grad():
        logits = net(replicates.same(x_test))  # (R, 597, 8, 10)
        moved = (net(replicates.same(blanked)) - logits).abs().amax((1, 3))  # (R, 8)
        right = torch.stack([accuracy(logits[:, :, row], replicates.same(y_test)) for row in range(8)], 1)  # (R, 8)
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
