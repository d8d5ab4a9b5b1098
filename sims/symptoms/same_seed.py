"""Two variants of a training with the same seeds: does their luck cancel?

python sims/symptoms/same_seed.py --rival conv --changes split

https://arxiv.org/abs/2103.03098
"""

import copy
from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.repeats import Runs, network
from dlfaq.sim.training import train


def same_seed(
    replicates: Replicates,
    rival: Literal["rate", "width", "conv"] = "rate",
    factor: float = 1.1,
    changes: Literal["weights", "order", "seed", "split", "all"] = "seed",
    optimizer: Literal["sgd", "momentum", "adamw"] = "adamw",
    lr: float = 0.005,
    norm: Literal["none", "batch", "layer"] = "none",
    data: Literal["digits", "cancer", "wine"] = "digits",
    hidden: int = 32,
    train_rows: int = 300,
    batch: int = 32,
    steps: int = 150,
    runs: int = 8,
) -> dict[str, Tensor]:
    """Train two variants several times, run i of both with the same seed.

    The same seed means the same split, the same batches in the same order, and a generator in the
    same state before the weights are drawn: the same first weights if the networks have one shape.

    Setting: two hidden layers of {hidden} ReLUs against a rival that differs in {rival} (factor
        {factor}), {train_rows} rows of {data}, {optimizer} at {lr}, norm: {norm}, {steps} steps on
        batches of {batch}; {runs} runs that differ in: {changes}

    Args:
        replicates: One split of the data into training and test rows each.
        rival: Has another rate, other hidden layers, or is a convolutional network.
        factor: The rival's rate or hidden units, over those of the first.
        changes: What each run draws anew: first weights, order, both, the split, or all of them.
        optimizer: PyTorch's; momentum is 0.9.
        lr: Rate of the first.
        norm: Normalization before each ReLU of both.
        data: What is learnt; the last two need an MLP.
        hidden: Units of each hidden layer of the first.
        train_rows: Rows for training.
        batch: Rows of a step.
        steps: Steps of each run.
        runs: Runs of each, three or more.

    Metrics:
        first: test accuracy of the first, mean of the runs, in [0, 1].
        second: the same of the rival, in [0, 1].
        spread: standard deviation of the first's test accuracy over the runs, in [0, 1].
        correlation: of the two accuracies over the runs, in [-1, 1]; 0 if one does not vary.
        rest: variance of the difference at the same seed over that at different seeds, at most 9.
        ahead: share of the pairs of one run each in which the rival's accuracy is higher; equal
            ones count half, in [0, 1].
    """
    repeats = Runs(replicates, runs, changes)
    tasks = repeats.splits(data, train=train_rows, valid=0)
    orders = repeats.orders(len(tasks[0]), batch, steps)
    units = round(hidden * factor) if rival == "width" else hidden
    shape = "conv" if rival == "conv" else "mlp"
    again = Replicates(  # the same seeds once more
        replicates.simulation, replicates.numbers, str(replicates.device), replicates.seed
    )

    def first(name: str):  # noqa: ANN202 - a Stacked
        return replicates.stack(name, lambda: network("mlp", tasks[0], hidden, norm))

    def second(name: str):  # noqa: ANN202
        return again.stack(name, lambda: network(shape, tasks[0], units, norm))

    mine = repeats.draw("weights", first)
    theirs = mine if rival == "rate" else repeats.draw("weights", second)
    rates = lr, lr * (factor if rival == "rate" else 1.0)
    scores = []
    for starts, rate in zip((mine, theirs), rates, strict=True):
        found = []
        for task, start, order in zip(tasks, starts, orders, strict=True):
            net, own = copy.deepcopy(start), copy.copy(task)  # runs may share them
            train(net, own, order, optimizer=optimizer, lr=rate)
            x, y = own.open_test()
            with torch.no_grad():
                found.append(accuracy(net(x).nan_to_num(), y))
        scores.append(torch.stack(found, 1))  # (R, runs)
    a, b = scores
    paired, crossed = (a - b).var(1), _crossed(a, b)
    gaps = (b[:, None] - a[:, :, None]).flatten(1)  # (R, runs * runs)
    won, even = gaps > 1e-9, gaps.abs() <= 1e-9
    both = (a - a.mean(1, keepdim=True)) * (b - b.mean(1, keepdim=True))
    size = a.std(1) * b.std(1) * (runs - 1)
    return {
        "first": a.mean(1),
        "second": b.mean(1),
        "spread": a.std(1),
        "correlation": (both.sum(1) / size.clamp(min=1e-12)).clamp(-1, 1),
        "rest": (paired / crossed.clamp(min=1e-12)).clamp(max=9),
        "ahead": (won.double() + even.double() / 2).mean(1),
    }


def _crossed(a: Tensor, b: Tensor) -> Tensor:
    """Variance of the difference between a run of the one and another run of the other, (R,)."""
    return a.var(1) + b.var(1)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
