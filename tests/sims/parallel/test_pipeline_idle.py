"""Pipelines whose waiting can be written down."""

import pytest
import torch
from sims.parallel.pipeline_idle import pipeline_idle

from dlfaq.sim import Replicates


def sim(**given):
    return pipeline_idle(Replicates("pipeline_idle", range(4)), **given)


@pytest.mark.parametrize("schedule", ["all forward first", "one forward one backward"])
@pytest.mark.parametrize(("stages", "micro_batches"), [(1, 5), (2, 1), (3, 4), (4, 64), (8, 3)])
def test_equal_stages_follow_the_formula(schedule, stages, micro_batches):
    """(p - 1) / (m + p - 1)."""
    idle = sim(schedule=schedule, stages=stages, micro_batches=micro_batches)["idle"]
    expected = torch.full((4,), (stages - 1) / (micro_batches + stages - 1), dtype=torch.float64)
    torch.testing.assert_close(idle, expected)


def test_a_slow_last_stage_sets_the_pace():
    """It works through m passes each way without a pause; the others add one pass each way before and after."""
    for stages, micro_batches, slowest in ((4, 8, 2.0), (3, 5, 1.5)):
        total = (stages - 1) + micro_batches * slowest
        busy = micro_batches * (stages - 1 + slowest)
        idle = sim(stages=stages, micro_batches=micro_batches, slowest=slowest)["idle"]
        torch.testing.assert_close(
            idle, torch.full((4,), 1 - busy / (stages * total), dtype=torch.float64)
        )


def test_micro_batches_kept():
    """All of them, or as many as there are stages."""
    assert (sim(micro_batches=8)["kept"] == 8).all()
    assert (sim(micro_batches=8, schedule="one forward one backward")["kept"] == 4).all()
    assert (sim(micro_batches=3, schedule="one forward one backward")["kept"] == 3).all()
