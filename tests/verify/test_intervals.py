"""Intervals cover the truth: known distributions, 5 %, 0.1 % and 0.01 %, 2 to 512 replicates."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from dlfaq.verify.bounded import log_money, lower_end
from dlfaq.verify.intervals import (
    EstimateError,
    every,
    fraction,
    gmean,
    mean,
    median,
    studentized,
)

LEVELS = [0.05, 1e-3, 1e-4]
SIZES = [2, 6, 11, 15, 32, 72, 100, 193, 512]
NUMBERS = 300_000  # drawn for each distribution and size


def one_in_twenty_far_off(rng, shape):
    return rng.standard_normal(shape) + 20 * (rng.random(shape) < 0.05)


UNBOUNDED = {  # name: (draw, the true mean)
    "normal": (lambda rng, shape: rng.standard_normal(shape), 0.0),
    "exponential": (lambda rng, shape: rng.standard_exponential(shape), 1.0),
    "lognormal": (lambda rng, shape: np.exp(rng.standard_normal(shape)), math.exp(0.5)),
    "outliers": (one_in_twenty_far_off, 1.0),
    "negative lognormal": (lambda rng, shape: -np.exp(rng.standard_normal(shape)), -math.exp(0.5)),
}


def misses(ends, truth):
    """Whether each interval misses."""
    low, high = ends
    return (truth < low) | (truth > high)


def holds_truth(interval, truth):
    low, high = interval
    return (low is None or low <= truth) and (high is None or truth <= high)


def too_many(count, repeats, alpha):
    """Whether so many misses would be a surprise, were each a chance of twice alpha."""
    return stats.binom.sf(count - 1, repeats, 2 * alpha) < 1e-4


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", UNBOUNDED)
def test_the_mean_of_unbounded_numbers_is_covered(name, size):
    """No more than twice as many misses as the level allows."""
    draw, truth = UNBOUNDED[name]
    repeats = NUMBERS // max(size, 12)
    samples = draw(np.random.default_rng(size), (repeats, size))
    for alpha in LEVELS:
        count = int(misses(studentized(samples, alpha), truth).sum())
        assert not too_many(count, repeats, alpha), f"{count} of {repeats} at {alpha}"


def zeros_and_ones(size):
    """Every sample of 0 and 1 up to its order: (k ones, the sample)."""
    for k in range(size + 1):
        yield k, (np.arange(size) < k).astype(float)


def exact_misses(estimator, size, chance, truth, alpha, bounds=(None, None)):
    """The probability of a miss for 0/1 samples, summed over all of them."""
    total = 0.0
    for k, sample in zeros_and_ones(size):
        probability = stats.binom.pmf(k, size, chance)
        if probability > alpha / 1000 and not holds_truth(
            estimator(sample, alpha, bounds).interval, truth
        ):
            total += probability
    return total


@pytest.mark.parametrize("size", [2, 32, 100, 194])
@pytest.mark.parametrize("chance", [0.01, 0.5, 0.98, 0.99])
@pytest.mark.parametrize("bounds", [(None, None), (0.0, 1.0), (0.0, None), (-1.0, 1.0)])
def test_the_mean_of_zeros_and_ones_is_covered(size, chance, bounds):
    """Also where the rare one of the two is seldom or never in the sample."""
    for alpha in LEVELS:
        assert exact_misses(mean, size, chance, chance, alpha, bounds) <= 2 * alpha


@pytest.mark.parametrize("size", [2, 8, 32, 128, 512])
@pytest.mark.parametrize("chance", [0.01, 0.5, 0.98, 0.99])
def test_a_fraction_is_covered(size, chance):
    """Exactly, for Clopper and Pearson's interval is."""
    for alpha in LEVELS:
        assert exact_misses(fraction, size, chance, chance, alpha) <= alpha


@pytest.mark.parametrize("size", [2, 8, 32, 33, 128, 512])
def test_a_median_is_covered(size):
    """How many numbers lie above the median is all that counts, whatever the distribution."""
    for alpha in LEVELS:

        def around_zero(sample, alpha, bounds):
            return median(2 * sample - 1, alpha, bounds)

        assert exact_misses(around_zero, size, 0.5, 0.0, alpha) <= alpha


