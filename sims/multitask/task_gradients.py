"""The trunk's gradient from several tasks: at once, and one task after the other.

python sims/multitask/task_gradients.py --inputs different --norm batch

https://arxiv.org/abs/1706.05098
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates

TASKS = 3


class Shared(nn.Module):
    """One trunk, one linear head a task."""

    def __init__(self, inputs: int, hidden: int, norm: str) -> None:
        super().__init__()
        norms = {
            "none": nn.Identity,
            "batch": lambda: nn.BatchNorm1d(hidden, track_running_stats=False),
            "layer": lambda: nn.LayerNorm(hidden),
        }
        self.trunk = nn.Sequential(
            nn.Linear(inputs, hidden), norms[norm](), nn.Tanh(), nn.Linear(hidden, hidden)
        )
        self.heads = nn.Linear(hidden, TASKS)  # row t is the head of task t

    def forward(self, x: Tensor) -> Tensor:
        """Predictions of all tasks, (N, TASKS)."""
        return self.heads(self.trunk(x))


def task_gradients(
    replicates: Replicates,
    inputs: Literal["same", "different"] = "different",
    norm: Literal["none", "batch", "layer"] = "none",
    smallest: int = 8,
    features: int = 10,
    hidden: int = 16,
) -> dict[str, Tensor]:
    """Compare the gradient of a joint loss with gradients that are accumulated task by task, in float64.

    Task t = 1, 2, 3 has t times as many labels as the first. With the same inputs, the inputs of the last task serve all
    tasks, and the labels that the others lack are masked.

    Args:
        replicates: One network and one data set each.
        inputs: Whether the tasks share one batch of inputs or bring a batch each.
        norm: Normalization in the trunk; `batch` uses the statistics of the batch, as in training.
        smallest: Labels of the first task.
        features: Numbers an input has.
        hidden: Width of the trunk.

    Metrics:
        sum_error: joint sum of the tasks' mean losses against accumulated gradients; norm of the difference over norm.
        pooled_error: mean loss over all labels against gradients weighted by each task's share of the labels.
        equal_error: the same against gradients weighted equally.
    """
    sizes = [smallest * (task + 1) for task in range(TASKS)]
    shares = [size / sum(sizes) for size in sizes]
    net = replicates.stack("net", lambda: Shared(features, hidden, norm).double())
    trunk = [weight for name, weight in net.weights().items() if name.startswith("trunk")]
    x, y = [], []  # of each task: (R, N_t, features) and (R, N_t)
    for task, size in enumerate(sizes):
        x.append(task + replicates.normal(f"x{task}", size, features, dtype=torch.float64))
        y.append(replicates.normal(f"y{task}", size, dtype=torch.float64))
    if inputs == "same":
        x = [x[-1]] * TASKS  # the rows without a label of the task are masked below
        together = net(x[-1])  # (R, N_T, TASKS): one pass
        predicted = [together[:, :size, task] for task, size in enumerate(sizes)]
    else:
        together = net(torch.cat(x, 1)).split(sizes, 1)  # one batch with the inputs of all tasks
        predicted = [rows[..., task] for task, rows in enumerate(together)]
    joint = [(p - t).square().mean(1) for p, t in zip(predicted, y, strict=True)]  # (R,) each

    alone = []  # of each task: the trunk's gradient from a pass of its own, (R, parameters)
    for task, size in enumerate(sizes):
        loss = (net(x[task])[:, :size, task] - y[task]).square().mean(1)
        alone.append(_gradient(loss, trunk))
    pooled = torch.cat([(p - t).square() for p, t in zip(predicted, y, strict=True)], 1).mean(
        1
    )  # (R,)
    whole, pooled = _gradient(torch.stack(joint).sum(0), trunk), _gradient(pooled, trunk)
    weighted = sum(share * gradient for share, gradient in zip(shares, alone, strict=True))
    return {
        "sum_error": (whole - sum(alone)).norm(dim=1) / whole.norm(dim=1),
        "pooled_error": (pooled - weighted).norm(dim=1) / pooled.norm(dim=1),
        "equal_error": (pooled - sum(alone) / TASKS).norm(dim=1) / pooled.norm(dim=1),
    }


def _gradient(loss: Tensor, weights: list[Tensor]) -> Tensor:
    """Gradient of each replicate's loss, (R,) to (R, parameters)."""
    gradients = torch.autograd.grad(loss.sum(), weights, retain_graph=True)
    return torch.cat([gradient.flatten(1) for gradient in gradients], 1)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
