"""The order in which a pipeline stage does forward and backward passes, and how long it waits."""

from typing import Literal

import torch
from torch import Tensor

Schedule = Literal["all forward first", "one forward one backward"]


def stage_order(
    schedule: Schedule, stage: int, stages: int, micro_batches: int
) -> list[tuple[bool, int]]:
    """The passes of one stage in order: whether forward, and the number of the micro-batch.

    Args:
        schedule: All forward passes, then all backward passes (GPipe, arXiv:1811.06965); or
            alternating as soon as the first gradient can arrive, which is after as many forward
            passes as there are stages from here on (arXiv:1806.03377).
        stage: 0 is the first.
        stages: Number of stages p.
        micro_batches: Parts m of a batch.
    """
    lead = micro_batches if schedule == "all forward first" else min(stages - stage, micro_batches)
    order = [(True, number) for number in range(lead)]
    for number in range(micro_batches):
        order.append((False, number))
        if lead + number < micro_batches:
            order.append((True, lead + number))
    return order


def idle_share(
    schedule: Schedule,
    stages: int,
    micro_batches: int,
    seconds: tuple[Tensor, Tensor],
    slowest: float = 1.0,
) -> Tensor:
    """The share of one step's time in which a stage waits, over all stages, (R,).

    The step is played pass by pass; sending takes no time. The first stage has the data, the last
    one the loss; every other pass begins when its stage is free and its neighbour has sent.

    Args:
        schedule: Order of the passes on each stage.
        stages: Number of stages p.
        micro_batches: Parts m of the batch.
        seconds: How long a backward and a forward pass of a stage take, (R,) each.
        slowest: How many times as long the last stage takes as the others.
    """
    waiting = {
        stage: stage_order(schedule, stage, stages, micro_batches) for stage in range(stages)
    }
    free = [torch.zeros_like(seconds[0]) for _ in range(stages)]  # when a stage ends what it does
    busy = torch.zeros_like(seconds[0])
    ended: dict[tuple[int, bool, int], Tensor] = {}  # when each pass of each stage ended
    while any(waiting.values()):
        for stage in range(stages):
            while waiting[stage]:
                forward, number = waiting[stage][0]
                source = stage - 1 if forward else stage + 1  # of the input, or of the gradient
                start = free[stage]
                if 0 <= source < stages:
                    if (source, forward, number) not in ended:
                        break  # later
                    start = torch.maximum(start, ended[source, forward, number])
                lasts = seconds[forward] * (slowest if stage == stages - 1 else 1)
                free[stage] = ended[stage, forward, number] = start + lasts
                busy = busy + lasts
                del waiting[stage][0]
    return 1 - busy / (stages * torch.stack(free).amax(0))
