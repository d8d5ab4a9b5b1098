"""An output bias that starts at the log-frequencies of unequal classes, and what it is worth.

python sims/first_loss/frequency_bias.py --share 0.8 --bias frequencies --steps 240

https://karpathy.github.io/2019/04/25/recipe/
"""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from dlfaq.sim import Replicates, cross_entropy
from dlfaq.sim.nets import mlp
from dlfaq.sim.training import train
from dlfaq.sim.training_data import Data, load


def frequency_bias(
    replicates: Replicates,
    bias: Literal["default", "frequencies"] = "default",
    share: float = 0.8,
    scale: Literal["standard", "feature", "unit"] = "standard",
    hidden: int = 32,
    norm: Literal["none", "batch", "layer"] = "none",
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "adam",
    lr: float = 0.01,
    tune: bool = False,
    steps: int = 60,
    batch: int = 32,
) -> dict[str, Tensor]:
    """Train a network on digits of which most are zeros.

    Setting: a {hidden}-unit ReLU network on 400 digits ({scale}), {share} of them zeros,
    {optimizer} at {lr}, batch {batch}, {steps} steps

    Args:
        replicates: One network, one choice of images and one order of the batches each.
        bias: The output bias as PyTorch draws it, or the log-frequencies of the training labels,
            each class counted once more than it occurs.
        share: Share of zeros among images for training, validation and test; 0 for the digits as
            they come, a tenth of each class.
        scale: Pixels of mean 0, all divided by one standard deviation (standard) or each by its
            own (feature); or from 0 to 1 (unit).
        hidden: Units of the hidden layer.
        norm: Normalization before the ReLUs.
        optimizer: PyTorch's, with its default settings but for the rate; momentum is 0.9.
        lr: Learning rate, where it is not tuned.
        tune: Take for each replicate the rate of a grid that is best on 200 validation images.
        steps: Training steps.
        batch: Images of a step.

    Metrics:
        first: loss on the training images before training, in nats.
        loss: on the test images after training, in nats.
        recall: share of the test images of other classes than zero that are recognized, in [0, 1].
    """
    data = load(replicates, "digits", train=800, valid=400, scale=scale, own=True)
    images = Data(
        _drawn(replicates, "train", data.x, data.y, share, 400),
        _drawn(replicates, "test", *data.open_test(), share, 400),
        _drawn(replicates, "valid", data.x_valid, data.y_valid, share, 200),
        data.classes,
    )
    net = replicates.stack("net", lambda: mlp(64, [hidden], 10, norm=norm))
    if bias == "frequencies":
        counts = (
            F.one_hot(images.y, 10).sum(1) + 1
        )  # (R, 10); none is 0, so that no logarithm is -inf
        with torch.no_grad():
            [*net.weights().values()][-1].copy_((counts / counts.sum(1, keepdim=True)).log())
    with torch.no_grad():
        first = cross_entropy(net(images.x), images.y)
    batches = replicates.batches("batches", len(images), batch, steps)
    train(net, images, batches, optimizer=optimizer, lr=lr, tune=tune)
    x, y = images.open_test()
    with torch.no_grad():
        logits = net(x)
    rare = y != 0  # (R, 400)
    found = (logits.argmax(-1) == y) & rare
    return {
        "first": first,
        "loss": cross_entropy(logits, y),
        "recall": found.double().sum(1) / rare.sum(1),
    }


def _drawn(
    replicates: Replicates, name: str, x: Tensor, y: Tensor, share: float, count: int
) -> tuple[Tensor, Tensor]:
    """Draw images (R, count, 64) with their labels, with replacement, a share of them zeros."""
    zero = y == 0  # (R, n)
    weight = torch.where(
        zero, share / zero.sum(1, keepdim=True), (1 - share) / (~zero).sum(1, keepdim=True)
    )
    edges = (weight if share else torch.full_like(weight, 1 / y.shape[1])).cumsum(1)  # (R, n)
    rows = torch.searchsorted(edges, replicates.uniform(name, count)).clamp(max=y.shape[1] - 1)
    return x.gather(1, rows[..., None].expand(-1, -1, x.shape[-1])), y.gather(1, rows)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
