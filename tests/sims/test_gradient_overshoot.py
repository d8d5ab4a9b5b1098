"""Momentum on a bowl, against the recurrence and its exact solution."""

import torch
from sims.gradient_overshoot import gradient_overshoot

from dlfaq.sim import Replicates


def sim(**given):
    return gradient_overshoot(Replicates("gradient_overshoot", range(3)), **given)


def test_it_is_the_heavy_ball():
    """Two steps of v <- beta v + w, w <- w - rate v, from w = 1."""
    measured = sim(momentum=0.9, rate=1.5, steps=2)
    first = 1 - 1.5
    second = first - 1.5 * (0.9 + first)

    torch.testing.assert_close(measured["overshoot"], torch.full((3,), -min(first, second), dtype=torch.float64))
    torch.testing.assert_close(measured["largest_gradient"], torch.full((3,), 1.1, dtype=torch.float64))


def test_without_momentum_it_is_a_geometric_series():
    """The distance is (1 - rate)^t."""
    measured = sim(momentum=0.0, rate=0.1, steps=20)

    torch.testing.assert_close(measured["left"], torch.full((3,), 0.9**19, dtype=torch.float64))
    assert (measured["overshoot"] == 0).all()
