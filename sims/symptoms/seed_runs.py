"""One training, repeated with something changed: how far do the ends lie apart?

python sims/symptoms/seed_runs.py --changes order --runs 8

https://arxiv.org/abs/2103.03098
"""

import copy
from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates
from dlfaq.sim.repeats import Runs, network
from dlfaq.sim.training import train


def seed_runs(
    replicates: Replicates,
    changes: Literal[
        "nothing", "rounding", "weights", "order", "seed", "images", "split", "all"
    ] = "seed",
    model: Literal["mlp", "conv", "transformer", "linear"] = "mlp",
    optimizer: Literal["sgd", "momentum", "adamw"] = "adamw",
    lr: float = 0.005,
    factor: float = 1.0,
    norm: Literal["none", "batch", "layer"] = "none",
    data: Literal["digits", "cancer", "wine"] = "digits",
    hidden: int = 32,
    train_rows: int = 300,
    valid_rows: int = 200,
    batch: int = 32,
    steps: int = 150,
    runs: int = 8,
) -> dict[str, Tensor]:  # fmt: skip
    """Train one network several times and test every run.

    Setting: a {model} on {train_rows} rows of {data}, {optimizer} at {lr}, norm: {norm}, {steps}
        steps on batches of {batch}; {runs} runs that differ in: {changes}

    Args:
        replicates: One split of the data into training and test rows each.
        changes: What each run draws anew: the first weights, the order of the batches, both (the
            seed), the training rows out of those that are not tested, the whole split, or
            everything. Rounding: the same batches, with their rows in another order.
        model: Two hidden layers, two convolutions, two transformer blocks, or no hidden layer.
        optimizer: PyTorch's; momentum is 0.9.
        lr: Its rate.
        factor: Rate of each run over that of the run before; the geometric mean is `lr`.
        norm: Normalization before each ReLU of the first two models.
        data: What is learnt; the last two need an MLP or no hidden layer.
        hidden: Units of each hidden layer of an MLP.
        train_rows: Rows for training.
        valid_rows: Rows for validation, which no run trains on.
        batch: Rows of a step.
        steps: Steps of each run.
        runs: Runs of a replicate, two or more.

    Metrics:
        accuracy: on the test rows, mean of the runs, in [0, 1].
        spread: standard deviation of the test accuracy over the runs, in [0, 1].
        best: best test accuracy minus the mean of the runs, in [0, 1].
        disagree: share of the first run's test rows that the first two runs name differently, in
            [0, 1].
        looked: of the run that is best on the validation rows, its accuracy there minus the mean
            of the runs, in [0, 1].
        picked: the same run's test accuracy minus the mean of the runs, in [-1, 1].
    """
    repeats = Runs(replicates, runs, changes)
    tasks = repeats.splits(data, train=train_rows, valid=valid_rows)

    def start(name: str):  # noqa: ANN202 - a Stacked
        return replicates.stack(name, lambda: network(model, tasks[0], hidden, norm))

    starts = repeats.draw("weights", start)
    orders = repeats.orders(len(tasks[0]), batch, steps)
    tested, held, named = [], [], []
    for run, (task, first, order) in enumerate(zip(tasks, starts, orders, strict=True)):
        net, own = copy.deepcopy(first), copy.copy(task)  # tasks may be one and the same
        rate = lr * factor ** (run - (runs - 1) / 2)
        train(net, own, order, optimizer=optimizer, lr=rate)
        x, y = own.open_test()
        with torch.no_grad():
            tested.append(_right(net(x), y))
            held.append(_right(net(own.x_valid), own.y_valid))
            if run < 2:
                named.append(net(tasks[0].test_part[0]).argmax(-1))
    scores, seen = torch.stack(tested, 1), torch.stack(held, 1)  # (R, runs)
    picked = seen.argmax(1, keepdim=True)
    mean = scores.mean(1)
    return {
        "accuracy": mean,
        "spread": scores.std(1),
        "best": scores.amax(1) - mean,
        "disagree": (named[0] != named[1]).double().mean(1),
        "looked": seen.amax(1) - seen.mean(1),
        "picked": scores.gather(1, picked)[:, 0] - mean,
    }


def _right(logits: Tensor, y: Tensor) -> Tensor:
    """Share of the rows (R, N) that are named right; what is not a number names the first class."""
    return (logits.nan_to_num().argmax(-1) == y).double().mean(1)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
