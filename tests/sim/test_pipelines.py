"""Orders of passes and their waiting, by hand."""

import pytest
import torch

from dlfaq.sim.pipelines import idle_share, stage_order


def spelled(*given):
    return " ".join(f"{'F' if forward else 'B'}{number}" for forward, number in stage_order(*given))


def test_orders_written_out():
    """Three stages, four micro-batches."""
    assert spelled("all forward first", 0, 3, 4) == "F0 F1 F2 F3 B0 B1 B2 B3"
    assert spelled("one forward one backward", 0, 3, 4) == "F0 F1 F2 B0 F3 B1 B2 B3"
    assert spelled("one forward one backward", 1, 3, 4) == "F0 F1 B0 F2 B1 F3 B2 B3"
    assert spelled("one forward one backward", 2, 3, 4) == "F0 B0 F1 B1 F2 B2 F3 B3"
    assert spelled("one forward one backward", 0, 4, 2) == "F0 F1 B0 B1"


@pytest.mark.parametrize("schedule", ["all forward first", "one forward one backward"])
def test_every_pass_once_and_backward_after_forward(schedule):
    """Whatever the sizes."""
    for stage in range(4):
        for micro_batches in (1, 3, 8):
            order = stage_order(schedule, stage, 4, micro_batches)
            assert sorted(order) == sorted(
                (forward, n) for forward in (True, False) for n in range(micro_batches)
            )
            assert all(
                order.index((True, n)) < order.index((False, n)) for n in range(micro_batches)
            )


SECONDS = torch.tensor([2.0, 2.7], dtype=torch.float64), torch.tensor([1.0, 1.9]).double()


@pytest.mark.parametrize("schedule", ["all forward first", "one forward one backward"])
@pytest.mark.parametrize(("stages", "micro_batches"), [(1, 5), (2, 1), (3, 4), (4, 64), (8, 3)])
def test_equal_stages_follow_the_formula(schedule, stages, micro_batches):
    """(p - 1) / (m + p - 1)."""
    idle = idle_share(schedule, stages, micro_batches, SECONDS)
    expected = torch.full((2,), (stages - 1) / (micro_batches + stages - 1), dtype=torch.float64)
    torch.testing.assert_close(idle, expected)


def test_a_slow_last_stage_sets_the_pace():
    """It works m passes each way without a pause; the others add one pass each way at the ends."""
    for stages, micro_batches, slowest in ((4, 8, 2.0), (3, 5, 1.5)):
        total = (stages - 1) + micro_batches * slowest
        busy = micro_batches * (stages - 1 + slowest)
        idle = idle_share("all forward first", stages, micro_batches, SECONDS, slowest)
        expected = torch.full((2,), 1 - busy / (stages * total), dtype=torch.float64)
        torch.testing.assert_close(idle, expected)
