"""A pipeline over processes: gradients of one process, and activations counted by hand."""

import pytest
import torch
from sims.parallel.pipeline_parallel import pipeline_parallel

from dlfaq.sim import Replicates

EACH = 32 * 64 * 4  # bytes of one number a unit of width 32, for all 64 examples


def sim(**given):
    return pipeline_parallel(Replicates("pipeline_parallel", range(2)), **given)


@pytest.mark.parametrize("schedule", ["all forward first", "one forward one backward"])
@pytest.mark.parametrize(("ranks", "micro_batches"), [(1, 1), (2, 8), (4, 1), (4, 2), (4, 16)])
def test_gradients_are_those_of_one_process(schedule, ranks, micro_batches):
    """However the batch and the layers are cut."""
    measured = sim(schedule=schedule, ranks=ranks, micro_batches=micro_batches)
    assert (measured["difference"] < 1e-5).all()
    assert (measured["parameters"] == 4 * 2 * 32 * 128 * 4 / ranks).all()
    assert (measured["states"] == 2 * measured["gradients"]).all()


def test_activations_by_hand():
    """A block keeps 5 numbers a unit, and the loss 1.

    They are kept for all micro-batches, or for as many as there are stages to come.
    """
    assert (sim(ranks=1)["activations"] == (4 * 5 + 1) * EACH).all()
    assert (sim(ranks=4)["activations"] == (5 + 1) * EACH).all()  # the last stage
    alternate = {"schedule": "one forward one backward"}
    assert (sim(**alternate)["activations"] == 4 / 8 * 5 * EACH).all()  # the first stage, 4 of 8
    assert (sim(micro_batches=16, **alternate)["activations"] == 4 / 16 * 5 * EACH).all()
    assert (
        sim(ranks=1, **alternate)["activations"] == (4 * 5 + 1) / 8 * EACH
    ).all()  # one at a time


def test_the_share_of_waiting():
    """(p - 1) / (m + p - 1), whatever the passes take; more with a slow last rank."""
    expected = torch.full((2,), 3 / (8 + 3), dtype=torch.float64)
    torch.testing.assert_close(sim()["idle"], expected)
    assert (sim(slowest=2.0)["idle"] > expected).all()
