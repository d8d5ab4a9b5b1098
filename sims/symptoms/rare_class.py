"""Accuracy at the share of the common class, while the network already ranks the examples.

python sims/symptoms/rare_class.py --steps 80
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.nets import mlp
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load


def rare_class(
    replicates: Replicates,
    rare: int = 8,
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "sgd",
    lr: float = 0.02,
    norm: Literal["none", "batch", "layer"] = "none",
    hidden: int = 32,
    batch: int = 32,
    steps: int = 150,
    shuffled: bool = False,
    odd: bool = False,
) -> dict[str, Tensor]:
    """Train a network to say whether an image shows one digit out of ten.

    Setting: a {hidden}-unit ReLU network that looks for the digit {rare} (odd digits
    instead: {odd}; labels shuffled: {shuffled}), {optimizer} at {lr},
    {steps} steps with batches of {batch}

    Args:
        replicates: One network and one choice of images each.
        rare: The digit whose images are the rare class, about a tenth of all.
        optimizer: By name.
        lr: Its rate.
        norm: Normalization before the ReLU.
        hidden: Units of the hidden layer.
        batch: Examples a step.
        steps: Steps.
        shuffled: Whether training labels are shuffled apart from their images.
        odd: Whether it looks for odd digits instead, about half of all.

    Metrics:
        accuracy: share of right answers on held-out images, in [0, 1].
        majority: share right of answering always the common class, in [0, 1].
        balanced: mean of the shares right of both classes, with a threshold of 0.5, in [0, 1].
        lowered: the same with the rare class's share of the training labels as threshold,
            in [0, 1].
        auc: share of pairs of a rare and a common image in which the rare one scores higher,
            in [0, 1].
        fall: by how much the training loss fell from the first ten steps to the last ten, in nats.
    """
    data = load(replicates, own=True).relabelled(lambda y: y % 2 if odd else (y == rare).long())
    data.classes = 2
    if shuffled:
        data.y = data.y.gather(1, replicates.permutation("labels", len(data)))
    net = replicates.stack("net", lambda: mlp(data.features, [hidden], 2, norm=norm))
    share = data.y.double().mean(1, keepdim=True)  # (R, 1)
    order = replicates.batches("batches", len(data), batch, steps)
    run = train(net, data, order, optimizer=optimizer, lr=lr)
    net.eval()
    x, y = data.open_test()
    with torch.no_grad():
        z = net(x)  # (R, m, 2)
    p, is_rare = z.softmax(-1)[..., 1].double(), y == 1

    def balanced(threshold: Tensor | float) -> Tensor:
        said = p > threshold
        found = (said & is_rare).sum(1) / is_rare.sum(1)
        spared = (~said & ~is_rare).sum(1) / (~is_rare).sum(1)
        return (found + spared) / 2

    pairs = (is_rare[:, :, None] & ~is_rare[:, None, :]).double()  # (R, m, m)
    above = (p[:, :, None] > p[:, None, :]).double() + (p[:, :, None] == p[:, None, :]) / 2
    return {
        "accuracy": accuracy(z, y),
        "majority": 1 - is_rare.double().mean(1),
        "balanced": balanced(0.5),
        "lowered": balanced(share),
        "auc": (above * pairs).sum((1, 2)) / pairs.sum((1, 2)),
        "fall": run.loss[:, :10].mean(1) - run.loss[:, -10:].mean(1),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
