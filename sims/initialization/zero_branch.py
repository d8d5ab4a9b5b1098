"""Residual branches that start at zero: by one zero factor, or by two.

python sims/initialization/zero_branch.py --zero both

https://arxiv.org/abs/1706.02677
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.nets import NORMS
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load


class Scale(nn.Module):
    """Multiplies each unit by a weight of its own that starts at 1."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        """(N, width) to the same."""
        return x * self.weight


class Branch(nn.Module):
    """h + scale(W2 relu(W1 h)); the scale is that of a normalization, if there is one."""

    def __init__(self, width: int, norm: str, zero: str) -> None:
        super().__init__()
        self.up, self.down = nn.Linear(width, width), nn.Linear(width, width)
        self.scale = Scale(width) if norm == "none" else NORMS[norm](width)
        for layer in (self.up, self.down):
            nn.init.zeros_(layer.bias)
        if zero in ("scale", "both"):
            nn.init.zeros_(self.scale.weight)
        if zero in ("down", "both", "matrices"):
            nn.init.zeros_(self.down.weight)
        if zero == "matrices":
            nn.init.zeros_(self.up.weight)

    def forward(self, h: Tensor) -> Tensor:
        """(N, width) to the same."""
        return h + self.scale(self.down(torch.relu(self.up(h))))


def zero_branch(
    replicates: Replicates,
    zero: Literal["nothing", "scale", "down", "both", "matrices"] = "scale",
    blocks: int = 1,
    hidden: int = 32,
    norm: Literal["none", "batch", "layer"] = "layer",
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "adamw",
    lr: float = 0.005,
    tune: bool = False,
    steps: int = 60,
    data: Literal["digits", "parity", "cancer"] = "parity",
) -> dict[str, Tensor]:
    """Train a linear layer, residual blocks and a linear output in batches of 32.

    Setting: {blocks} blocks of {hidden} units, each with a norm ({norm}) at its end, on {data};
        zero at the start: {zero}; {optimizer} at {lr}, batch 32, {steps} steps

    Args:
        replicates: One network and one order of the rows each.
        zero: What starts at zero in each branch: nothing, the scale at its end, its last matrix,
            both of these, or both of its matrices. Biases start at 0, all other weights as
            `nn.Linear` draws them, scales at 1.
        blocks: Blocks between the first layer and the output.
        hidden: Units of a layer.
        norm: Normalization at the end of each branch; `none` for a bare scale.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate its best rate of a grid, by 200 rows kept for validation.
        steps: Training steps.
        data: What is learnt; `parity` asks whether the digit is odd.

    Metrics:
        accuracy: on the test rows, at the end, in [0, 1].
        moved: share of the weights in the branches' matrices that training changed, in [0, 1].
    """
    task = load(replicates, data, valid=200 if tune else 0)

    def make() -> nn.Module:
        parts = [Branch(hidden, norm, zero) for _ in range(blocks)]
        first, last = nn.Linear(task.features, hidden), nn.Linear(hidden, task.classes)
        return nn.Sequential(first, *parts, last)

    net = replicates.stack("net", make)
    inner = [name for name, _ in net.layers() if ".up." in name or ".down." in name]
    before = {name: net.weights()[name].detach().clone() for name in inner}
    batches = replicates.batches("batches", len(task), 32, steps)  # (R, steps, 32)
    train(net, task, batches, optimizer=optimizer, lr=lr, tune=tune)
    changed = [(net.weights()[name] != before[name]).flatten(1) for name in inner]
    x, y = task.open_test()
    with torch.no_grad():
        return {
            "accuracy": accuracy(net(x), y),
            "moved": torch.cat(changed, 1).double().mean(1),
        }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
