"""Two starts, one problem: whether training forgets where it began.

python sims/initialization/init_starts.py --hidden 16

https://proceedings.mlr.press/v28/sutskever13.html
"""

from itertools import pairwise

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy, cross_entropy
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load


def init_starts(
    replicates: Replicates,
    hidden: int = 0,
    gain: float = 1.0,
    decay: float = 0.05,
    steps: int = 200,
    examples: int = 300,
    lr: float = 0.2,
    momentum: float = 0.9,
) -> dict[str, Tensor]:
    """Train two networks on the same digits, all of them at every step, from two random starts.

    The objective is cross-entropy plus decay / 2 times the sum of all squared weights. Without a
    hidden layer it is strictly convex: it has one minimum.

    Args:
        replicates: Two starts each.
        hidden: Hidden tanh units; 0 for a linear classifier.
        gain: Standard deviation of the first weights times the root of a layer's inputs.
        decay: Strength of the penalty on the weights, which keeps the minimum at a finite place.
        steps: Steps of gradient descent.
        examples: Training images N.
        lr: Learning rate.
        momentum: Of Nesterov's kind.

    Metrics:
        start_distance: distance between the two starts, divided by the mean of their norms.
        distance: the same for the two ends.
        objective_gap: absolute difference of the two final objectives.
        disagree: share of the test images that the two name differently, in [0, 1].
        accuracy: on the test images, mean of the two, in [0, 1].
        accuracy_gap: absolute difference of the two test accuracies.
    """
    task = load(replicates, train=examples)

    def make() -> nn.Module:
        sizes = [64, hidden, 10] if hidden else [64, 10]
        linear = [nn.Linear(a, b) for a, b in pairwise(sizes)]
        for layer in linear:
            nn.init.normal_(layer.weight, std=gain / layer.in_features**0.5)
            nn.init.zeros_(layer.bias)
        return nn.Sequential(
            linear[0], *(part for layer in linear[1:] for part in (nn.Tanh(), layer))
        )

    starts, ends, objectives, nets = [], [], [], []
    for which in ("one start", "another start"):
        net = replicates.stack(which, make)
        starts.append(_flat(net).clone())
        # PyTorch's weight_decay adds decay * w to the gradient: that of decay / 2 * w^2
        how = {"optimizer": "nesterov", "momentum": momentum, "decay": decay, "decay_all": True}
        train(net, task, steps, lr=lr, **how)
        with torch.no_grad():
            ends.append(_flat(net))
            penalty = decay / 2 * ends[-1].square().sum(1)
            objectives.append(cross_entropy(net(task.x), task.y) + penalty)
        nets.append(net)

    x_test, y_test = task.open_test()
    with torch.no_grad():
        named = [net(x_test) for net in nets]  # (R, 597, 10) each
    right = [accuracy(logits, y_test) for logits in named]
    return {
        "start_distance": _distance(*starts),
        "distance": _distance(*ends),
        "objective_gap": (objectives[0] - objectives[1]).abs(),
        "disagree": 1 - accuracy(named[0], named[1].argmax(-1)),
        "accuracy": (right[0] + right[1]) / 2,
        "accuracy_gap": (right[0] - right[1]).abs(),
    }


def _flat(net: nn.Module) -> Tensor:
    """All parameters of each replicate in a row, (R, P)."""
    return torch.cat([p.detach().flatten(1) for p in net.parameters()], 1)


def _distance(a: Tensor, b: Tensor) -> Tensor:
    """|a - b| over the mean of |a| and |b|, (R, P) to (R,)."""
    return (a - b).norm(dim=1) / ((a.norm(dim=1) + b.norm(dim=1)) / 2)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