@pytest.mark.parametrize("alpha", [0.05, 1e-3])
@pytest.mark.parametrize("size", [6, 24, 64])
def test_a_geometric_mean_is_covered(alpha, size):
    """Of lognormal and exponential numbers: logarithms are what counts."""
    rng = np.random.default_rng(3)
    for draw, truth in [(rng.lognormal, 1.0), (rng.exponential, math.exp(-np.euler_gamma))]:
        found = [
            not holds_truth(gmean(draw(size=size), alpha).interval, truth) for _ in range(1000)
        ]
        assert not too_many(sum(found), 1000, alpha)


@pytest.mark.parametrize("size", [2, 8, 32, 128])
@pytest.mark.parametrize("shape", [(0.1, 0.3), (8, 2), (0.5, 20)])
def test_the_money_of_a_bet_on_the_true_mean_rarely_grows(size, shape):
    """It exceeds 1/alpha with a probability below alpha (Markov); here with beta distributions."""
    rng = np.random.default_rng(4)
    truth = shape[0] / sum(shape)
    money = np.array([log_money(sample, truth) for sample in rng.beta(*shape, (2000, size))])
    for alpha in (0.05, 1e-2):
        assert (money >= -math.log(alpha)).mean() <= alpha


def test_failures_that_the_sample_does_not_show_are_within_the_guaranteed_interval():
    """32 accuracies of 1.0 leave room for a failure in three at 1e-6; more replicates for less."""
    widths = []
    for size in (8, 32, 128, 512):
        low, high = mean(np.ones(size), 1e-6, (0.0, 1.0)).interval
        assert high == 1
        assert low <= (1e-6 / 2) ** (1 / size)
        widths.append(high - low)
    assert widths == sorted(widths, reverse=True)
    assert 0.3 < widths[1] < 0.45


def test_a_constant_of_unknown_range_decides_nothing():
    """There is no spread to estimate, and differences of rounding are none."""
    assert mean(np.full(32, 2.3), 1e-3).interval == (None, None)
    assert mean(np.float32(2.3) + np.arange(32) * 1e-8, 1e-3).interval == (None, None)
    assert mean(np.full(32, 2.3), 1e-3).estimate == 2.3


def test_a_constant_that_is_known_to_be_positive_has_a_lower_end():
    """A bound on one side bounds the mean on this side."""
    low, high = mean(np.full(64, 2.3), 1e-3, (0.0, None)).interval

    assert 1.9 < low < 2.3
    assert high is None


@pytest.mark.parametrize("size", [1, 2, 8, 14])
def test_too_few_replicates_decide_nothing(size):
    """At 0.01 % not even the median of fewer than 15 replicates is bounded."""
    samples = np.random.default_rng(0).normal(size=size)

    for estimator in (mean, median):
        assert estimator(samples, 1e-4).interval == (None, None)
    assert gmean(np.exp(samples), 1e-4).interval == (None, None)


def test_with_many_replicates_the_interval_is_students():
    """Where outliers would have been seen, normal numbers have almost the textbook's interval."""
    samples = np.random.default_rng(0).normal(size=512)
    for alpha in (0.05, 1e-6):
        textbook = stats.ttest_1samp(samples, 0).confidence_interval(1 - alpha)
        low, high = mean(samples, alpha).interval
        assert 1 <= (high - low) / (textbook.high - textbook.low) < 1.1


@pytest.mark.parametrize("size", [32, 64, 128, 256])
def test_effects_of_three_standard_deviations_are_decided(size):
    """At the levels of real claims."""
    low, high = mean(np.random.default_rng(size).normal(size=size), 1e-6).interval
    assert -3 < low < 0 < high < 3


SAMPLES = st.lists(st.floats(0, 1, width=32), min_size=1, max_size=64).map(np.array)


