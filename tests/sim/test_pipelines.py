"""Orders of passes, by hand."""

import pytest

from dlfaq.sim.pipelines import stage_order


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
