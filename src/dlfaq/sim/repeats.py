"""One training again and again: what is drawn anew for each run, and what all runs share.

runs = Runs(replicates, 8, "order")
tasks = runs.splits("digits", train=300, valid=200)
starts = runs.draw("weights", lambda name: replicates.stack(name, make))
"""

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor, nn

from dlfaq.sim.nets import RowsTransformer, convnet, mlp
from dlfaq.sim.replicates import Replicates
from dlfaq.sim.training_data import Data, load

CHANGES = {  # what is drawn anew for each run
    "nothing": set(),
    "rounding": set(),  # the rows of a batch stand in another order: other last digits
    "weights": {"weights"},
    "order": {"order"},
    "seed": {"weights", "order"},
    "images": {"images"},
    "split": {"split"},
    "all": {"weights", "order", "split"},
}
_Drawn = TypeVar("_Drawn")


class Runs:
    """Several runs of each replicate.

    Args:
        replicates: A split of the data each, which its runs share unless it changes.
        count: Runs.
        changes: A name in CHANGES.
    """

    def __init__(self, replicates: Replicates, count: int, changes: str) -> None:
        self.replicates, self.count, self.changes = replicates, count, changes

    def draw(self, what: str, draw: Callable[[str], _Drawn]) -> list[_Drawn]:
        """A draw for each run if `what` changes; else the same one for all."""
        if what in CHANGES[self.changes]:
            return [draw(f"{what} {run}") for run in range(self.count)]
        return [draw(what)] * self.count

    def orders(self, rows: int, batch: int, steps: int) -> list[Tensor]:
        """The batches (R, steps, B) of each run."""
        drawn = self.draw("order", lambda name: self.replicates.batches(name, rows, batch, steps))
        if self.changes == "rounding":
            drawn = [order.roll(run, -1) for run, order in enumerate(drawn)]
        return drawn

    def splits(self, name: str, *, train: int, valid: int) -> list[Data]:
        """The data of each run: a random third of all rows for tests, others for the rest.

        Inputs are scaled once, by two thirds of all rows.
        """
        whole = load(self.replicates, name)
        x, y = (torch.cat(parts, 1) for parts in zip((whole.x, whole.y), whole.test_part))  # noqa: B905
        tested = whole.test_part[0].shape[1]
        room = x.shape[1] - tested
        each = torch.arange(len(x), device=x.device)[:, None]

        def take(order: Tensor, chosen: Tensor) -> Data:
            """The rows of a split, (R, N), and of those that are not tested, (R, room)."""
            rest = order[:, tested:][each, chosen]
            parts = rest[:, :train], order[:, :tested], rest[:, train : train + valid]
            fit, test, held = ((x[each, rows], y[each, rows]) for rows in parts)
            return Data(fit, test, held, whole.classes)

        orders = self.draw("split", lambda name: self.replicates.permutation(name, x.shape[1]))
        chosen = self.draw("images", lambda name: self.replicates.permutation(name, room))
        return [take(*pair) for pair in zip(orders, chosen, strict=True)]


def network(model: str, data: Data, hidden: int, norm: str = "none") -> nn.Module:
    """A network as PyTorch initializes it: `mlp`, `conv`, `transformer` or `linear`."""
    if model == "transformer":
        return RowsTransformer()
    if model == "conv":
        return convnet(8, data.classes, norm=norm)
    layers = [] if model == "linear" else [hidden] * 2
    return mlp(data.features, layers, data.classes, norm=norm)
