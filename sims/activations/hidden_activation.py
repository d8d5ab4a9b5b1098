"""Which activation the hidden layers of a small classifier should have, and at which rate.

python sims/activations/hidden_activation.py --network conv --activation tanh --gain 1

https://papers.nips.cc/paper/4824-imagenet-classification-with-deep-convolutional-neural-networks
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.losses import capped, first_time
from dlfaq.sim.nets import ACTIVATIONS, NORMS
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load

BENDS = ACTIVATIONS | {"silu": nn.SiLU}


def _network(
    network: str, sizes: list[int], activation: str, gain: float, norm: str
) -> nn.Sequential:
    """Hidden layers with a normalization and an activation behind each, and a linear output.

    Args:
        network: `mlp`, or `conv`: 3 x 3 convolutions, and max pooling behind the first.
        sizes: Inputs, then units or channels of each hidden layer, then outputs.
        activation: A name in BENDS.
        gain: Standard deviation of the hidden layers' weights times the root of their inputs;
            their biases are 0.
        norm: `none` or `batch`, and for an mlp also `layer`.
    """
    inputs, *hidden, outputs = sizes
    conv, parts = network == "conv", []
    if conv:
        inputs, parts = 1, [nn.Unflatten(1, (1, 8, 8))]
    for number, width in enumerate(hidden):
        layer = nn.Conv2d(inputs, width, 3, padding=1) if conv else nn.Linear(inputs, width)
        nn.init.normal_(layer.weight, std=gain / layer.weight[0].numel() ** 0.5)
        nn.init.zeros_(layer.bias)
        middle = nn.BatchNorm2d(width) if conv and norm == "batch" else NORMS[norm](width)
        parts += [layer, middle, BENDS[activation]()]
        parts += [nn.MaxPool2d(2)] * (conv and number == 0)
        inputs = width
    return nn.Sequential(*parts, nn.Flatten(), nn.Linear(inputs * (16 if conv else 1), outputs))


def hidden_activation(
    replicates: Replicates,
    network: Literal["mlp", "conv"] = "mlp",
    activation: Literal["relu", "leaky", "gelu", "silu", "tanh", "sigmoid"] = "relu",
    layers: int = 6,
    hidden: int = 32,
    gain: float = 1.4142135,
    norm: Literal["none", "batch", "layer"] = "none",
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "sgd",
    lr: float = 0.1,
    tune: bool = False,
    steps: int = 200,
    batch: int = 32,
    data: Literal["digits", "parity", "cancer"] = "digits",
) -> dict[str, Tensor]:
    """Train a classifier without skip paths and test it.

    Setting: {network} of {layers} hidden layers of {hidden} {activation} units or channels, hidden
        weights of gain {gain}, normalization {norm}, on {data}; {optimizer} at {lr}, batch {batch},
        {steps} steps.

    Args:
        replicates: One network and one order of the rows each.
        network: Linear layers; or 3 x 3 convolutions with max pooling behind the first, which need
            images (digits or parity).
        activation: Of all hidden layers; leaky has the slope 0.01 below 0.
        layers: Hidden layers, at least 1.
        hidden: Units, or channels, of a hidden layer.
        gain: Standard deviation of the hidden weights times the root of a layer's inputs: the root
            of 2 is He's, 1 is Xavier's; hidden biases are 0. The output layer is PyTorch's.
        norm: What stands between a hidden layer and its activation.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate the rate of a grid that is best on 200 validation rows.
        steps: Training steps, at least 10.
        batch: Rows in a batch.
        data: The digits, whether they are odd, or a table.

    Metrics:
        accuracy: on the test rows, in [0, 1].
        loss: mean over the last 10 batches, in nats; at most 10.
        steps_to_half: first step whose last 10 batches have a mean loss below 0.5; `steps` + 1 if
            none.
        arrived: 1 if there is such a step, else 0, in [0, 1].
        rate: the learning rate.
        inside: 1 if the rate was tuned and is not at an end of its grid, else 0, in [0, 1].
    """
    rows = load(replicates, data, valid=200 if data != "cancer" else 90)
    sizes = [rows.features, *[hidden] * layers, rows.classes]
    net = replicates.stack("net", lambda: _network(network, sizes, activation, gain, norm))
    batches = replicates.batches("batches", len(rows), batch, steps)
    run = train(net, rows, batches, optimizer=optimizer, lr=lr, tune=tune)
    recent = capped(run.loss, 10.0).unfold(1, 10, 1).mean(2)  # (R, steps - 9)
    first = 10 + first_time(recent < 0.5)
    x, y = rows.open_test()
    with torch.no_grad():
        return {
            "accuracy": accuracy(net(x), y),
            "loss": recent[:, -1],
            "steps_to_half": first,
            "arrived": first <= steps,
            "rate": run.rate,
            "inside": run.inside,
        }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
