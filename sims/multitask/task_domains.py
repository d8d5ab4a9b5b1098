"""Two tasks on one trunk whose images look different: one batch a task, or mixed batches.

python sims/multitask/task_domains.py --batches alternating --norm batch

https://arxiv.org/abs/1701.07275
"""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy, cross_entropy
from dlfaq.sim.losses import capped
from dlfaq.sim.nets import NORMS
from dlfaq.sim.training import train
from dlfaq.sim.training_data import Data, load


def task_domains(
    replicates: Replicates,
    batches: Literal["mixed", "alternating"] = "mixed",
    norm: Literal["none", "batch", "layer"] = "batch",
    inverted: bool = True,
    centred: bool = False,
    labels: int = 400,
    hidden: int = 32,
    optimizer: Literal["sgd", "momentum", "adam", "adamw", "rmsprop"] = "adam",
    lr: float = 0.005,
    tune: bool = False,
    steps: int = 200,
    batch: int = 64,
) -> dict[str, Tensor]:
    """Which of ten digits is it, white on black? And is it odd, on other images, black on white?

    Setting: two linear heads on two layers of {hidden} ReLUs with normalization {norm}; {labels}
    images for each task, centred: {centred}, batches {batches}; {optimizer} at {lr}, batch
    {batch}, {steps} steps.

    Args:
        replicates: One choice of images, one network and one order of the batches each.
        batches: `mixed`: half of each batch is the first task's. `alternating`: batches in turn.
        norm: Before each ReLU.
        inverted: Turn black and white round in the second task's images, x to 1 - x.
        centred: Subtract from each task's images the mean of its own training images, by pixel.
        labels: Images of each task, n.
        hidden: Units of each hidden layer.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate the rate of a grid with the lowest sum of validation losses.
        steps: Training steps.
        batch: Images in a step.

    Metrics:
        accuracy: mean over the tasks, on test images of their kind, in evaluation mode, in [0, 1].
        batch_accuracy: the same in training mode, each task's test images in one batch, in [0, 1].
        reset_accuracy: the same in evaluation mode, each task with statistics of its own: from
            11 passes over its training images in four batches, in [0, 1].
        loss[step]: sum of both losses on 200 validation images each, in nats; at most 10.
        rate: the learning rate.
        inside: 1 if the rate is not at an end of the grid.
    """
    digits = load(replicates, "digits", train=2 * labels, valid=200, scale="unit", own=True)
    x, y = digits.x.chunk(2, 1), digits.y.chunk(2, 1)  # (R, n, 64), (R, n) of either task
    held = digits.x_valid, digits.y_valid
    test = digits.open_test()
    own = x[0], (1 - x[1] if inverted else x[1])
    means = [part.mean(1, keepdim=True) if centred else 0.0 for part in own]

    def both(first: tuple[Tensor, Tensor], second: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """Rows of the first task, then rows of the second with labels 10 and 11."""
        x, y = second
        x, y = (1 - x if inverted else x), 10 + y % 2
        pixels = torch.cat([first[0] - means[0], x - means[1]], 1)
        return pixels, torch.cat([first[1], y], 1)

    data = Data(both((x[0], y[0]), (x[1], y[1])), both(test, test), both(held, held))
    size, rounds = (batch // 2, steps) if batches == "mixed" else (batch, (steps + 1) // 2)
    first = replicates.batches("first", labels, size, rounds)  # (R, rounds, size)
    second = labels + replicates.batches("second", labels, size, rounds)
    if batches == "mixed":
        order = torch.cat([first, second], 2)  # (R, T, B)
    else:
        order = torch.stack([first, second], 2).flatten(1, 2)[:, :steps]
    net = replicates.stack("net", lambda: _network(hidden, NORMS[norm]))
    run = train(
        net, data, order, optimizer=optimizer, lr=lr, tune=tune, loss=_loss,
        look_at=range(0, steps + 1, max(steps // 10, 1)),
    )  # fmt: skip
    x, y = data.open_test()
    with torch.no_grad():
        in_use = net(x)
        net.train()
        batched = torch.cat([net(part) for part in x.chunk(2, 1)], 1)
        reset = []
        for images, part in zip(data.x.chunk(2, 1), x.chunk(2, 1), strict=True):
            net.train()
            for step in range(44):  # the old statistics keep 0.9^44 = 1 % of their weight
                net(images[:, step % 4 :: 4])
            reset.append(net.eval()(part))
    return {
        "accuracy": _accuracy(in_use, y), "batch_accuracy": _accuracy(batched, y),
        "reset_accuracy": _accuracy(torch.cat(reset, 1), y),
        "loss": capped(run.valid_loss, 10.0), "step": run.steps,
        "rate": run.rate, "inside": run.inside,
    }  # fmt: skip


def _loss(logits: Tensor, labels: Tensor) -> Tensor:
    """The sum of the tasks' mean losses over what a batch has of them: (R, N, 12) to (R,)."""
    second = labels >= 10  # (R, N)
    a = cross_entropy(logits[..., :10], labels.clamp(max=9), "none").masked_fill(second, 0)
    b = cross_entropy(logits[..., 10:], (labels - 10).clamp(min=0), "none").masked_fill(~second, 0)
    counts = second.sum(1)
    return a.sum(1) / (labels.shape[1] - counts).clamp(min=1) + b.sum(1) / counts.clamp(min=1)


def _accuracy(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean of the tasks' accuracies; the first half of the rows is the first task's: (R,)."""
    (first, second), (y, odd) = logits.chunk(2, 1), labels.chunk(2, 1)
    return (accuracy(first[..., :10], y) + accuracy(second[..., 10:], odd - 10)) / 2


def _network(hidden: int, layer: Callable[[int], nn.Module]) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(64, hidden), layer(hidden), nn.ReLU(),
        nn.Linear(hidden, hidden), layer(hidden), nn.ReLU(), nn.Linear(hidden, 12),
    )  # fmt: skip


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
