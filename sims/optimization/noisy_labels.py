"""How long to train on few examples, when some labels are wrong.

python sims/optimization/noisy_labels.py --wrong 0.4

https://arxiv.org/abs/1706.05394
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates, Stacked, cross_entropy, digits
from dlfaq.sim.nets import mlp
from dlfaq.sim.training import train
from dlfaq.sim.training_data import Data


def noisy_labels(
    replicates: Replicates,
    wrong: float = 0.4,
    examples: int = 200,
    steps: int = 300,
    every: int = 15,
    watch: Literal["validation", "training"] = "validation",
    patience: int = 4,
    hidden: int = 64,
    norm: Literal["none", "batch", "layer", "rms"] = "none",
    optimizer: Literal["sgd", "momentum", "adam", "adamw", "rmsprop", "adagrad"] = "adam",
    lr: float = 5e-3,
    tune: bool = False,
    decay: float = 0.0,
    batch: int = 32,
) -> dict[str, Tensor]:
    """Train a network on handwritten digits, and look at it every few steps.

    Setting: a {hidden}-unit ReLU network on {examples} digits, {wrong} of the labels replaced;
    {optimizer} at {lr}, batch {batch}, {steps} steps, watched every {every}.

    Args:
        replicates: One choice of examples, one set of wrong labels and one network each.
        wrong: Share of the training and validation labels that are replaced by a random class.
        examples: Training examples, at most 1000.
        steps: Training steps.
        every: Steps from one look at the network to the next.
        watch: Whose loss early stopping watches.
        patience: Looks without a lower watched loss after which early stopping gives up.
        hidden: Width of the hidden layer.
        norm: What stands before its activation.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate the rate of a grid whose last look is best on the validation
            images.
        decay: Weight decay.
        batch: Batch size.

    Metrics:
        accuracy[step]: on the test images, whose labels are right, in [0, 1].
        best: highest test accuracy of all looks, in [0, 1].
        end: test accuracy after the last step, in [0, 1].
        stopped: test accuracy of the network that early stopping keeps, in [0, 1].
        best_step: step of the lowest watched loss, at least 1.
    """
    x, y, x_test, y_test = (part.to(replicates.device) for part in digits())
    order = replicates.permutation("examples", 1200)  # (R, 1200)
    changed = replicates.uniform("changed", 1200) < wrong  # (R, 1200): whose label is replaced
    labels = torch.where(changed, replicates.integers("replacement", 10, 1200), y)  # (R, 1200)
    parts = [(x[rows], labels.gather(1, rows)) for rows in (order[:, :examples], order[:, -200:])]
    task = Data(parts[0], (replicates.same(x_test), replicates.same(y_test)), parts[1], classes=10)

    net = replicates.stack("net", lambda: mlp(64, [hidden], 10, norm=norm))
    batches = replicates.batches("batches", examples, batch, steps)  # (R, steps, B)
    how = {"optimizer": optimizer, "lr": lr, "tune": tune, "decay": decay or None}
    looks = {"look_at": range(every, steps + 1, every), "look": lambda net: _loss(net, task)}
    run = train(net, task, batches, **how, **looks, sealed=True)
    losses = run.valid_loss if watch == "validation" else run.looks["loss"]  # (R, looks)

    lowest = losses.cummin(1).indices  # (R, looks): the best look so far
    waited = torch.arange(len(run.steps), device=lowest.device) - lowest  # looks since then
    gave_up = (waited >= patience).cummax(1).values
    kept = lowest.masked_fill(gave_up, -1).amax(1)  # (R,): the best look before giving up
    task.open_test()
    test = run.test_accuracy  # (R, looks)
    return {
        "accuracy": test,
        "step": run.steps,
        "best": test.amax(1),
        "end": test[:, -1],
        "stopped": test.gather(1, kept[:, None])[:, 0],
        "best_step": run.steps[losses.argmin(1)],
    }


def _loss(net: Stacked, task: Data) -> dict[str, Tensor]:
    """On all training rows, (R,)."""
    return {"loss": cross_entropy(net(task.x), task.y)}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
