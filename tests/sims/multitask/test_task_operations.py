"""Operations, counted by hand."""

import pytest
from sims.multitask.task_operations import task_operations

from dlfaq.sim import Replicates


@pytest.mark.parametrize(("inputs", "passes"), [("same", 1), ("different", 3)])
def test_the_trunk_by_hand(inputs, passes):
    """A layer costs 2 N w^2 for its outputs, its weights' gradient and its inputs'; the first needs no inputs'."""
    measured = task_operations(
        Replicates("task_operations", range(1)),
        inputs=inputs,
        tasks=3,
        layers=2,
        width=64,
        examples=5,
    )

    assert measured["trunk"].item() == pytest.approx(passes * (3 + 2) * 2 * 5 * 64 * 64 / 1e6)
    assert measured["total"].item() - measured["trunk"].item() == pytest.approx(
        3 * 3 * 2 * 5 * 64 * 10 / 1e6, rel=1e-4
    )
    assert measured["labels"].item() == 15


def test_heads_alone():
    """Without a trunk nothing is left of it."""
    measured = task_operations(
        Replicates("task_operations", range(1)), layers=0, tasks=2, width=8, examples=4
    )

    assert measured["trunk"].item() == 0
    assert measured["total"].item() == pytest.approx(2 * 2 * 2 * 4 * 8 * 10 / 1e6)
