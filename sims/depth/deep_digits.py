"""Train a plain deep network on images or tables: does it learn, and what moves?

python sims/depth/deep_digits.py --activation sigmoid --layers 6

https://proceedings.mlr.press/v9/glorot10a.html
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.deep import Deep, change
from dlfaq.sim.losses import capped
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load


def deep_digits(
    replicates: Replicates,
    activation: Literal["sigmoid", "tanh", "relu", "identity"] = "sigmoid",
    layers: int = 3,
    hidden: int = 32,
    gain: float = 1.0,
    last_gain: float = 0.0,
    as_tanh: bool = False,
    norm: Literal["none", "batch", "layer", "rms"] = "none",
    skip: float = 0.0,
    scaled: bool = False,
    optimizer: Literal["sgd", "momentum", "adam", "adamw", "rmsprop", "adagrad"] = "sgd",
    lr: float = 0.5,
    tune: bool = False,
    clip: float = 0.0,
    steps: int = 100,
    batch: int = 32,
    examples: int = 1200,
    data: Literal["digits", "parity", "cancer", "wine"] = "digits",
) -> dict[str, Tensor]:
    """Train with cross-entropy, then test.

    Setting: {layers} hidden {activation} layers of {hidden} units, weights of gain {gain},
    normalization {norm}, on {data}; {optimizer} at {lr}, batch {batch}, {steps} steps.

    Args:
        replicates: One network and one order of the rows each.
        activation: Of the hidden layers.
        layers: Hidden layers, at least 1.
        hidden: Units of a hidden layer.
        gain: Standard deviation of the first weights times the root of a layer's inputs: 1 is
            Xavier's, the root of 2 He's; biases are 0. 0 keeps what `nn.Linear` draws.
        last_gain: That of the output layer; 0 for the same.
        as_tanh: Start sigmoids so that they compute what tanh would with the weights drawn.
        norm: What stands between a hidden layer and its activation.
        skip: Share of a hidden layer's input that is added to its output.
        scaled: With a skip, divide that output by the root of the number of layers.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate its best rate of a grid, by 200 rows kept for validation.
        clip: Largest norm of a gradient; 0 for no clipping.
        steps: Training steps, at least 1.
        batch: Rows in a batch.
        examples: Training rows at most.
        data: The digits, whether they are odd, or another data set.

    Metrics:
        broke: 1 if a loss was inf or NaN on the way, else 0, in [0, 1].
        loss: of the last 10 batches, in nats; at most 1000.
        loss_at[step]: of each step's batch, in nats; at most 10.
        first_change: change of the first layer's weights over their first norm; at most 1000.
        last_change: the same for the last hidden layer.
        accuracy: on the test rows, at the end, in [0, 1].
        train_accuracy: on the training rows, at the end, in [0, 1].
        picked: the learning rate.
        inside: 1 if the rate was tuned and is not at an end of its grid, else 0, in [0, 1].
    """
    task = load(replicates, data, train=examples, valid=200 if tune else 0)
    sizes = [task.features, *[hidden] * layers, task.classes]
    start = {"gain": gain, "last_gain": last_gain, "as_tanh": as_tanh}
    paths = {"skip": skip, "scaled": scaled}
    net = replicates.stack("net", lambda: Deep(sizes, activation, norm, **start, **paths))
    ends = [net.weights()[f"linear.{n}.weight"] for n in (0, layers - 1)]  # (R, out, in) each
    before = [weight.detach().clone() for weight in ends]
    batches = replicates.batches("batches", len(task), min(batch, len(task)), steps)
    run = train(net, task, batches, optimizer=optimizer, lr=lr, tune=tune, clip=clip)
    x, y = task.open_test()
    changes = [capped(change(*pair), 1000.0) for pair in zip(ends, before, strict=True)]
    with torch.no_grad():
        return {
            "broke": ~run.loss.isfinite().all(1),
            "loss": capped(run.loss[:, -10:].mean(1), 1000.0),
            "loss_at": capped(run.loss, 10.0),
            "step": torch.arange(1, steps + 1),
            "first_change": changes[0],
            "last_change": changes[1],
            "accuracy": accuracy(net(x), y),
            "train_accuracy": accuracy(net(task.x), task.y),
            "picked": run.rate,
            "inside": run.inside,
        }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
