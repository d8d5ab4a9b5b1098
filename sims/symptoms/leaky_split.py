"""Validation images that are copies of training images: what they do, and how to find them.

python sims/symptoms/leaky_split.py --noise 0.3 --share 0.2

https://arxiv.org/abs/1902.00423
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.nets import convnet, mlp
from dlfaq.sim.training import train
from dlfaq.sim.training_data import Data, load


def leaky_split(
    replicates: Replicates,
    share: float = 0.5,
    noise: float = 0.1,
    model: Literal["mlp", "conv"] = "mlp",
    examples: int = 200,
    valid: int = 200,
    hidden: int = 64,
    norm: Literal["none", "batch", "layer"] = "none",
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "adam",
    lr: float = 5e-3,
    tune: bool = False,
    batch: int = 32,
    steps: int = 150,
) -> dict[str, Tensor]:
    """Train on digits, some of which stand in the validation part, too.

    Setting: a {model} on {examples} digits, {optimizer} at {lr}, {steps} steps; {share} of the
    {valid} validation images are copies of training images, with noise of {noise} spreads

    Args:
        replicates: One network and one choice of images each.
        share: Of the validation images, those that are copies.
        noise: Standard deviation of the noise on a copy's pixels, over that of all pixels.
        model: One hidden layer, or two convolutions.
        examples: Training images.
        valid: Validation images, at most 400.
        hidden: Units of the hidden layer.
        norm: Normalization.
        optimizer: PyTorch's, with its default settings but for the rate.
        lr: Its rate, if it is not tuned.
        tune: Choose the rate on the validation images, copies and all.
        batch: Images in a batch.
        steps: Training steps.

    Metrics:
        valid_accuracy: on the validation images, in [0, 1].
        accuracy: on the test images, of which none is a copy, in [0, 1].
        near: share of the validation images that lie nearer to a training image than half of
            the median distance from one training image to the next, in [0, 1].
        found: share of the copies among those, in [0, 1]; 0 if there are no copies.
        accused: share of the other validation images among them, in [0, 1].
        cleaned: validation accuracy without all of them, in [0, 1].
    """
    data = load(replicates, "digits", train=examples, valid=valid, own=True)
    count = round(share * min(valid, examples))
    v, u = data.x_valid.clone(), data.y_valid.clone()
    v[:, :count] = data.x[:, :count] + noise * replicates.normal("noise", count, 64)
    u[:, :count] = data.y[:, :count]
    task = Data((data.x, data.y), data.test_part, (v, u), data.classes)
    make = {
        "mlp": lambda: mlp(64, [hidden], 10, norm=norm),
        "conv": lambda: convnet(8, 10, norm=norm),
    }[model]
    net = replicates.stack("net", make)
    batches = replicates.batches("batches", examples, batch, steps)
    train(net, task, batches, optimizer=optimizer, lr=lr, tune=tune)
    itself = torch.eye(examples, device=v.device).bool()
    among = torch.cdist(data.x, data.x).masked_fill(itself, torch.inf)  # (R, N, N)
    usual = among.amin(2).median(1, keepdim=True).values  # (R, 1)
    near = torch.cdist(v, data.x).amin(2) < usual / 2  # (R, V)
    x, y = task.open_test()
    with torch.no_grad():
        right = (net(v).argmax(-1) == u).double()
        tested = accuracy(net(x), y)
    return {
        "valid_accuracy": right.mean(1),
        "accuracy": tested,
        "near": near.double().mean(1),
        "found": near[:, :count].double().sum(1) / max(count, 1),
        "accused": near[:, count:].double().sum(1) / max(valid - count, 1),
        "cleaned": (right * ~near).sum(1) / (~near).sum(1).clamp(min=1),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
