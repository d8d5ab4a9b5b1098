"""The limits against the closed form of each iteration."""

import math

import pytest
import torch
from sims.divergence.stability_limit import stability_limit

from dlfaq.sim import Replicates


def sim(**given):
    return stability_limit(Replicates("stability_limit", range(4)), **given)


def test_a_step_multiplies_by_one_minus_rate_times_curvature():
    """1 - 2 * ratio, a hundred times."""
    torch.testing.assert_close(
        sim(ratio=0.8, steps=100)["growth"], torch.full((4,), 100 * math.log(0.6)).double()
    )


@pytest.mark.parametrize(("dampening", "limit"), [(0.0, 1.9), (0.9, 19.0)])
def test_momentum_moves_the_limit(dampening, limit):
    """To (1 + 0.9) / (1 - dampening) times 2 / curvature."""
    for share, grows in ((0.99, False), (1.01, True)):
        growth = sim(ratio=share * limit, momentum=0.9, dampening=dampening, steps=200)["growth"]
        assert ((growth > 0) == grows).all()
