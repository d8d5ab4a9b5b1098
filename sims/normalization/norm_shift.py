"""Batch normalization whose outputs are disturbed at random: is it steadiness that makes it work?

python sims/normalization/norm_shift.py --normalize batch --shift 1 --lr 1

https://arxiv.org/abs/1805.11604
"""

import itertools
from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy, cross_entropy
from dlfaq.sim.training import descend
from dlfaq.sim.training_data import load


class Net(nn.Module):
    """ReLU layers of 32 units with a disturbance between the normalization and the ReLU."""

    def __init__(self, normalize: str, layers: int) -> None:
        super().__init__()
        sizes = [64, *[32] * layers]
        self.linear = nn.ModuleList(nn.Linear(a, b) for a, b in itertools.pairwise(sizes))
        norm = {"none": nn.Identity, "batch": nn.BatchNorm1d}[normalize]
        self.norm = nn.ModuleList(norm(width) for width in sizes[1:])
        self.output = nn.Linear(32, 10)
        for layer in self.linear:
            nn.init.kaiming_normal_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor, factors: Tensor, shifts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits; mean and standard deviation of what enters each ReLU, (layers, 32)."""
        means, stds = [], []
        parts = zip(self.linear, self.norm, factors, shifts, strict=True)
        for linear, norm, factor, shift in parts:
            a = factor * norm(linear(x)) + shift  # (N, 32)
            means.append(a.mean(0))
            stds.append(a.std(0))
            x = torch.relu(a)
        return self.output(x), torch.stack(means), torch.stack(stds)


def norm_shift(
    replicates: Replicates,
    normalize: Literal["none", "batch"] = "batch",
    shift: float = 0.0,
    layers: int = 6,
    optimizer: Literal["sgd", "momentum", "adam", "adamw", "rmsprop", "adagrad"] = "sgd",
    lr: float = 1.0,
    steps: int = 60,
    batch: int = 64,
) -> dict[str, Tensor]:
    """Train on 1200 digits while each unit's input is disturbed anew at every step; test without.

    Setting: {layers} hidden ReLU layers of 32 units, norm {normalize}, disturbance {shift},
        on 1200 digits; {optimizer} at {lr}, batch {batch}, {steps} steps.

    Args:
        replicates: One network, one order of the images and one series of disturbances each.
        normalize: What stands between each hidden linear layer and its disturbance.
        shift: Size of the disturbance: at every step each unit's input is multiplied by 1 + u/2
            and v is added, with u and v uniform between -shift and shift, the same for all
            images of the batch.
        layers: Hidden layers of 32 units.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Learning rate.
        steps: Training steps.
        batch: Images B in a batch.

    Metrics:
        accuracy: on the test images, at the end, in evaluation mode, in [0, 1].
        drift: change of the mean of a unit's input from a step to the next, over its standard
            deviation; median over units and steps.
    """
    task = load(replicates)
    net = replicates.stack("net", lambda: Net(normalize, layers))
    batches = replicates.batches("batches", len(task), batch, steps)  # (R, steps, B)
    noise = 2 * replicates.uniform("disturbances", 2, steps, layers, 32) - 1
    # (R, steps, layers, 32) each
    factors, shifts = 1 + shift * noise[:, 0] / 2, shift * noise[:, 1]
    each = torch.arange(len(replicates), device=replicates.device)[:, None]  # (R, 1)
    means, stds = [], []

    def loss_at(step: int) -> Tensor:
        index = batches[:, step]  # (R, B)
        logits, mean, std = net(task.x[each, index], factors[:, step], shifts[:, step])
        means.append(mean.detach())  # (R, layers, 32)
        stds.append(std.detach())
        return cross_entropy(logits, task.y[each, index])

    descend(net.weights(), loss_at, steps, optimizer=optimizer, lr=lr)
    means, stds = torch.stack(means, 1), torch.stack(stds, 1)  # (R, steps, layers, 32)
    moved = (means.diff(dim=1).abs() / stds[:, 1:].clamp(min=1e-6)).nan_to_num(nan=1e6, posinf=1e6)

    x, y = task.open_test()
    net.eval()
    with torch.no_grad():
        steady = torch.ones_like(factors[:, 0])  # (R, layers, 32)
        tested = accuracy(net(x, steady, 0 * steady)[0], y)
    return {"accuracy": tested, "drift": moved.flatten(1).median(1).values}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
