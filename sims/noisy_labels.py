"""How long to train on few examples, when some labels are wrong.

python sims/noisy_labels.py --wrong 0.4

https://arxiv.org/abs/1706.05394
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy, cross_entropy, digits, rows


def noisy_labels(
    replicates: Replicates,
    wrong: float = 0.4,
    examples: int = 200,
    steps: int = 300,
    every: int = 15,
    watch: Literal["validation", "training"] = "validation",
    patience: int = 4,
    hidden: int = 64,
    lr: float = 5e-3,
    batch: int = 32,
) -> dict[str, Tensor]:
    """Train a network on handwritten digits with Adam, and look at it every few steps.

    Args:
        replicates: One choice of examples, one set of wrong labels and one network each.
        wrong: Share of the training and validation labels that are replaced by a random class.
        examples: Training examples.
        steps: Training steps.
        every: Steps from one look at the network to the next.
        watch: Whose loss early stopping watches.
        patience: Looks without a lower watched loss after which early stopping gives up.
        hidden: Width of the hidden layer.
        lr: Adam's learning rate.
        batch: Batch size.

    Metrics:
        accuracy[step]: on the test images, whose labels are right.
        best: highest test accuracy of all looks.
        end: test accuracy after the last step.
        stopped: test accuracy of the network that early stopping keeps.
        best_step: step of the lowest watched loss.
    """
    x, y, x_test, y_test = (part.to(replicates.device) for part in digits())
    order = replicates.permutation("examples", 1200)  # (R, 1200)
    train, valid = order[:, :examples], order[:, -200:]  # images for training (R, N), for validation (R, 200)
    watched = valid if watch == "validation" else train
    changed = replicates.uniform("changed", 1200) < wrong  # (R, 1200): whose label is replaced
    labels = torch.where(changed, replicates.integers("replacement", 10, 1200), y)  # (R, 1200)
    x_test, y_test = replicates.same(x_test), replicates.same(y_test)

    net = replicates.stack("net", lambda: nn.Sequential(nn.Linear(64, hidden), nn.ReLU(), nn.Linear(hidden, 10)))
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    batches = replicates.batches("batches", examples, batch, steps)  # (R, steps, B)
    looks, test, losses = [], [], []
    for step in range(1, steps + 1):
        index = train.gather(1, batches[:, step - 1])  # (R, B)
        loss = cross_entropy(net(rows(x, index)), labels.gather(1, index))  # (R,)
        optimizer.zero_grad()
        loss.sum().backward()  # the sum keeps each replicate's gradient its own
        optimizer.step()
        if step % every == 0:
            with torch.no_grad():
                looks.append(step)
                test.append(accuracy(net(x_test), y_test))
                losses.append(cross_entropy(net(rows(x, watched)), labels.gather(1, watched)))
    test, losses = torch.stack(test, 1), torch.stack(losses, 1)  # (R, looks)

    lowest = losses.cummin(1).indices  # (R, looks): the best look so far
    waited = torch.arange(len(looks), device=lowest.device) - lowest  # looks since then
    gave_up = (waited >= patience).cummax(1).values
    kept = lowest.masked_fill(gave_up, -1).amax(1)  # (R,): the best look before giving up
    step_of = torch.tensor(looks, device=lowest.device)
    return {
        "accuracy": test,
        "step": step_of,
        "best": test.amax(1),
        "end": test[:, -1],
        "stopped": test.gather(1, kept[:, None])[:, 0],
        "best_step": step_of[losses.argmin(1)],
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
