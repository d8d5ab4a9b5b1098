"""Adam's steps against its two running means by hand."""

import torch
from sims.divergence.adam_after_silence import adam_after_silence

from dlfaq.sim import Replicates


def test_the_steps_are_those_of_the_two_running_means():
    """Mean gradient over root mean square, both corrected for their start at 0."""
    mean = square = 0.0
    steps = []
    for t in range(1, 50 + 200 + 31):
        gradient = 0.0 if 50 < t <= 250 else 1.0
        mean, square = 0.9 * mean + 0.1 * gradient, 0.99 * square + 0.01 * gradient
        steps.append(mean / (1 - 0.9**t) / (square / (1 - 0.99**t)) ** 0.5)
    measured = adam_after_silence(
        Replicates("adam_after_silence", range(4)), active=50, silence=200, beta2=0.99
    )

    torch.testing.assert_close(
        measured["step"], torch.full((4,), steps[-30]).double(), rtol=1e-6, atol=0
    )
    torch.testing.assert_close(
        measured["largest"], torch.full((4,), max(steps[-30:])).double(), rtol=1e-6, atol=0
    )


def test_a_steady_gradient_makes_steps_of_the_learning_rate():
    """Without a silence both are 1."""
    measured = adam_after_silence(Replicates("adam_after_silence", range(4)), active=20, silence=0)

    torch.testing.assert_close(measured["largest"], torch.ones(4).double(), rtol=1e-6, atol=0)


def test_signs_change_the_later_steps_and_not_the_first():
    """The first gradient alone decides the first step; after that signs cancel."""
    settings = {"active": 20, "silence": 300}
    one, either = (
        adam_after_silence(Replicates("adam_after_silence", range(8)), aligned=aligned, **settings)
        for aligned in (True, False)
    )

    torch.testing.assert_close(one["step"], either["step"])
    assert (either["largest"] <= one["largest"] + 1e-9).all()
    assert (either["largest"] < one["largest"] - 1e-3).any()