@given(SAMPLES, st.sampled_from([0.05, 1e-3, 1e-6]), st.sampled_from([mean, gmean, median]))
@settings(max_examples=60, deadline=None)
def test_the_estimate_lies_in_its_interval_and_bounds_narrow_it(samples, alpha, estimator):
    """Whatever was measured."""
    samples = samples + 0.5
    for bounds in [(None, None), (0.5, None), (None, 1.5), (0.5, 1.5), (-3.0, 9.0)]:
        measured = estimator(samples, alpha, bounds)
        low, high = (
            infinite if end is None else end
            for infinite, end in zip((-math.inf, math.inf), measured.interval, strict=True)
        )
        slack = 1e-6
        assert low - slack <= measured.estimate <= high + slack
        assert bounds[0] is None or estimator is gmean or low >= bounds[0] - slack
        assert bounds[1] is None or high <= bounds[1] + slack


@given(
    SAMPLES.filter(lambda samples: samples.max() > 0),
    st.sampled_from([0.05, 1e-3, 1e-6]),
    st.floats(0.01, 100),
)
@settings(max_examples=40, deadline=None)
def test_the_guaranteed_end_does_not_depend_on_units_or_order(samples, alpha, unit):
    """Nor does it lie above the mean of the sample."""
    end = lower_end(samples, alpha)

    assert 0 <= end <= samples.mean()
    assert lower_end(samples[::-1] * unit, alpha) == pytest.approx(end * unit, rel=1e-6, abs=1e-12)


@given(SAMPLES)
@settings(max_examples=40, deadline=None)
def test_a_stricter_level_has_a_wider_interval(samples):
    """It cannot decide more."""
    ends = [mean(samples, alpha, (0.0, 1.0)).interval for alpha in (0.05, 1e-3, 1e-6)]

    assert ends[0][0] >= ends[1][0] >= ends[2][0]
    assert ends[0][1] <= ends[1][1] <= ends[2][1]


def test_numbers_near_the_end_of_their_range_promise_nothing():
    """Their squares overflow."""
    assert mean(np.linspace(-1e300, 1e300, 64), 0.05).interval == (None, None)
    with pytest.raises(EstimateError, match="too large to be summed"):
        mean(np.linspace(1e308, 1.5e308, 64), 0.05)


@pytest.mark.parametrize("k", [0, 1, 7, 20])
def test_fraction_agrees_with_scipy(k):
    """Clopper and Pearson's interval is the textbook's."""
    low, high = stats.binomtest(k, 20).proportion_ci(0.99, "exact")

    assert fraction(np.arange(20) < k, 0.01).interval == pytest.approx((low, high), abs=1e-12)


def test_median_takes_the_widest_ranks_it_needs():
    """With 8 replicates the extremes bound the median at 1 %, since 2 / 2^8 < 1 %; not at 0.1 %."""
    samples = np.array([5.0, 1, 8, 2, 7, 3, 6, 4])

    assert median(samples, 0.01).interval == (1, 8)
    assert median(samples, 0.001).interval == (None, None)
    assert median(samples, 0.001, (0.0, None)).interval == (0.0, None)
    assert median(samples, 0.01).estimate == 4.5


def test_what_must_hold_everywhere_is_counted():
    """An identity has no interval: its share of replicates is what it is."""
    assert every(np.array([True, True]), 1e-9).interval == (1, 1)
    assert every(np.array([True, False]), 0.5).interval == (0.5, 0.5)


def test_a_sample_beyond_its_bounds_is_an_error():
    """The simulation's docstring promised what it does not keep; rounding is forgiven."""
    with pytest.raises(EstimateError, match=r"at most 1, but replicate 1 measured 1\.2"):
        mean(np.array([0.5, 1.2]), 0.05, (0.0, 1.0))
    with pytest.raises(EstimateError, match=r"at least 0, but replicate 0 measured -0\.1"):
        median(np.array([-0.1, 1.2]), 0.05, (0.0, None))
    assert mean(np.full(64, 1 + 1e-8), 0.05, (0.0, 1.0)).interval[1] == 1


def test_gmean_names_the_replicate_that_is_not_positive():
    """A logarithm of it would be no number."""
    with pytest.raises(EstimateError, match=r"replicate 2 measured -1"):
        gmean(np.array([1.0, 2, -1]), 0.05)


def test_the_shares_of_a_bet_are_all_of_the_money():
    """Nothing is staked that is not there: at even odds the money stays what it was."""
    assert special.expit(log_money(np.ones(5), 1.0)) == pytest.approx(special.expit(0), abs=0.01)
    assert log_money(np.ones(5), 1.0) <= 0
