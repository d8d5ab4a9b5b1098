"""What the last layer of a regression should end with: nothing, a ReLU, a softplus or a tanh.

python sims/activations/output_activation.py --output relu --hidden 32

https://pytorch.org/docs/stable/generated/torch.nn.Softplus.html
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates
from dlfaq.sim.losses import capped, square_error
from dlfaq.sim.nets import mlp
from dlfaq.sim.training import train
from dlfaq.sim.training_data import Data, load

OUTPUTS = {"none": nn.Identity, "relu": nn.ReLU, "softplus": nn.Softplus, "tanh": nn.Tanh}


def output_activation(
    replicates: Replicates,
    output: Literal["none", "relu", "softplus", "tanh"] = "none",
    offset: float = 0.0,
    activation: Literal["relu", "tanh", "gelu", "identity"] = "relu",
    layers: int = 2,
    hidden: int = 32,
    norm: Literal["none", "batch", "layer"] = "none",
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "adam",
    lr: float = 0.003,
    tune: bool = False,
    steps: int = 200,
    batch: int = 32,
    data: Literal["diabetes", "parabola"] = "diabetes",
) -> dict[str, Tensor]:
    """Predict positive numbers with squared error.

    Setting: {layers} hidden {activation} layers of {hidden} units, output {output}, on {data};
        {optimizer} at {lr}, batch {batch}, {steps} steps.

    Args:
        replicates: One network and one order of the rows each.
        output: What stands behind the last layer.
        offset: Added to the last layer's bias before training.
        activation: Of the hidden layers.
        layers: Hidden layers.
        hidden: Units of a hidden layer.
        norm: Normalization before each hidden activation.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate the rate of a grid that is best on validation rows.
        steps: Training steps.
        batch: Rows in a batch.
        data: Diabetes: how far the illness went, divided by twice its standard deviation and moved
            to the mean 1, so that all targets are positive. Parabola: x^2 plus noise of standard
            deviation 0.1, for x even on [-2, 2].

    Metrics:
        error: mean squared error on the test rows over the variance of their targets; at most 10.
        silent: 1 if the network predicts exactly 0 for every unseen row, in [0, 1].
        zero: share of the predictions for unseen rows that are exactly 0, in [0, 1].
        negative: share of them below 0, in [0, 1].
        curve[input]: prediction if the first input is this and all others are 0.
        rate: the learning rate.
        inside: 1 if the rate is not at an end of the grid, in [0, 1].
    """
    rows = _parabola(replicates) if data == "parabola" else load(replicates, data, valid=90)
    if data == "diabetes":
        rows = rows.relabelled(lambda y: 1 + y / 2)

    def make() -> nn.Module:
        net = mlp(rows.features, [hidden] * layers, 1, activation=activation, norm=norm)
        with torch.no_grad():
            net[-1].bias += offset
        return nn.Sequential(net, OUTPUTS[output]())

    net = replicates.stack("net", make)
    batches = replicates.batches("batches", len(rows), batch, steps)
    how = {"optimizer": optimizer, "lr": lr, "tune": tune, "loss": square_error}
    run = train(net, rows, batches, **how)
    x, y = rows.open_test()
    line = torch.linspace(-2, 2, 41)
    probe = nn.functional.pad(line[:, None], (0, rows.features - 1))  # (41, features)
    with torch.no_grad():
        told, curve = net(x)[..., 0], net(replicates.same(probe))[..., 0]
    return {
        "error": capped(square_error(told, y) / y.var(1), 10.0),
        "silent": (told == 0).all(1),
        "zero": (told == 0).double().mean(1),
        "negative": (told < 0).double().mean(1),
        "curve": curve,
        "input": line,
        "rate": run.rate,
        "inside": run.inside,
    }


def _parabola(replicates: Replicates) -> Data:
    """Rows of one number and its noisy square: 200 to train, 100 to validate, 200 to test."""
    x = 4 * replicates.uniform("x", 500, 1) - 2  # (R, 500, 1)
    y = x[..., 0].square() + 0.1 * replicates.normal("noise", 500)
    parts = [slice(200), slice(200, 300), slice(300, 500)]
    fit, held, test = ((x[:, rows], y[:, rows]) for rows in parts)
    return Data(fit, test, held)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
