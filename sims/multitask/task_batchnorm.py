"""One batch normalization for two tasks whose inputs differ in their mean.

python sims/multitask/task_batchnorm.py --batches alternating --gap 4

https://arxiv.org/abs/1701.07275
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates


def task_batchnorm(
    replicates: Replicates,
    batches: Literal["mixed", "alternating", "own"] = "mixed",
    gap: float = 4.0,
    steps: int = 100,
    batch: int = 128,
) -> dict[str, Tensor]:
    """Send inputs of two tasks through `nn.BatchNorm1d` in training mode, then in evaluation mode.

    The first task's inputs are normal with mean 0 and variance 1, the second's with mean `gap` and
    variance 1. So outputs are in standard deviations of the inputs that were normalized together.

    Setting: two tasks whose inputs are {gap} apart, batches {batches}; {steps} batches of {batch}
    inputs each.

    Args:
        replicates: One unit with inputs of its own each; to PyTorch the replicates are the layer's
            channels.
        batches: `mixed`: each batch has inputs of both tasks. `alternating`: a batch of the first,
            a batch of the second, and so on. `own`: alternating, and each task has a normalization
            of its own.
        gap: Mean of the second task's inputs.
        steps: Batches of each task.
        batch: Inputs N of a task in a batch.

    Metrics:
        first_train: mean output for the first task's inputs in training mode, over the second half
            of the steps.
        second_train: the same for the second task.
        first_eval: mean output for new inputs of the first task in evaluation mode.
        second_eval: the same for the second task.
    """
    inputs = replicates.normal("inputs", steps + 1, 2, batch)  # (R, steps + 1, 2, N)
    inputs[:, :, 1] += gap
    first_norm = nn.BatchNorm1d(len(replicates), affine=False, device=replicates.device)
    second_norm = nn.BatchNorm1d(len(replicates), affine=False, device=replicates.device)
    norms = [first_norm, second_norm if batches == "own" else first_norm]
    trained = []
    for step in range(steps):
        first, second = inputs[:, step].permute(1, 2, 0)  # (N, R) each: channels come last
        if batches == "mixed":
            first, second = first_norm(torch.cat([first, second])).chunk(2)
        else:
            first, second = norms[0](first), norms[1](second)
        trained.append(torch.stack([first.mean(0), second.mean(0)]))  # (2, R)
    in_training = torch.stack(trained[steps // 2 :]).mean(0)  # (2, R)
    for norm in norms:
        norm.eval()
    in_use = [norm(inputs[:, -1, task].T).mean(0) for task, norm in enumerate(norms)]  # (R,) each
    return {
        "first_train": in_training[0],
        "second_train": in_training[1],
        "first_eval": in_use[0],
        "second_eval": in_use[1],
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
