"""A learning-rate schedule with its warmup as numbers: the share of the peak at each step."""

import torch
from torch import nn
from torch.optim.lr_scheduler import LinearLR

from dlfaq.sim.schedules import scheduler


def shares(schedule: str, steps: int, horizon: int = 0, warmup: int = 0) -> list[float]:
    """What PyTorch's scheduler makes of a peak learning rate of 1, step by step.

    Args:
        schedule: A name that `dlfaq.sim.schedules.scheduler` knows, such as `linear` or `cosine`.
        steps: How many shares, T; the first is that of the first update.
        horizon: Steps that the schedule is made for, warmup included; 0 for `steps`.
        warmup: Steps in which the rate first rises in a straight line, from 1 / warmup on, before
            the schedule begins with its peak; 0 for none.

    Returns:
        T shares. After the end of a schedule that cannot go on, 0.
    """
    horizon = horizon or steps
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
    if warmup:
        rate = LinearLR(optimizer, start_factor=1 / warmup, total_iters=warmup)
    else:
        rate = scheduler(optimizer, schedule, horizon)
    found = []
    for step in range(steps):
        if warmup and step == warmup:
            optimizer.param_groups[0].update(lr=1.0, initial_lr=1.0)
            rate = scheduler(optimizer, schedule, max(horizon - warmup, 1))
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        try:
            rate.step()
        except ValueError:  # OneCycleLR does not go on after its last step
            return found + [0.0] * (steps - len(found))
    return found
