"""Steps along the gradient where the answer is known."""

import torch
from sims.norm_line import norm_line

from dlfaq.sim import Replicates


def sim(**given):
    return norm_line(Replicates("norm_line", range(3)), **{"layers": 2, "steps": 3, **given})


def test_the_reach_is_the_last_rate_in_a_row_that_lowers_the_loss():
    measured = sim()

    for loss, after, reach in zip(measured["loss"], measured["after"], measured["reach"], strict=True):
        reached = 2.0**-9
        for rate, value in zip(measured["rate"].tolist(), after, strict=True):
            if value >= loss:
                break
            reached = rate
        assert reach == reached


def test_the_loss_falls_by_the_squared_gradient_at_first():
    """To first order in the rate: L(w - r g) = L(w) - r |g|^2."""
    measured = sim(normalize="none")

    fallen = (measured["loss"] - measured["after"][:, 0]) / measured["rate"][0]
    torch.testing.assert_close(fallen, measured["gradient"] ** 2, rtol=0.1, atol=0)


def test_without_training_the_tries_start_from_the_fresh_network():
    """The training's rate does not matter then, and a step of 1/4 lowers the loss of two layers."""
    measured = sim(steps=0, lr=0.25)

    assert (measured["after"][:, measured["rate"].tolist().index(0.25)] < measured["loss"]).all()
    assert torch.equal(sim(steps=0, lr=9.0)["after"], measured["after"])
