"""The rate that Lightning's finder suggests, where the loss has its steepest slope, and its worth.

python sims/symptoms/slope_rate.py --over step --optimizer sgd

https://github.com/Lightning-AI/pytorch-lightning/pull/21055
"""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.copies import load_state, saved_state
from dlfaq.sim.nets import mlp
from dlfaq.sim.range_test import WORSE, range_test, smoothed
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load

POINTS = 100  # steps of the range test
FIRST, LAST = 10, 1  # points that are left out


def slope_rate(
    replicates: Replicates,
    over: Literal["rate", "step"] = "rate",
    lowest: float = 1e-8,
    highest: float = 1.0,
    optimizer: Literal["sgd", "momentum", "adamw"] = "adamw",
    norm: Literal["none", "batch", "layer"] = "none",
    data: Literal["digits", "cancer", "wine"] = "digits",
    hidden: int = 32,
    batch: int = 32,
    steps: int = 100,
) -> dict[str, Tensor]:
    """Take the rate at the steepest slope of a range test's loss, and train from the start at it.

    Setting: two hidden layers of {hidden} ReLUs on {data}, norm: {norm}, {optimizer}, batch
        {batch}, {steps} steps; rate where the slope over the {over} is steepest, in a range test
        from {lowest} to {highest}

    Args:
        replicates: One choice of rows, one network and one order of the batches each.
        over: What the change of the smoothed loss is divided by: the change of the rate, as in
            Lightning since 2.5.3, or nothing, as before.
        lowest: First rate of the range test.
        highest: Its last rate.
        optimizer: PyTorch's, with its default settings but for the rate; momentum is 0.9.
        norm: Normalization before each ReLU.
        data: What is learnt.
        hidden: Width.
        batch: Rows in a batch.
        steps: Steps of the run at the rate that was suggested.

    Metrics:
        accuracy: on the test rows after the run, in [0, 1].
        rate: that was suggested, at least 0.
    """
    rows = load(replicates, data, valid=200, own=True)
    sizes = [hidden, hidden]
    net = replicates.stack("net", lambda: mlp(rows.features, sizes, rows.classes, norm=norm))
    start = saved_state(net)
    order = replicates.batches("batches", len(rows), batch, max(steps, POINTS))
    seen, losses = range_test(net, rows, order, optimizer, lowest, highest, POINTS)
    found = [_suggestion(seen, row, over) for row in smoothed(losses, 0.98)]
    rate = torch.tensor(found, dtype=torch.float64)
    load_state(net, start)
    train(net, rows, order[:, :steps], optimizer=optimizer, lr=rate)
    x, y = rows.open_test()
    with torch.no_grad():
        return {"accuracy": accuracy(net(x).nan_to_num(), y), "rate": rate}


def _suggestion(rates: Sequence[float], losses: Tensor, over: str) -> float:
    """Where losses (T,) fall fastest; the test ends where one is four times the lowest before."""
    bad = (~(losses <= WORSE * losses.cummin(0).values)).nonzero()  # NaN, too
    end = int(bad[0]) + 1 if len(bad) else len(losses)
    here = slice(FIRST, end - LAST)
    points = torch.tensor(rates[here]) if over == "rate" else torch.arange(FIRST, end - LAST)
    (slope,) = torch.gradient(losses[here], spacing=[points.to(losses.dtype)])
    return rates[FIRST + int(slope.argmin())]


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
