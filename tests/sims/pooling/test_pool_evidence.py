"""Pooled evidence against known distributions."""

import math

import pytest
import torch
from sims.pooling.pool_evidence import _auc, pool_evidence

from dlfaq.sim import Replicates


@pytest.mark.parametrize(
    ("positions", "spread", "strength"), [(4, 0.0, 3.0), (16, 0.5, 0.7), (64, 1.0, 0.2)]
)
def test_the_averages_auc_is_normal(positions, spread, strength):
    """Two averages differ by s k / n, with variance 2 / n: the chance is Phi(s k / sqrt(2 n))."""
    measured = pool_evidence(
        Replicates("name", range(128)), positions=positions, spread=spread, strength=strength
    )
    carriers = max(spread * positions, 1)
    expected = (1 + math.erf(strength * carriers / math.sqrt(2 * positions) / math.sqrt(2))) / 2

    assert measured["average_auc"].mean().item() == pytest.approx(expected, abs=0.015)


def test_without_a_signal_it_is_guessing():
    """Both score 1/2."""
    measured = pool_evidence(Replicates("name", range(128)), strength=0.0)

    assert measured["max_auc"].mean().item() == pytest.approx(0.5, abs=0.015)
    assert measured["average_auc"].mean().item() == pytest.approx(0.5, abs=0.015)


def test_the_larger_of_two_normals():
    """Its mean is 1 / sqrt(pi)."""
    measured = pool_evidence(Replicates("name", range(128)), positions=2)

    assert measured["max_mean"].mean().item() == pytest.approx(1 / math.sqrt(math.pi), abs=0.02)


def test_heavy_noise_has_a_larger_maximum_and_no_mean():
    """Student's t with 3 degrees of freedom, variance 1: symmetric, and now and then very large."""
    normal = pool_evidence(Replicates("name", range(64)))
    heavy = pool_evidence(Replicates("name", range(64)), noise="heavy")

    assert heavy["max_mean"].mean() > normal["max_mean"].mean() + 0.5
    assert heavy["average_mean"].mean().item() == pytest.approx(0, abs=0.02)


def test_auc_counts_pairs():
    """Of the six pairs, five have the first above the second."""
    assert _auc(
        torch.tensor([[2.0, 4.0]]), torch.tensor([[1.0, 0.0, 3.0]])
    ).item() == pytest.approx(5 / 6)
