"""The smallest task that no straight line solves: exclusive or.

python sims/activations/xor.py --activation identity

https://www.deeplearningbook.org/contents/mlp.html
"""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.nets import mlp
from dlfaq.sim.training import descend

LABELS = {
    "xor": [0.0, 1.0, 1.0, 0.0],
    "and": [0.0, 0.0, 0.0, 1.0],
}  # of (0, 0), (0, 1), (1, 0), (1, 1)


def xor(
    replicates: Replicates,
    activation: Literal["relu", "tanh", "identity"] = "relu",
    task: Literal["xor", "and"] = "xor",
    hidden: int = 16,
    steps: int = 200,
    optimizer: Literal["sgd", "momentum", "adam", "adamw", "rmsprop", "adagrad"] = "adam",
    lr: float = 0.03,
) -> dict[str, Tensor]:
    """Train a network with two hidden layers on all four cases of a logical function.

    Args:
        replicates: One network each.
        activation: Of both hidden layers.
        task: The function: 1 if exactly one input is 1, or if both are.
        hidden: Width of the hidden layers.
        steps: Training steps, each on all four cases.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Learning rate.

    Metrics:
        best_accuracy: highest share of the four cases right, over all steps, in [0, 1].
        accuracy: share of the four cases right after the last step, in [0, 1].
        lowest_loss: lowest cross-entropy over all steps, in nats.
    """
    net = replicates.stack("net", lambda: mlp(2, [hidden, hidden], 1, activation=activation))
    inputs = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    x, y = replicates.same(inputs), replicates.same(torch.tensor(LABELS[task]))  # (R, 4, 2), (R, 4)
    rights = []

    def loss_at(_: int) -> Tensor:
        logits = net(x)[..., 0]  # (R, 4): above 0 says 1
        rights.append(((logits > 0) == (y > 0)).double().mean(1))
        return F.binary_cross_entropy_with_logits(logits, y, reduction="none").mean(1)

    losses, _ = descend(net.weights(), loss_at, steps, optimizer=optimizer, lr=lr)  # (R, steps)
    with torch.no_grad():
        last = loss_at(steps)
    return {
        "best_accuracy": torch.stack(rights).amax(0),
        "accuracy": rights[-1],
        "lowest_loss": torch.cat([losses, last[:, None]], 1).amin(1),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
