"""Intervals do what they promise, by simulation with known truth."""

import math

import numpy as np
import pytest
from scipy import stats

from dlfaq.verify.estimate import SIDE_ALPHA, SIDES, EstimateError, interval, level

REPEATS = 4000

DRAWS = {  # estimator: (draw of n samples, the truth, n)
    "mean": (lambda rng, n: rng.normal(3, 2, n), 3.0, 12),
    "gmean": (lambda rng, n: rng.lognormal(0.5, 1.5, n), math.exp(0.5), 12),
    "median": (lambda rng, n: rng.exponential(1, n), math.log(2), 40),
    "fraction": (lambda rng, n: rng.random(n) < 0.3, 0.3, 40),
}


def misses(estimator, alpha):
    """How often the truth lies outside of the interval."""
    draw, truth, n = DRAWS[estimator]
    rng = np.random.default_rng(7)
    count = 0
    for _ in range(REPEATS):
        low, high = interval(estimator, draw(rng, n), alpha).interval
        count += not (-math.inf if low is None else low) <= truth <= (math.inf if high is None else high)
    return count


@pytest.mark.parametrize("alpha", [0.1, 0.01])
@pytest.mark.parametrize("estimator", sorted(DRAWS))
def test_an_interval_misses_the_truth_no_more_often_than_it_may(estimator, alpha):
    """The number of misses is no surprise, were each a chance of alpha."""
    assert stats.binom.sf(misses(estimator, alpha) - 1, REPEATS, alpha) > 1e-4


@pytest.mark.parametrize("estimator", ["mean", "gmean"])
def test_an_exact_interval_is_not_wider_than_it_must_be(estimator):
    """T intervals are exact for normal numbers: they miss as often as they may, not less."""
    assert stats.binom.cdf(misses(estimator, 0.1), REPEATS, 0.1) > 1e-4


@pytest.mark.parametrize("estimator", ["median", "fraction"])
def test_a_conservative_interval_is_not_absurdly_wide(estimator):
    """Order statistics and Clopper-Pearson take the next whole number: they may miss less, but not never."""
    assert misses(estimator, 0.1) > 0.2 * 0.1 * REPEATS


def test_mean_agrees_with_scipy():
    """The t interval is the textbook's, also far out in the tail."""
    samples = np.random.default_rng(0).normal(size=32)
    for alpha in (0.05, 1e-9):
        low, high = stats.ttest_1samp(samples, 0).confidence_interval(1 - alpha)

        assert interval("mean", samples, alpha).interval == pytest.approx((low, high), rel=1e-5)


@pytest.mark.parametrize("k", [0, 1, 7, 20])
def test_fraction_agrees_with_scipy(k):
    """Clopper-Pearson is the textbook's."""
    low, high = stats.binomtest(k, 20).proportion_ci(0.99, "exact")

    assert interval("fraction", np.arange(20) < k, 0.01).interval == pytest.approx((low, high), abs=1e-12)


def test_median_takes_the_widest_ranks_it_needs():
    """With 8 replicates the extremes bound the median at 1 %, since 2 / 2^8 < 1 %, and nothing bounds it at 0.1 %."""
    samples = np.array([5.0, 1, 8, 2, 7, 3, 6, 4])

    assert interval("median", samples, 0.01).interval == (1, 8)
    assert interval("median", samples, 0.001).interval == (None, None)
    assert interval("median", samples, 0.01).estimate == 4.5


def test_all_is_exact():
    """An identity has no interval: its share of replicates is what it is."""
    assert interval("all", np.array([True, True]), 1e-9).interval == (1, 1)
    assert interval("all", np.array([True, False]), 0.5).interval == (0.5, 0.5)


@pytest.mark.parametrize("estimator", ["mean", "gmean"])
@pytest.mark.parametrize("value", [0.1, 1 / 3, 1e-30, 2.3025850929940455])
def test_what_does_not_vary_has_an_interval_of_no_width(estimator, value):
    """The constant itself, to the last bit."""
    assert interval(estimator, np.full(7, value), 1e-9).interval == (value, value)


@pytest.mark.parametrize("estimator", ["mean", "gmean", "median"])
def test_one_replicate_bounds_nothing(estimator):
    """There is an estimate, and no interval."""
    assert interval(estimator, np.array([2.0]), 0.05).interval == (None, None)


def test_gmean_names_the_replicate_that_is_not_positive():
    """A logarithm of it would be no number."""
    with pytest.raises(EstimateError, match=r"replicate 2 measured -1"):
        interval("gmean", np.array([1.0, 2, -1]), 0.05)


def test_all_looks_together_spend_no_more_than_the_side_has():
    """Over any number of looks, over all pairs and all sides, the sum stays below one percent."""
    spent = sum(level(3, look) for look in range(1, 60)) * 3

    assert spent <= SIDE_ALPHA
    assert spent * SIDES <= 0.01
    assert level(1, 1) == SIDE_ALPHA / 2
