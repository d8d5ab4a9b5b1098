"""The layer's zeros, scale and mean, against formulas."""

import pytest
from sims.regularization.dropout_noise import dropout_noise

from dlfaq.sim import Replicates


def measure(**given):
    found = dropout_noise(Replicates("dropout_noise", range(2)), **given)
    return {name: value.mean().item() for name, value in found.items()}


@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_the_rest_is_divided_by_one_minus_p(p):
    """Of 200,000 numbers a share of p is 0."""
    found = measure(p=p)
    assert found["zeros"] == pytest.approx(p, abs=0.005)
    assert found["scale"] == pytest.approx(1 / (1 - p))
    assert found["mean"] == pytest.approx(1, abs=0.02)


def test_evaluation_passes_everything():
    """No zeros, no scale, no noise."""
    assert measure(mode="eval") == {"zeros": 0, "scale": 1, "mean": 1}
