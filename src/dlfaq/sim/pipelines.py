"""In which order a stage of a pipeline does its forward and backward passes."""

from typing import Literal

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
