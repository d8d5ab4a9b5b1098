"""Two tasks on one trunk: both labels on the same images, or each task with images of its own.

python sims/multitask/task_digits.py --inputs different --tasks pair-parity

https://papers.nips.cc/paper/2020/hash/3fe78a8acf5fda99de95303940a2420c-Abstract.html
"""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.nets import mlp
from dlfaq.sim.stacked import Stacked
from dlfaq.sim.training import train
from dlfaq.sim.training_data import Data, load


def task_digits(
    replicates: Replicates,
    inputs: Literal["same", "apart", "different"] = "same",
    tasks: Literal["digit-pair", "pair-parity", "digit-random", "digit"] = "digit-pair",
    labels: int = 100,
    second_labels: int = 100,
    share: float = 0.0,
    weight: float = 1.0,
    scale: Literal["standard", "unit"] = "standard",
    gain: float = 0.0,
    hidden: int = 32,
    optimizer: Literal["sgd", "momentum", "adam", "adamw", "rmsprop"] = "adam",
    lr: float = 0.005,
    tune: bool = False,
    steps: int = 100,
    batch: int = 32,
) -> dict[str, Tensor]:
    """Learn two things about images of digits.

    Setting: a trunk of {hidden} ReLUs, two linear heads for {tasks}, {labels} and {second_labels}
    labels, images {inputs} and {scale}; {optimizer} at {lr}, batch {batch} a task, {steps} steps.

    Args:
        replicates: One choice of images, one network and one order of the batches each.
        inputs: `same`: each image has a label for both tasks. `apart`: the same images, but each
            task draws its own batches. `different`: each image has a label for one of them.
        tasks: The first and the second. `digit`: which of ten? `pair`: 0-1, 2-3, … or 8-9?
            `parity`: is it odd? `random`: one of five, drawn for each image. `digit`: alone.
        labels: Labels n of the first task.
        second_labels: Labels m of the second task; n if the images are the `same`.
        share: Probability that a step is the second task's alone, else the first's; 0: both.
        weight: The loss is the first task's mean loss, plus this many times that of the second.
        scale: `standard`: each pixel's mean is subtracted. `unit`: pixels are from 0 to 1.
        gain: Size of the first weights, He's with the root of 2; 0 for PyTorch's default.
        hidden: Units of the trunk.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Take the rate of a grid with the lowest sum of validation losses, not of `random`.
        steps: Training steps.
        batch: Labels of a task in a step.

    Metrics:
        accuracy: of the first task on the test images, in [0, 1].
        second_accuracy: of the second task, in [0, 1]; 0 if there is nothing to learn.
        cosine: of both gradients of the trunk on a batch of each, mean of five looks, in [-1, 1].
        conflict: share of the looks in which it is negative, in [0, 1].
        rate: the learning rate.
        inside: 1 if the rate is not at an end of the grid.
    """
    digits = load(replicates, "digits", train=1000, valid=200, scale=scale, own=True)
    x, n = digits.x, labels
    y = _labelled(digits.y, tasks)  # (R, 1000, 3): both labels, -100 if missing, and the weight
    y[..., 2] = weight
    if tasks == "digit-random":
        y[..., 1] = replicates.integers("random", 5, len(digits))
    one = replicates.batches("first", n, batch, steps)  # (R, T, B) image numbers
    batches = two = one
    if inputs == "apart":  # as if the images came once more, for the second task
        x, y = (torch.cat([part[:, :n], part], 1) for part in (x, y))
    if inputs != "same":
        y[:, :n, 1], y[:, n:, 0] = -100, -100
        two = n + replicates.batches("second", second_labels, batch, steps)
        turn = replicates.uniform("turn", steps, 1) < share  # (R, T, 1): is it the second's?
        batches = torch.where(turn, two, one) if share else torch.cat([one, two], 2)
    test = digits.open_test()
    held = digits.x_valid, _labelled(digits.y_valid, tasks)
    data = Data((x, y), (test[0], _labelled(test[1], tasks)), held)
    net = replicates.stack("net", lambda: mlp(64, [hidden], 15, gain=gain or None))
    each = torch.arange(len(x), device=x.device)[:, None]  # (R, 1)

    def look(net: Stacked) -> dict[str, Tensor]:
        trunk, gradients = [w for name, w in net.weights().items() if name.startswith("0.")], []
        with torch.enable_grad():
            for task, index in enumerate((one[:, 0], two[:, 0])):
                loss = _losses(net(x[each, index]), y[each, index])[task]
                found = torch.autograd.grad(loss.sum(), trunk)
                gradients.append(torch.cat([part.flatten(1) for part in found], 1))
        return {"cosine": F.cosine_similarity(*gradients, dim=1)}

    run = train(
        net, data, batches, optimizer=optimizer, lr=lr, tune=tune,
        loss=_loss, look=look, look_at=range(0, steps, max(steps // 5, 1)),
    )  # fmt: skip
    x_test, truth = data.open_test()
    logits, cosine = net(x_test).detach(), run.looks["cosine"]  # (R, N, 15), (R, L)
    return {
        "accuracy": accuracy(logits[..., :10], truth[..., 0]),
        "second_accuracy": accuracy(logits[..., 10:], truth[..., 1]),
        "cosine": cosine.mean(1), "conflict": (cosine < 0).double().mean(1),
        "rate": run.rate, "inside": run.inside,
    }  # fmt: skip


def _loss(logits: Tensor, y: Tensor) -> Tensor:
    """The loss to descend, (R,)."""
    first, second = _losses(logits, y)
    return first + y[:, 0, 2] * second


def _losses(logits: Tensor, y: Tensor) -> list[Tensor]:
    """Each task's mean loss over the labels it has: (R, N, 15) and (R, N, 3) to two of (R,)."""
    losses = []
    for task, own in enumerate((logits[..., :10], logits[..., 10:])):
        label = y[..., task].long()
        each = F.cross_entropy(own.flatten(0, 1), label.flatten(), reduction="none")  # skips -100
        losses.append(each.view(label.shape).sum(1) / (label != -100).sum(1).clamp(min=1))
    return losses


def _labelled(y: Tensor, tasks: str) -> Tensor:
    named = {"digit": y, "pair": y // 2, "parity": y % 2}
    first, _, second = tasks.partition("-")
    other = named.get(second, torch.full_like(y, -100))
    return torch.stack([named[first], other, torch.ones_like(y)], 2).float()


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
