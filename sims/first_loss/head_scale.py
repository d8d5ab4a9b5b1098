"""Training from logits that are too large, from usual ones, and from a last layer of zeros.

python sims/first_loss/head_scale.py --gain 30 --steps 400

https://karpathy.github.io/2019/04/25/recipe/
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates, accuracy, cross_entropy
from dlfaq.sim.nets import mlp
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load


def head_scale(
    replicates: Replicates,
    gain: float = 1.0,
    weights: Literal["default", "normal"] = "default",
    hidden: int = 32,
    norm: Literal["none", "batch", "layer"] = "none",
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "sgd",
    lr: float = 0.1,
    tune: bool = False,
    steps: int = 100,
    batch: int = 32,
    data: Literal["digits", "cancer", "wine"] = "digits",
    scale: Literal["standard", "unit"] = "standard",
) -> dict[str, Tensor]:
    """Train a network of one hidden layer whose last layer starts `gain` times as large as usual.

    Setting: a {hidden}-unit ReLU network on 400 {data} ({scale}), {optimizer} at {lr},
    batch {batch}, {steps} steps

    Args:
        replicates: One network, one choice of images and one order of the batches each.
        gain: Factor on the last layer's first weights and biases; 0 starts it at zero.
        weights: As PyTorch draws them, or all weights and biases from N(0, 1).
        hidden: Units of the hidden layer.
        norm: Normalization before the ReLUs.
        optimizer: PyTorch's, with its default settings but for the rate; momentum is 0.9.
        lr: Learning rate, where it is not tuned.
        tune: Take for each replicate the rate of a grid that is best on 200 validation images.
        steps: Training steps.
        batch: Images of a step.
        data: Data set.
        scale: Inputs of mean 0 and standard deviation 1, or from 0 to 1.

    Metrics:
        std: standard deviation s of the logits around each example's mean, before training.
        first: loss on the training images before training, in nats.
        accuracy: on test images after training, in [0, 1].
        loss: on test images after training, in nats.
    """
    images = load(replicates, data, train=400, valid=200, scale=scale, own=True)
    net = replicates.stack("net", lambda: mlp(images.features, [hidden], images.classes, norm=norm))
    with torch.no_grad():
        for name, weight in net.weights().items() if weights == "normal" else ():
            weight.copy_(replicates.normal(f"weight {name}", *weight.shape[1:]))
        for weight in [*net.weights().values()][-2:]:  # the last layer
            weight.mul_(gain)
        logits = net(images.x)  # (R, n, k)
        std = (logits - logits.mean(-1, keepdim=True)).flatten(1).std(1)
        first = cross_entropy(logits, images.y)
    batches = replicates.batches("batches", len(images), min(batch, len(images)), steps)
    train(net, images, batches, optimizer=optimizer, lr=lr, tune=tune)
    x, y = images.open_test()
    with torch.no_grad():
        logits = net(x)
    return {
        "std": std,
        "first": first,
        "accuracy": accuracy(logits, y),
        "loss": cross_entropy(logits, y),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
