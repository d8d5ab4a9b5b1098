"""What a learning-rate scheduler says at each step, before any training.

python sims/optimization/learning_rates.py --schedule cosine --horizon 100 --steps 250

https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LinearLR

from dlfaq.sim import Replicates
from dlfaq.sim.schedules import scheduler


def learning_rates(
    replicates: Replicates,
    schedule: Literal[
        "constant", "linear", "cosine", "one-cycle", "cooldown", "drops", "inverse", "inverse-sqrt"
    ] = "cosine",
    horizon: int = 100,
    steps: int = 200,
    warmup: int = 0,
) -> dict[str, Tensor]:
    """Step one of PyTorch's schedulers, on an optimizer that has nothing to train.

    A schedule is not random: all replicates are equal.

    Args:
        replicates: Copies of the one answer.
        schedule: Which schedule; dlfaq.sim.schedules says how each is set up.
        horizon: Steps T the schedule was made for.
        steps: Steps that are asked for; more than the horizon looks at what comes after the end.
        warmup: Steps, of the horizon's, in which the rate first rises in a straight line; the schedule has the others.

    Metrics:
        lr[step]: learning rate as a share of the peak; step 0 is the first update's. 0 once the scheduler refused.
        average: mean of lr over the steps.
        small: share of the steps whose rate is below a tenth of the peak, in [0, 1].
        refused: 1 if the scheduler raised an error before the last step, else 0, in [0, 1].
    """
    # by hand, not by dlfaq.sim.training: nothing is trained
    optimizer = torch.optim.SGD(
        [nn.Parameter(torch.zeros(1))], lr=1.0
    )  # peak 1, so that a rate is a share of the peak
    rate = (
        LinearLR(optimizer, start_factor=0.01, total_iters=warmup)
        if warmup
        else scheduler(optimizer, schedule, horizon)
    )
    lr = torch.zeros(steps, dtype=torch.float64)  # (T,)
    refused = 0
    for step in range(steps):
        if warmup and step == warmup:  # the rate is at its peak
            rate = scheduler(optimizer, schedule, horizon - warmup)
        lr[step] = optimizer.param_groups[0]["lr"]
        optimizer.step()
        try:
            rate.step()
        except ValueError:  # OneCycleLR does not go on after its last step
            refused = int(step + 1 < steps)
            break
    return {
        "lr": replicates.same(lr),  # (R, T)
        "step": torch.arange(steps),
        "average": replicates.same(lr.mean()),
        "small": replicates.same((lr < 0.1).double().mean()),
        "refused": replicates.same(torch.tensor(refused)),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
