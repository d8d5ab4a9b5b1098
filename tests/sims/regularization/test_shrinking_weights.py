"""What is left of weights, against closed forms."""

import pytest
from sims.regularization.shrinking_weights import shrinking_weights

from dlfaq.sim import Replicates


def left(**given):
    found = shrinking_weights(Replicates("shrinking_weights", range(2)), **given)["left"]
    return found.mean().item()


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_sgd_and_adamw_shrink_by_rate_times_decay(optimizer):
    """Gradients of mean 0 leave the mean alone."""
    given = {"optimizer": optimizer, "lr": 0.01, "steps": 300, "noise": 0.1}
    assert left(**given) == pytest.approx((1 - 0.001) ** 300, abs=0.01)


def test_momentum_shrinks_ten_times_as_fast():
    """Once its buffer is full."""
    ended = left(optimizer="momentum", lr=0.001, steps=300, noise=0.0)
    assert ended == pytest.approx((1 - 0.001) ** 290, abs=0.005)


def test_adam_divides_the_decay_by_the_size_of_gradients():
    """Of noise 1 it shrinks as AdamW does, of noise 10 a tenth as fast."""
    one, ten = (left(optimizer="adam", lr=0.01, steps=300, noise=n) for n in (1.0, 10.0))
    assert one == pytest.approx((1 - 0.001) ** 300, abs=0.02)
    assert ten == pytest.approx((1 - 0.0001) ** 300, abs=0.02)


def test_a_schedule_scales_the_decay():
    """A linear schedule to 0 halves the sum of the rates."""
    given = {"optimizer": "sgd", "lr": 0.01, "steps": 300, "noise": 0.0}
    assert left(**given, schedule="linear") == pytest.approx(left(**given) ** 0.5, abs=0.002)
