"""A descent that runs away, step by step."""

import math

import pytest
import torch
from sims.depth.gradient_overflow import gradient_overflow

from dlfaq.sim import Replicates


def sim(**given):
    return gradient_overflow(Replicates("gradient_overflow", range(4)), **given)


def test_it_is_the_loop_that_everybody_writes():
    """float64 is Python's own float, whose products overflow to inf as well."""
    measured = sim(precision="float64")
    starts = 3 + Replicates("gradient_overflow", range(4)).uniform("start", dtype=torch.float64)
    for i, w in enumerate(starts.tolist()):
        path = [w]
        while not math.isnan(path[-1]):
            v = path[-1]
            path.append(v - 0.1 * 4 * (v * v * v))
        first = next(step for step, v in enumerate(path) if math.isinf(v))
        assert measured["inf_step"][i] == first
        assert measured["nan_step"][i] == len(path) - 1
        finite = [v for v in path if math.isfinite(v)]
        assert measured["reached"][i] == pytest.approx(math.log10(abs(finite[-1])), rel=1e-9)


def test_small_steps_converge():
    """Below 1 / (2 w^2) every step goes closer."""
    measured = sim(lr=0.01, steps=400)

    assert (measured["inf_step"] == 401).all()
    assert (measured["nan_step"] == 401).all()
    assert (10 ** measured["reached"] < 0.25).all()


def test_a_limit_keeps_the_largest_number():
    """Saturating arithmetic ends at the border of the format."""
    assert torch.allclose(
        10 ** sim(limit=True)["reached"], torch.tensor(3.4028235e38, dtype=torch.float64)
    )
