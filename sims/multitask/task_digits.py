"""Two tasks on one trunk: all labels on the same images, or each task on images of its own.

python sims/multitask/task_digits.py --inputs different --labels 100

https://papers.nips.cc/paper/2020/hash/3fe78a8acf5fda99de95303940a2420c-Abstract.html

The loop is written out, since the two tasks' gradients are taken one after the other.
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlfaq.sim import Replicates, accuracy, cross_entropy, digits, rows


class Shared(nn.Module):
    """Hard parameter sharing: one trunk, one head a task."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(64, hidden), nn.ReLU())
        self.digit, self.pair = nn.Linear(hidden, 10), nn.Linear(hidden, 5)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of both tasks for every image of the batch."""
        h = self.trunk(x)
        return self.digit(h), self.pair(h)


def task_digits(
    replicates: Replicates,
    inputs: Literal["same", "different"] = "same",
    second: Literal["pair", "random", "none"] = "pair",
    labels: int = 100,
    steps: int = 100,
    batch: int = 32,
) -> dict[str, Tensor]:
    """Learn which digit an image shows, and beside it in which of the pairs 0-1, 2-3, … 8-9 it is.

    Either way each task has `labels` labels, `batch` of which enter each step.

    Setting: two tasks on a 32-unit ReLU trunk, {labels} labels each, {inputs} images; second task
    {second}; adam at 0.005, {batch} labels of a task a step, {steps} steps.

    Args:
        replicates: One choice of images, one network and one order of the batches each.
        inputs: `same`: the images carry both labels. `different`: twice as many images, each with
            one label.
        second: The second task: the pair, five classes drawn at random for each image, or none.
        labels: Labels of each task.
        steps: Training steps.
        batch: Labels of a task in a step.

    Metrics:
        accuracy: of the first task, on the test images, in [0, 1].
        second_accuracy: of the second task, on the test images, in [0, 1].
        cosine: between the tasks' gradients of the trunk, mean over the steps, in [-1, 1].
        conflict: share of the steps in which it is negative, in [0, 1].
    """
    data = digits(centred=True)
    scale = data.x.std()
    x, x_test = (data.x / scale).to(replicates.device), replicates.same(data.x_test / scale)
    y, y_test = data.y.to(replicates.device), replicates.same(data.y_test)
    pair = replicates.same(y // 2)  # (R, 1200)
    if second == "random":
        pair = replicates.integers("random", 5, len(x))
    order = replicates.permutation("images", len(x))  # (R, 1200)
    own = order[:, labels : 2 * labels]
    images = [order[:, :labels], order[:, :labels] if inputs == "same" else own]

    net = replicates.stack("net", lambda: Shared(hidden=32))
    trunk = [weight for name, weight in net.weights().items() if name.startswith("trunk")]
    optimizer = torch.optim.Adam(net.parameters(), lr=0.005)
    # (R, steps, B) each
    orders = [replicates.batches(f"batches{task}", labels, batch, steps) for task in range(2)]
    if inputs == "same":
        orders[1] = orders[0]
    cosines = []
    for step in range(steps):
        # (R, B) image numbers
        one, two = (images[task].gather(1, orders[task][:, step]) for task in range(2))
        first_loss = cross_entropy(net(rows(x, one))[0], y[one])  # (R,)
        second_loss = cross_entropy(net(rows(x, two))[1], pair.gather(1, two))  # (R,)
        optimizer.zero_grad()
        first_loss.sum().backward()
        first = _gradient(trunk)  # (R, parameters)
        if second != "none":
            second_loss.sum().backward()  # adds to what is there
        cosines.append(F.cosine_similarity(first, _gradient(trunk) - first, dim=1))
        optimizer.step()
    with torch.no_grad():
        digit, which = net(x_test)
    cosines = torch.stack(cosines, 1)  # (R, steps)
    return {
        "accuracy": accuracy(digit, y_test),
        "second_accuracy": accuracy(which, y_test // 2),
        "cosine": cosines.mean(1),
        "conflict": (cosines < 0).double().mean(1),
    }


def _gradient(weights: list[Tensor]) -> Tensor:
    """The gradients as they stand, in one row a replicate, (R, parameters)."""
    return torch.cat([weight.grad.flatten(1) for weight in weights], 1)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
