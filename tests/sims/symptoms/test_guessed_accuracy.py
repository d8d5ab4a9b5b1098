"""Guesses are right as often as the shares say."""

import pytest
from sims.symptoms.guessed_accuracy import guessed_accuracy

from dlfaq.sim import Replicates


def test_each_way_to_guess_is_right_as_often_as_arithmetic_says():
    """Even guesses 1/k, guesses with the labels' shares their sum of squares, constant ones p."""
    found = guessed_accuracy(
        Replicates("guessed_accuracy", range(32)), classes=5, common=0.6, examples=2000
    )
    assert found["uniform"].mean().item() == pytest.approx(0.2, abs=0.01)
    assert found["alike"].mean().item() == pytest.approx(0.6**2 + 4 * 0.1**2, abs=0.01)
    assert found["constant"].mean().item() == pytest.approx(0.6, abs=0.01)
    assert found["uniform"].std().item() == pytest.approx((0.2 * 0.8 / 2000) ** 0.5, rel=0.4)
