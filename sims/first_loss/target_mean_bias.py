"""An output bias that starts at the mean of the targets of a regression, and what it is worth.

python sims/first_loss/target_mean_bias.py --bias mean --steps 400

https://karpathy.github.io/2019/04/25/recipe/
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates
from dlfaq.sim.losses import capped, square_error
from dlfaq.sim.nets import mlp
from dlfaq.sim.training import train
from dlfaq.sim.training_data import Data, load


def target_mean_bias(
    replicates: Replicates,
    bias: Literal["default", "mean"] = "default",
    center: float = 152.0,
    spread: float = 77.0,
    hidden: int = 32,
    norm: Literal["none", "batch", "layer"] = "none",
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "adam",
    lr: float = 0.01,
    tune: bool = False,
    steps: int = 100,
    batch: int = 32,
) -> dict[str, Tensor]:
    """Predict the progress of diabetes, a number, from ten measurements of a patient.

    Setting: a {hidden}-unit ReLU network on 235 patients, targets of mean {center},
    {optimizer} at {lr}, {steps} steps

    Args:
        replicates: One network, one choice of patients and one order of the batches each.
        bias: The output bias as PyTorch draws it, or the mean of the training targets.
        center: Mean of the targets; 152 is that of the data as they come.
        spread: Standard deviation of the targets; 77 is that of the data as they come.
        hidden: Units of the hidden layer.
        norm: Normalization before the ReLUs.
        optimizer: PyTorch's, with its default settings but for the rate; momentum is 0.9.
        lr: Learning rate, where it is not tuned.
        tune: Take for each replicate the rate of a grid that is best on 60 validation patients.
        steps: Training steps.
        batch: Patients of a step.

    Metrics:
        first: mean squared error on the training patients before training, over the variance of
            their targets.
        error: mean squared error on test patients after training, over the variance of their
            targets: 1 is what the mean alone achieves; at most 10.
    """
    raw = load(replicates, "diabetes", train=235, valid=60, own=True)
    x_test, y_test = raw.open_test()
    y, y_valid, y_test = (center + spread * part for part in (raw.y, raw.y_valid, y_test))
    data = Data((raw.x, y), (x_test, y_test), (raw.x_valid, y_valid))
    net = replicates.stack("net", lambda: mlp(data.features, [hidden], 1, norm=norm))
    with torch.no_grad():
        if bias == "mean":
            [*net.weights().values()][-1].copy_(y.mean(1, keepdim=True))
        first = square_error(net(data.x), y) / y.var(1, correction=0)
    batches = replicates.batches("batches", len(data), batch, steps)
    train(net, data, batches, optimizer=optimizer, lr=lr, tune=tune, loss=square_error)
    x, y = data.open_test()
    with torch.no_grad():
        error = square_error(net(x), y) / y.var(1, correction=0)
    return {"first": first, "error": capped(error, 10.0)}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
