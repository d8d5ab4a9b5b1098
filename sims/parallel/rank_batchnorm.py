"""BatchNorm over the images of one rank, or over the whole batch: what does training make of it?

python sims/parallel/rank_batchnorm.py --part 2

https://arxiv.org/abs/1803.08494
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load


class Parts(nn.Module):
    """BatchNorm in which every `part` rows of a batch have a mean and a variance of their own.

    In evaluation mode it uses running statistics of each batch's first part, as DDP sends those
    of rank 0 to all. Inputs are (N, C, ...).
    """

    def __init__(self, channels: int, part: int) -> None:
        super().__init__()
        self.part = part
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("variance", torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Normalize, scale and shift; the same shape."""
        rest = [1] * (x.dim() - 2)
        if self.training:
            groups = x.unflatten(0, (-1, self.part))  # (K, B, C, ...)
            dims = [1, *range(3, groups.dim())]
            mean, variance = groups.mean(dims), groups.var(dims, correction=0)  # (K, C) each
            count = groups[0].numel() // x.shape[1]
            self.mean.mul_(0.9).add_(0.1 * mean[0].detach())
            self.variance.mul_(0.9).add_(0.1 * variance[0].detach() * count / (count - 1))
            mean, variance = (m.repeat_interleave(self.part, 0) for m in (mean, variance))  # (N, C)
        else:
            mean, variance = self.mean[None], self.variance[None]  # (1, C)
        scale = self.weight / (variance + 1e-5).sqrt()
        shift = self.bias - mean * scale
        return x * scale.reshape(*scale.shape, *rest) + shift.reshape(*shift.shape, *rest)


def rank_batchnorm(
    replicates: Replicates,
    part: int = 2,
    network: Literal["dense", "convolutional"] = "dense",
    hidden: int = 32,
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "sgd",
    lr: float = 0.1,
    tune: bool = False,
    steps: int = 100,
    batch: int = 32,
) -> dict[str, Tensor]:
    """Train with the whole batch's gradient, while BatchNorm sees a part of the batch at a time.

    The gradient that ranks average is that of their batches taken together
    (`parallel_gradients` measures this), so one process computes it.

    Setting: two {network} layers ({hidden} units, or four times its channels) with BatchNorm over
    {part} of the {batch} digits of a step; {optimizer} at {lr}, {steps} steps.

    Args:
        replicates: One network and one order of the rows each.
        part: Rows of one rank, which share mean and variance; all of them: synchronized.
        network: Of two linear layers; or of two 3 x 3 convolutions, with max pooling between them.
        hidden: Units of a layer; or four times its channels.
        optimizer: PyTorch's; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate the rate of a grid that is best on the validation rows.
        steps: Training steps.
        batch: Rows of a step over all ranks; a multiple of `part`.

    Metrics:
        accuracy: on the test rows, in evaluation mode with rank 0's statistics, in [0, 1].
        rate: the learning rate.
    """
    rows = load(replicates, valid=200)
    make = _dense if network == "dense" else _convolutional
    net = replicates.stack("net", lambda: make(hidden, part))
    batches = replicates.batches("batches", len(rows), batch, steps)
    run = train(net, rows, batches, optimizer=optimizer, lr=lr, tune=tune)
    x, y = rows.open_test()
    with torch.no_grad():
        logits = net(x)
    return {"accuracy": accuracy(logits, y), "rate": run.rate}


def _dense(hidden: int, part: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(64, hidden), Parts(hidden, part), nn.ReLU(),
        nn.Linear(hidden, hidden), Parts(hidden, part), nn.ReLU(), nn.Linear(hidden, 10),
    )  # fmt: skip


def _convolutional(hidden: int, part: int) -> nn.Sequential:
    maps = hidden // 4
    return nn.Sequential(
        nn.Unflatten(1, (1, 8, 8)),
        nn.Conv2d(1, maps, 3, padding=1), Parts(maps, part), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(maps, maps, 3, padding=1), Parts(maps, part), nn.ReLU(), nn.Flatten(),
        nn.Linear(maps * 16, 10),
    )  # fmt: skip


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
