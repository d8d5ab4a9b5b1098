"""The limit of the learning rate against the roots of the recurrence."""

import math

import numpy as np
import pytest
from sims.parallel.stale_gradients import stale_gradients

from dlfaq.sim import Replicates


@pytest.mark.parametrize("delay", [0, 1, 2, 4, 8])
def test_the_limit_follows_the_law(delay):
    """2 sin(pi / (2 (2 delay + 1)))."""
    limit = stale_gradients(Replicates("stale_gradients", range(4)), delay=delay)["limit"]
    assert abs(limit / (2 * math.sin(math.pi / (2 * (2 * delay + 1)))) - 1).max() < 0.01


def test_the_law_is_where_a_root_leaves_the_circle():
    """The recurrence w' = w - step * w of `delay` steps ago has the roots of z^(delay + 1) - z^delay + step."""
    for delay in (1, 4):
        limit = stale_gradients(Replicates("stale_gradients", range(1)), delay=delay)[
            "limit"
        ].item()
        for step, inside in ((0.98 * limit, True), (1.02 * limit, False)):
            polynomial = np.zeros(delay + 2)
            polynomial[0], polynomial[1], polynomial[-1] = 1, -1, step
            assert (abs(np.roots(polynomial)).max() < 1) == inside
