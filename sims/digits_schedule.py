"""A learning-rate schedule on real images.

python sims/digits_schedule.py --schedule cosine --lr 0.3

https://arxiv.org/abs/1608.03983
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy, cross_entropy, digits, rows
from dlfaq.sim.schedules import scheduler


def digits_schedule(
    replicates: Replicates,
    schedule: Literal["constant", "linear", "cosine", "one-cycle", "cooldown", "drops"] = "cosine",
    lr: float = 0.3,
    horizon: int = 300,
    steps: int = 300,
    momentum: float = 0.9,
    hidden: int = 32,
    batch: int = 32,
) -> dict[str, Tensor]:
    """Train a small network on handwritten digits by SGD with momentum.

    Args:
        replicates: One network and one order of the examples each.
        schedule: Learning-rate schedule; dlfaq.sim.schedules says how each is set up.
        lr: Peak learning rate.
        horizon: Steps the schedule was made for.
        steps: Steps that are made.
        momentum: SGD's momentum.
        hidden: Width of the hidden layer.
        batch: Batch size.

    Metrics:
        accuracy: on the test images, after the last step.
        train_loss: cross-entropy on all training images after the last step, in nats.
    """
    x, y, x_test, y_test = (part.to(replicates.device) for part in digits())
    net = replicates.stack(
        "net", lambda: nn.Sequential(nn.Linear(64, hidden), nn.ReLU(), nn.Linear(hidden, 10))
    )
    optimizer = torch.optim.SGD(net.parameters(), lr=lr, momentum=momentum)
    rate = scheduler(optimizer, schedule, horizon)
    batches = replicates.batches("batches", len(y), batch, steps)  # (R, steps, B)
    for step in range(steps):
        index = batches[:, step]  # (R, B)
        loss = cross_entropy(net(rows(x, index)), rows(y, index))  # (R,)
        optimizer.zero_grad()
        loss.sum().backward()  # the sum keeps each replicate's gradient its own
        optimizer.step()
        rate.step()
    with torch.no_grad():
        train_loss = cross_entropy(net(replicates.same(x)), replicates.same(y))
        test_accuracy = accuracy(net(replicates.same(x_test)), replicates.same(y_test))
    return {"accuracy": test_accuracy, "train_loss": train_loss}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
