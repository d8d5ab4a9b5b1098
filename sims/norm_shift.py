"""Batch normalization whose outputs are shifted and rescaled at random: is a steady distribution what makes it work?

python sims/norm_shift.py --normalize batch --shift 1 --lr 1

https://arxiv.org/abs/1805.11604
"""

import itertools
from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy, cross_entropy, digits, rows


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
        """Logits; mean and standard deviation over the batch of what enters each ReLU, (layers, 32)."""
        means, stds = [], []
        for linear, norm, factor, shift in zip(self.linear, self.norm, factors, shifts, strict=True):
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
    lr: float = 1.0,
    steps: int = 60,
    batch: int = 64,
) -> dict[str, Tensor]:
    """Train on 1200 digits while each unit's input is disturbed anew at every step; test without disturbance.

    Args:
        replicates: One network, one order of the images and one series of disturbances each.
        normalize: What stands between each hidden linear layer and its disturbance.
        shift: Size of the disturbance: at every step each unit's input is multiplied by 1 + u/2 and v is added, with u and
            v uniform between -shift and shift, the same for all images of the batch.
        layers: Hidden layers of 32 units.
        lr: Learning rate of SGD without momentum.
        steps: Training steps.
        batch: Images B in a batch.

    Metrics:
        accuracy: on the test images, at the end, in evaluation mode.
        drift: change of the mean of a unit's input from a step to the next, over its standard deviation; median over units
            and steps.
    """
    data = digits(centred=True)
    spread = data.x.std()
    x, y = data.x.to(replicates.device) / spread, data.y.to(replicates.device)  # (1200, 64), (1200,)
    x_test, y_test = replicates.same(data.x_test / spread), replicates.same(data.y_test)  # (R, 597, 64), (R, 597)

    net = replicates.stack("net", lambda: Net(normalize, layers))
    descent = torch.optim.SGD(net.parameters(), lr=lr)
    batches = replicates.batches("batches", len(x), batch, steps)  # (R, steps, B)
    u, v = (2 * replicates.uniform("disturbances", 2, steps, layers, 32) - 1).unbind(1)  # (R, steps, layers, 32) each
    factors, shifts = 1 + shift * u / 2, shift * v
    means, stds = [], []
    for step in range(steps):
        index = batches[:, step]  # (R, B)
        logits, mean, std = net(rows(x, index), factors[:, step], shifts[:, step])
        descent.zero_grad()
        cross_entropy(logits, y[index]).sum().backward()
        descent.step()
        means.append(mean.detach())  # (R, layers, 32)
        stds.append(std.detach())
    means, stds = torch.stack(means, 1), torch.stack(stds, 1)  # (R, steps, layers, 32)
    moved = (means.diff(dim=1).abs() / stds[:, 1:].clamp(min=1e-6)).nan_to_num(nan=1e6, posinf=1e6)

    net.eval()
    with torch.no_grad():
        steady = torch.ones_like(factors[:, 0])  # (R, layers, 32)
        tested = accuracy(net(x_test, steady, 0 * steady)[0], y_test)
    return {"accuracy": tested, "drift": moved.flatten(1).median(1).values}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
