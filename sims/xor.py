"""The smallest task that no straight line solves: exclusive or.

python sims/xor.py --activation identity

https://www.deeplearningbook.org/contents/mlp.html
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlfaq.sim import Replicates

LABELS = {"xor": [0.0, 1.0, 1.0, 0.0], "and": [0.0, 0.0, 0.0, 1.0]}  # of (0, 0), (0, 1), (1, 0), (1, 1)


def xor(
    replicates: Replicates,
    activation: Literal["relu", "tanh", "identity"] = "relu",
    task: Literal["xor", "and"] = "xor",
    hidden: int = 16,
    steps: int = 200,
    lr: float = 0.03,
) -> dict[str, Tensor]:
    """Train a network with two hidden layers on all four cases of a logical function, with Adam.

    Args:
        replicates: One network each.
        activation: Of both hidden layers.
        task: The function: 1 if exactly one input is 1, or if both are.
        hidden: Width of the hidden layers.
        steps: Training steps, each on all four cases.
        lr: Adam's learning rate.

    Metrics:
        best_accuracy: highest share of the four cases right, over all steps.
        accuracy: share of the four cases right after the last step.
        lowest_loss: lowest cross-entropy over all steps, in nats.
    """
    make = {"relu": nn.ReLU, "tanh": nn.Tanh, "identity": nn.Identity}[activation]
    net = replicates.stack(
        "net",
        lambda: nn.Sequential(nn.Linear(2, hidden), make(), nn.Linear(hidden, hidden), make(), nn.Linear(hidden, 1)),
    )
    inputs = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    x, y = replicates.same(inputs), replicates.same(torch.tensor(LABELS[task]))  # (R, 4, 2), (R, 4)
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    accuracies, losses = [], []
    for step in range(steps + 1):
        logits = net(x)[..., 0]  # (R, 4): above 0 says 1
        loss = F.binary_cross_entropy_with_logits(logits, y, reduction="none").mean(1)  # (R,)
        accuracies.append(((logits > 0) == (y > 0)).double().mean(1))
        losses.append(loss.detach())
        if step < steps:
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()
    accuracies = torch.stack(accuracies, 1)  # (R, steps + 1)
    return {
        "best_accuracy": accuracies.amax(1),
        "accuracy": accuracies[:, -1],
        "lowest_loss": torch.stack(losses, 1).amin(1),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
