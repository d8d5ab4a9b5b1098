"""Batch normalization of two distributions, against its formula."""

import math

import pytest
from sims.multitask.task_batchnorm import task_batchnorm

from dlfaq.sim import Replicates


def sim(**given):
    return {
        name: value.mean().item()
        for name, value in task_batchnorm(Replicates("task_batchnorm", range(64)), **given).items()
    }


@pytest.mark.parametrize("gap", [1.0, 4.0])
def test_mixed_batches_by_formula(gap):
    """Mean gap / 2, variance 1 + gap^2 / 4."""
    measured, expected = sim(batches="mixed", gap=gap), gap / 2 / math.sqrt(1 + gap**2 / 4)

    assert measured["first_train"] == pytest.approx(-expected, abs=0.01)
    assert measured["second_train"] == pytest.approx(expected, abs=0.01)
    assert measured["second_eval"] == pytest.approx(expected, abs=0.05)


def test_alternating_batches_by_formula():
    """The running mean weights the last batch by 0.1, the one before by 0.09, ….

    The second task's share is 1 / 1.9.
    """
    measured = sim(batches="alternating", gap=4.0)

    assert measured["first_eval"] == pytest.approx(-4 / 1.9, abs=0.06)
    assert measured["second_eval"] == pytest.approx(4 - 4 / 1.9, abs=0.06)
    assert abs(measured["second_train"]) < 1e-5


def test_own_statistics_are_right_for_both():
    """The means of new inputs lie at 0, up to the noise of the running means."""
    measured = sim(batches="own", gap=4.0)

    assert abs(measured["first_eval"]) < 0.06
    assert abs(measured["second_eval"]) < 0.06
