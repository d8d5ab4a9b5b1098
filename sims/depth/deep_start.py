"""A deep network before training, and after its first step: loss, gradients, outputs.

python sims/depth/deep_start.py --activation sigmoid --layers 12

https://proceedings.mlr.press/v9/glorot10a.html
"""

from functools import partial
from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates, cross_entropy
from dlfaq.sim.deep import Deep
from dlfaq.sim.losses import capped
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load


def deep_start(
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
    clip: float = 0.0,
    batch: int = 32,
    data: Literal["digits", "parity", "cancer", "wine"] = "digits",
) -> dict[str, Tensor]:
    """Look at an untrained network and at one batch, then make one step on that batch.

    Setting: {layers} hidden {activation} layers of {hidden} units, weights of gain {gain},
    normalization {norm}, on {data}; one step of {optimizer} at {lr}, batch {batch}.

    Args:
        replicates: One network and one batch each.
        activation: Of the hidden layers.
        layers: Hidden layers, at least 1.
        hidden: Units of a hidden layer.
        gain: Standard deviation of the weights times the root of a layer's inputs: 1 is Xavier's,
            the root of 2 He's; biases are 0. 0 keeps what `nn.Linear` draws.
        last_gain: That of the output layer; 0 for the same.
        as_tanh: Start sigmoids so that they compute what tanh would with the weights drawn.
        norm: What stands between a hidden layer and its activation.
        skip: Share of a hidden layer's input that is added to its output.
        scaled: With a skip, divide that output by the root of the number of layers.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Learning rate.
        clip: Largest norm of a gradient; 0 for no clipping.
        batch: Rows in the batch.
        data: The digits, whether they are odd, or another data set.

    Metrics:
        first_loss: on all training rows before the step, in nats; at most 1000.
        first_gradient: norm of the gradient of the first layer's weights.
        last_gradient: the same for the last hidden layer's weights.
        offset: mean of the last hidden layer's outputs.
        raised: 1 if the step did not make the loss of its own batch smaller, else 0, in [0, 1].
    """
    task = load(replicates, data)
    sizes = [task.features, *[hidden] * layers, task.classes]
    start = {"gain": gain, "last_gain": last_gain, "as_tanh": as_tanh}
    paths = {"skip": skip, "scaled": scaled}
    make = partial(Deep, sizes, activation, norm, **start, **paths, show=True)
    net = replicates.stack("net", make)
    first, last = (net.weights()[f"linear.{n}.weight"] for n in (0, layers - 1))  # (R, out, in)
    batches = replicates.batches("batches", len(task), min(batch, len(task)), 1)  # (R, 1, B)
    each = torch.arange(len(replicates), device=task.x.device)[:, None]  # (R, 1)
    logits, h, _ = net(task.x[each, batches[:, 0]])  # (R, B, k), (R, B, hidden)
    loss = cross_entropy(logits, task.y[each, batches[:, 0]])  # (R,)
    gradients = torch.autograd.grad(loss.sum(), (first, last))
    with torch.no_grad():
        first_loss = cross_entropy(net(task.x)[0], task.y)
    how = {"optimizer": optimizer, "lr": lr, "clip": clip, "loss": _loss}
    twice = train(net, task, batches[:, [0, 0]], **how).loss  # (R, 2): before and after the step
    return {
        "first_loss": capped(first_loss, 1000.0),
        "first_gradient": torch.linalg.matrix_norm(gradients[0]),
        "last_gradient": torch.linalg.matrix_norm(gradients[1]),
        "offset": h.detach().mean((1, 2)),
        "raised": ~(twice[:, 1] < twice[:, 0]),
    }


def _loss(outputs: tuple[Tensor, ...], labels: Tensor) -> Tensor:
    """Cross-entropy of the logits, (R,)."""
    return cross_entropy(outputs[0], labels)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
