"""Slopes of the cliff, by hand."""

import torch
from sims.depth.gradient_cliff import gradient_cliff

from dlfaq.sim import Replicates


def sim(**given):
    return gradient_cliff(Replicates("gradient_cliff", range(4)), **given)


def test_the_slope_at_the_end_of_the_walk():
    """The slope of (w^T - c)^2 is 2 (w^T - c) T w^(T - 1), largest at the end; of (w - c)^2 it is 2 (w - c)."""
    target = 0.25 + 0.25 * Replicates("gradient_cliff", range(4)).uniform(
        "target", dtype=torch.float64
    )

    torch.testing.assert_close(sim(times=20)["steepest"], 2 * (1 - target) * 20)
    torch.testing.assert_close(
        sim(times=20, up_to=1.2)["steepest"], 2 * (1.2**20 - target) * 20 * 1.2**19
    )
    torch.testing.assert_close(sim(times=20, combine="sum")["steepest"], 2 * (1 - target))


def test_used_once_a_product_is_a_sum():
    """With T = 1 both losses are the same parabola."""
    once, sums = sim(times=1), sim(times=1, combine="sum")

    assert all(torch.equal(once[metric], sums[metric]) for metric in once)


def test_width_of_a_parabola():
    """The slope of (w - c)^2 is below a tenth of its largest, 2 (1 - c), on an interval of length (1 - c) / 5."""
    target = 0.25 + 0.25 * Replicates("gradient_cliff", range(4)).uniform(
        "target", dtype=torch.float64
    )

    torch.testing.assert_close(sim(combine="sum")["width"], 1 - (1 - target) / 5, rtol=0, atol=2e-4)
