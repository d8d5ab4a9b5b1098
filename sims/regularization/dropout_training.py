"""A network of two hidden layers trained with dropout, in several places.

python sims/regularization/dropout_training.py --wrong 0.4 --p 0.5

https://jmlr.org/papers/v15/srivastava14a.html
"""

from collections.abc import Callable
from itertools import count
from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, Stacked, accuracy, cross_entropy
from dlfaq.sim.losses import capped
from dlfaq.sim.nets import NORMS
from dlfaq.sim.running import recompute
from dlfaq.sim.training import train
from dlfaq.sim.training_data import Data, load


class Dropped(nn.Module):
    """Linear, normalization, ReLU, twice, and a linear output; masks come with the inputs."""

    def __init__(self, inputs: int, hidden: int, outputs: int, norm: str) -> None:
        super().__init__()
        self.sizes = [inputs, inputs, hidden, hidden]
        self.one = nn.Sequential(nn.Linear(inputs, hidden), NORMS[norm](hidden), nn.ReLU())
        self.two = nn.Sequential(nn.Linear(hidden, hidden), NORMS[norm](hidden), nn.ReLU())
        self.head = nn.Linear(hidden, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """(N, d), and behind it in training the masks of inputs and units: (N, d + d + u + u)."""
        if not self.training:
            return self.head(self.two(self.one(x[..., : self.sizes[0]])))
        x, at_x, at_one, at_two = x.split(self.sizes, -1)
        return self.head(self.two(self.one(x * at_x) * at_one) * at_two)


def dropout_training(
    replicates: Replicates,
    p: float = 0.5,
    place: Literal["hidden", "first", "last", "inputs"] = "hidden",
    wrong: float = 0.0,
    examples: int = 200,
    hidden: int = 64,
    norm: Literal["none", "batch", "layer"] = "none",
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "adamw",
    lr: float = 0.005,
    tune: bool = False,
    batch: int = 32,
    steps: int = 300,
    data: Literal["digits", "cancer", "wine"] = "digits",
) -> dict[str, Tensor]:
    """Train with dropout and judge the last weights without.

    Setting: two layers of {hidden} ReLUs, norm: {norm}, on {examples} rows of {data}, {wrong} of
    the labels replaced; dropout {p}, place: {place}; {optimizer} at {lr}, batch {batch}, {steps}
    steps

    Args:
        replicates: One choice of rows, one network and one order of the batches each.
        p: Share that is dropped; the rest is divided by 1 - p.
        place: Of the dropout: behind both ReLUs, behind the first, behind the last, on the inputs.
        wrong: Share of training and validation labels replaced by a random class, maybe the same.
        examples: Rows to train on.
        hidden: Units of each hidden layer.
        norm: Normalization before each ReLU.
        optimizer: PyTorch's, with its default settings but for the rate; momentum is 0.9.
        lr: Learning rate; the middle of three, if it is tuned.
        tune: Choose the rate (a third, once, three times) on 200 validation rows.
        batch: Rows in a batch.
        steps: Training steps.
        data: What is learnt.

    Metrics:
        accuracy: on the test rows after the last step, in [0, 1].
        loss: on the test rows after the last step, in nats, at most 10.
        fitted: accuracy on the training rows, with the labels that were seen, in [0, 1].
        repaired: accuracy, BatchNorm's statistics recomputed without dropout, in [0, 1].
    """
    task = _task(replicates, data, examples, wrong)
    make = lambda: Dropped(task.features, hidden, task.classes, norm)  # noqa: E731
    net = replicates.stack("net", make)
    on = {"hidden": (0, 1, 1), "first": (0, 1, 0), "last": (0, 0, 1), "inputs": (1, 0, 0)}[place]
    sizes = zip((task.features, hidden, hidden), on, strict=True)
    share = torch.cat([torch.full((n,), p * used) for n, used in sizes]).to(task.x.device)
    number = count()

    def masked(x: Tensor) -> Tensor:
        noise = replicates.uniform(f"kept {next(number)}", x.shape[1], len(share))
        return torch.cat([x, (noise >= share) / (1 - share)], -1)

    batches = replicates.batches("batches", len(task), min(batch, len(task)), steps)
    how = {"optimizer": optimizer, "lr": lr, "tune": tune, "rates": [lr / 3, lr, lr * 3]}
    train(net, task, batches, prepare=masked, **how)
    repaired = _recomputed(replicates, net, task, make)
    x, y = task.open_test()
    with torch.no_grad():
        z = net.eval()(x)
        return {
            "accuracy": accuracy(z, y),
            "loss": capped(cross_entropy(z, y), 10.0),
            "fitted": accuracy(net(task.x), task.y),
            "repaired": accuracy(repaired(x), y),
        }


def _recomputed(r: Replicates, net: Stacked, task: Data, make: Callable) -> Stacked:
    """The networks with BatchNorm's statistics of the training rows, without dropout."""

    def quick() -> nn.Module:  # its statistics are those of the newest batch
        made = make()
        for part in made.modules():
            if isinstance(part, nn.BatchNorm1d):
                part.momentum = 1.0
        return made

    anew = r.stack("anew", quick)
    units = net.weights()["two.0.weight"].shape[-1]
    ones = torch.ones(len(r), len(task), task.features + 2 * units, device=task.x.device)
    recompute(anew, net, [torch.cat([task.x, ones], -1)])
    return anew


def _task(r: Replicates, name: str, examples: int, wrong: float) -> Data:
    """Rows, with a share of the labels for training and validation replaced."""
    task, parts = load(r, name, train=examples, valid=200, own=True), []
    for draw, x, y in (("train", task.x, task.y), ("valid", task.x_valid, task.y_valid)):
        changed = r.uniform(f"changed {draw}", y.shape[1]) < wrong
        other = r.integers(f"replacement {draw}", task.classes, y.shape[1])
        parts.append((x, torch.where(changed, other, y)))
    return Data(parts[0], task.test_part, parts[1], task.classes)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
