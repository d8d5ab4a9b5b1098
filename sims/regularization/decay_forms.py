"""Three ways to keep weights small, step by step: do they give the same weights?

python sims/regularization/decay_forms.py --optimizer adam
"""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates, cross_entropy
from dlfaq.sim.copies import repeated
from dlfaq.sim.nets import mlp
from dlfaq.sim.optimizers import OPTIMIZERS
from dlfaq.sim.training_data import Data, load


def decay_forms(
    replicates: Replicates,
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "sgd",
    decay: float = 0.1,
    lr: float = 0.01,
    factor: float = 0.5,
    hidden: int = 16,
    steps: int = 50,
    batch: int = 32,
) -> dict[str, Tensor]:
    """Train one network in three ways, from one start on the same batches, in float64.

    Setting: a {hidden}-unit ReLU network on digits, {optimizer} at {lr}, decay {decay}, {steps}
    steps; the penalty is {factor} times the decay times the sum of squares

    The loop is written out, since weights shrink between the gradient and the step. All parameters
    decay, biases too.

    Args:
        replicates: One network and one order of the batches each.
        optimizer: PyTorch's; momentum is 0.9.
        decay: Of the argument `weight_decay`, of the penalty and of the shrinking.
        lr: Learning rate.
        factor: The penalty added to the loss is this times the decay times the sum of squares.
        hidden: Units of the hidden layer.
        steps: Training steps.
        batch: Rows in a batch.

    Metrics:
        penalty: distance of the weights trained with the argument and with the penalty, relative
            to how far the first have moved, at least 0.
        shrink: the same for weights multiplied by 1 - lr * decay in each step, at least 0.
    """
    data = load(replicates, "digits", own=True).mapped(Tensor.double)
    net = replicates.stack("net", lambda: mlp(data.features, [hidden], data.classes)).double()
    batches = replicates.batches("batches", len(data), batch, steps)
    start = _flat(net)

    def trained(argument: float, penalty: float, shrink: float) -> Tensor:
        one = repeated(net, 1)
        weights = list(one.parameters())
        move = OPTIMIZERS[optimizer](weights, lr=lr, weight_decay=argument)
        for step in range(steps):
            loss = _loss(one, data, batches[:, step]).sum()
            loss = loss + penalty * sum(w.square().sum() for w in weights)
            move.zero_grad()
            loss.backward()
            with torch.no_grad():
                for w in weights:
                    w.mul_(1 - lr * shrink)
            move.step()
        return _flat(one)

    usual = trained(decay, 0.0, 0.0)
    moved = (usual - start).norm(dim=1)
    return {
        "penalty": (trained(0.0, factor * decay, 0.0) - usual).norm(dim=1) / moved,
        "shrink": (trained(0.0, 0.0, decay) - usual).norm(dim=1) / moved,
    }


def _loss(net: Callable, data: Data, index: Tensor) -> Tensor:
    """Of each replicate on its batch, (R,)."""
    each = torch.arange(len(index), device=index.device)[:, None]
    return cross_entropy(net(data.x[each, index]), data.y[each, index])


def _flat(net: torch.nn.Module) -> Tensor:
    """All parameters of each replicate, (R, P)."""
    return torch.cat([w.detach().flatten(1) for w in net.parameters()], 1)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
