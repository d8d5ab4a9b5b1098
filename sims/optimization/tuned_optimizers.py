"""An optimizer and a schedule on digits or tables, with the learning rate tuned and without.

python sims/optimization/tuned_optimizers.py --optimizer adam --tune true

https://arxiv.org/abs/1910.05446
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates, accuracy, cross_entropy
from dlfaq.sim.losses import capped
from dlfaq.sim.nets import mlp
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load


def tuned_optimizers(
    replicates: Replicates,
    optimizer: Literal["sgd", "momentum", "adagrad", "rmsprop", "adam", "adamw"] = "sgd",
    lr: float = 0.1,
    tune: bool = False,
    lowest: float = 0.0,
    points: int = 7,
    schedule: Literal[
        "constant", "linear", "cosine", "one-cycle", "cooldown", "drops"
    ] = "constant",
    horizon: int = 0,
    warmup: int = 0,
    steps: int = 100,
    batch: int = 32,
    hidden: int = 16,
    norm: Literal["none", "batch", "layer", "rms"] = "none",
    examples: int = 400,
    scale: Literal["standard", "feature", "centred", "unit", "raw"] = "standard",
    spread: float = 0.0,
    rotated: bool = False,
    data: Literal["digits", "cancer", "wine"] = "digits",
) -> dict[str, Tensor]:
    """Train a network with one hidden layer at one rate, or at each of a grid to keep the best.

    Setting: a {hidden}-unit ReLU network, {examples} rows of {data}; {optimizer} at {lr}, schedule
    {schedule}, batch {batch}, {steps} steps.

    Every rate starts from the same weights and sees the same batches.

    Args:
        replicates: One choice of rows, one network and one order of the batches each.
        optimizer: PyTorch's, with its default settings but for the rate; momentum is 0.9.
        lr: Peak learning rate; not used if it is tuned.
        tune: Give each replicate the rate of a grid that is best on 200 rows for validation.
        lowest: Lowest rate of that grid, each further one 3 times the one before; 0 for the kit's.
        points: Rates in the grid, if it has a lowest.
        schedule: Of the learning rate; dlfaq.sim.schedules says how each is set up.
        horizon: Steps the schedule was made for; 0 for `steps`.
        warmup: Steps of the horizon in which the rate first rises in a straight line.
        steps: Training steps that are made.
        batch: Rows in a batch.
        hidden: Units of the hidden layer.
        norm: What stands before the ReLU.
        examples: Training rows at most.
        scale: Of the inputs: `standard` has mean 0 and standard deviation 1, `unit` lies in [0, 1].
        spread: Each input is multiplied by a power of ten, evenly between -spread and spread.
        rotated: Turn the rescaled inputs by a random rotation: none has a scale of its own then.
        data: Which data set.

    Metrics:
        accuracy: on the test rows after the last step, in [0, 1].
        test_loss: on the test rows after the last step, in nats; 100 if larger, in [0, 100].
        train_loss: the same on the training rows, in [0, 100].
        picked: the learning rate, at least 0.
        inside: 1 if it was tuned and is neither the lowest nor the highest of the grid, else 0,
            in [0, 1].
    """
    parts = {"train": examples, "valid": 200 if tune else 0}
    task = load(replicates, data, **parts, scale=scale, own=True)
    if spread or rotated:
        size = task.features
        powers = 2 * replicates.uniform("powers", 1, size) - 1  # (R, 1, d), between -1 and 1
        factors = 10 ** (spread * powers)
        turn = torch.linalg.qr(replicates.normal("turn", size, size)).Q  # (R, d, d)
        task = task.mapped(lambda x: x * factors @ turn if rotated else x * factors)
    net = replicates.stack("net", lambda: mlp(task.features, [hidden], task.classes, norm=norm))
    batches = replicates.batches("batches", len(task), min(batch, len(task)), steps)
    rates = [lowest * 3**point for point in range(points)] if lowest else []
    pace = {"schedule": schedule, "horizon": horizon, "warmup": warmup}
    run = train(net, task, batches, optimizer=optimizer, lr=lr, tune=tune, rates=rates, **pace)
    x, y = task.open_test()
    with torch.no_grad():
        outputs = net(x)
        return {
            "accuracy": accuracy(outputs, y),
            "test_loss": capped(cross_entropy(outputs, y), 100.0),
            "train_loss": capped(cross_entropy(net(task.x), task.y), 100.0),
            "picked": run.rate,
            "inside": run.inside,
        }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
