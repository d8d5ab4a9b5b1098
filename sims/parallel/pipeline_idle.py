"""How long the stages of a pipeline wait for each other.

python sims/parallel/pipeline_idle.py --micro-batches 32

https://arxiv.org/abs/1811.06965
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates
from dlfaq.sim.pipelines import stage_order


def pipeline_idle(
    replicates: Replicates,
    schedule: Literal["all forward first", "one forward one backward"] = "all forward first",
    stages: int = 4,
    micro_batches: int = 8,
    slowest: float = 1.0,
) -> dict[str, Tensor]:
    """Play one step of a pipeline pass by pass; sending takes no time.

    Args:
        replicates: One duration of a forward and one of a backward pass each, in any unit.
        schedule: Order of the passes on each stage.
        stages: Number of stages p.
        micro_batches: Parts m of the batch.
        slowest: How many times as long the last stage takes as the others.

    Metrics:
        idle: share of the time in which a stage waits, over all stages, in [0, 1].
        kept: most micro-batches whose activations a stage keeps at a time.
    """
    seconds = {True: 1 + replicates.uniform("forward", 1, dtype=torch.float64)[:, 0]}  # (R,)
    seconds[False] = 2 + replicates.uniform("backward", 1, dtype=torch.float64)[:, 0]
    waiting = {
        stage: stage_order(schedule, stage, stages, micro_batches) for stage in range(stages)
    }
    free = [
        torch.zeros_like(seconds[True]) for _ in range(stages)
    ]  # when each stage ends what it does, (R,)
    busy = torch.zeros_like(free[0])
    ended: dict[tuple[int, bool, int], Tensor] = {}  # when each pass of each stage ended, (R,)
    kept, most = [0] * stages, 0  # micro-batches between their forward and their backward pass
    while any(waiting.values()):
        for stage in range(stages):
            while waiting[stage]:
                forward, number = waiting[stage][0]
                source = (
                    stage - 1 if forward else stage + 1
                )  # where the input comes from, or the gradient
                outside = (
                    not 0 <= source < stages
                )  # the first stage has the data, the last one the loss
                if not outside and (source, forward, number) not in ended:
                    break  # later
                start = (
                    free[stage]
                    if outside
                    else torch.maximum(free[stage], ended[source, forward, number])
                )
                lasts = seconds[forward] * (slowest if stage == stages - 1 else 1)
                free[stage] = ended[stage, forward, number] = start + lasts
                busy = busy + lasts
                del waiting[stage][0]
                kept[stage] += 1 if forward else -1
                most = max(most, kept[stage])
    total = torch.stack(free).amax(0)  # (R,)
    return {"idle": 1 - busy / (stages * total), "kept": torch.full((len(replicates),), most)}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
