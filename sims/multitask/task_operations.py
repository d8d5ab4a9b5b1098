"""What several tasks on one trunk cost: arithmetic operations, counted and not timed.

python sims/multitask/task_operations.py --inputs different --tasks 4

https://arxiv.org/abs/1706.05098
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from dlfaq.sim import Replicates


class Shared(nn.Module):
    """One trunk of wide layers, one linear head a task."""

    def __init__(self, tasks: int, layers: int, width: int) -> None:
        super().__init__()
        self.trunk = nn.Sequential(
            *[nn.Sequential(nn.Linear(width, width), nn.ReLU()) for _ in range(layers)]
        )
        self.heads = nn.ModuleList(nn.Linear(width, 10) for _ in range(tasks))


def task_operations(
    replicates: Replicates,
    inputs: Literal["same", "different"] = "same",
    tasks: int = 4,
    layers: int = 3,
    width: int = 512,
    examples: int = 32,
) -> dict[str, Tensor]:
    """Count the operations of one training step in which every task sees as many labels.

    PyTorch's counter looks at the shapes of matrix products, so nothing is computed. All replicates are equal.

    Args:
        replicates: Copies of the one answer.
        inputs: `same`: every input has a label for each task. `different`: each task brings inputs of its own.
        tasks: Number T of tasks.
        layers: Hidden layers of the trunk; with 0 there are heads only.
        width: Units of a layer, and numbers of an input.
        examples: Labels N of each task.

    Metrics:
        trunk: operations of the trunk, forward and backward, in millions.
        total: operations of trunk and heads, in millions.
        labels: labels that the step has used.
    """
    with torch.device("meta"):  # shapes without numbers
        net = Shared(tasks, layers, width)
        batches = torch.empty(
            1 if inputs == "same" else tasks, examples, width
        )  # (1 or T, N, width)
        answers = torch.zeros(tasks, examples, dtype=torch.int64)  # (T, N)
    counter = FlopCounterMode(display=False)
    with counter:
        features = [net.trunk(batch) for batch in batches]  # 1 or T passes through the trunk
        logits = [head(features[task % len(features)]) for task, head in enumerate(net.heads)]
        losses = [F.cross_entropy(one, answer) for one, answer in zip(logits, answers, strict=True)]
        torch.stack(losses).sum().backward()
    total = counter.get_total_flops()
    heads = sum(_of_linear(one.shape, width, with_inputs=layers > 0) for one in logits)
    counts = {"trunk": (total - heads) / 1e6, "total": total / 1e6, "labels": answers.numel()}
    return {name: replicates.same(torch.tensor(float(count))) for name, count in counts.items()}


def _of_linear(shape: torch.Size, width: int, *, with_inputs: bool) -> int:
    """Operations of a linear layer with this output: forward, gradient of weights, and gradient of inputs if needed."""
    return (3 if with_inputs else 2) * 2 * shape[0] * shape[1] * width


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
