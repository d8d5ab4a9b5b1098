"""Verdicts err no more often than promised at any number of looks; outcomes follow intervals."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import special, stats

from dlfaq.evidence.record import Measured
from dlfaq.knowledge.estimators import ESTIMATORS
from dlfaq.knowledge.expectation import parse_expectation, parse_quantity
from dlfaq.verify import judge as judging
from dlfaq.verify.evaluate import scope
from dlfaq.verify.judge import JudgeError, Measurement, judge, measure

PATHS, LOOKS, FIRST = 1500, 6, 8


def measurement(*values, **swept):
    points = [{"lr": lr} for lr in swept.get("lr", [0.0])]
    scopes = [
        scope({"": (point, {"x": np.asarray(one)})})
        for point, one in zip(points, values, strict=True)
    ]
    return Measurement(points, scopes, len(values[0]))


def ruled(expectation, draw, side_alpha):
    """Look until it is decided, as the engine does: `holds`, `fails` or `inconclusive`."""
    samples = draw(FIRST * 2 ** (LOOKS - 1))
    for look in range(1, LOOKS + 1):
        seen = samples[..., : FIRST * 2 ** (look - 1)]
        said, _ = judge(expectation, measurement(*seen, lr=range(len(seen))), look, side_alpha)
        if said != "inconclusive":
            return said
    return "inconclusive"


def false_alarms(expectation, points, side_alpha):
    """How many of PATHS sides are said to fail where the mean is 0 and the prediction holds."""
    rng = np.random.default_rng(11)
    said = [
        ruled(expectation, lambda n: rng.normal(size=(points, n)), side_alpha) for _ in range(PATHS)
    ]
    assert "holds" not in said  # it is too narrow ever to be shown
    return said.count("fails")


NARROW = parse_expectation("-1e-9 < mean(x) < 1e-9")


@pytest.fixture
def plain_intervals(monkeypatch):
    """Student's t, exact for the normal numbers drawn here: the level is tested."""

    def student(samples, alpha, bounds):
        n, mean = len(samples), float(samples.mean())
        half = -special.stdtrit(n - 1, alpha / 2) * float(samples.std(ddof=1)) / n**0.5
        return Measured(mean, (mean - half, mean + half), n)

    record = replace(ESTIMATORS["mean"], interval=f"{__name__}:unused")
    monkeypatch.setattr(
        type(record),
        "function",
        lambda self: student if self.interval == record.interval else FUNCTION(self),
    )
    monkeypatch.setitem(ESTIMATORS, "mean", record)


FUNCTION = type(ESTIMATORS["mean"]).function


@pytest.mark.parametrize("points", [1, 2], ids=["one point", "two points"])
@pytest.mark.usefixtures("plain_intervals")
def test_a_side_errs_no_more_often_than_it_may(points):
    """Over all looks and points together: a chance of at most `side_alpha`."""
    assert stats.binom.sf(false_alarms(NARROW, points, 0.1) - 1, PATHS, 0.1) > 1e-4


@pytest.mark.usefixtures("plain_intervals")
def test_without_paying_for_looks_it_would_err_more_often(monkeypatch):
    """The test above can fail: at the same level at every look, false alarms add up."""
    monkeypatch.setattr(judging, "level", lambda points, _, side_alpha: side_alpha / points)

    assert stats.binom.sf(false_alarms(NARROW, 1, 0.1) - 1, PATHS, 0.1) < 1e-9


@pytest.mark.usefixtures("plain_intervals")
def test_without_sharing_among_points_it_would_err_more_often(monkeypatch):
    """Nor can several points each spend all of it."""
    monkeypatch.setattr(judging, "level", lambda _, look, side_alpha: side_alpha * 2.0**-look)

    assert stats.binom.sf(false_alarms(NARROW, 8, 0.1) - 1, PATHS, 0.1) < 1e-4


def test_a_true_difference_is_found():
    """What clearly holds is said to hold, and what fails to fail, at a verification's level."""
    rng = np.random.default_rng(3)
    far = parse_expectation("mean(x) > 1")

    assert {judge(far, measurement(rng.normal(5, 1, 32)), 1)[0] for _ in range(50)} == {"holds"}
    assert {judge(far, measurement(rng.normal(-3, 1, 32)), 1)[0] for _ in range(50)} == {"fails"}


def test_the_expectation_is_judged_at_every_point():
    """Bounds may follow the sweep; one point that fails settles it."""
    rng = np.random.default_rng(5)
    said, points = judge(
        parse_expectation("lr - 1 < mean(x) < lr + 1"),
        measurement(rng.normal(1, 0.01, 32), rng.normal(5, 0.01, 32), lr=[1, 2]),
        1,
    )

    assert said == "fails"
    assert [(point.at, point.outcome, point.low, point.high) for point in points] == [
        ({"lr": 1}, "holds", 0, 2),
        ({"lr": 2}, "fails", 1, 3),
    ]


def test_a_condition_is_counted():
    """In how many replicates it holds."""
    said, (point,) = judge(parse_expectation("all(x > 0)"), measurement(np.full(4, 1.0)), 1)

    assert (said, point.estimate, point.replicates, point.estimator) == ("holds", 1, 4, "all")


def test_what_looks_along_the_sweep_is_judged_once():
    """It has no point of its own."""
    _, (point,) = judge(
        parse_expectation("mean(slope(x, lr)) > 0"), measurement([1, 2], [3, 5], lr=[1, 2]), 1
    )

    assert (point.at, point.estimate) == ({}, 2.5)


def test_the_range_of_a_metric_bounds_its_mean():
    """A constant has no spread to estimate; a range says how far the mean can be all the same."""
    ones = measurement(np.ones(64))
    known = replace(ones, ranges={"x": (0.0, 1.0)})
    far = parse_expectation("mean(x) > 0.5")

    assert judge(far, ones, 1)[0] == "inconclusive"
    assert judge(far, known, 1)[0] == "holds"


def test_a_text_takes_its_number_from_one_point():
    """What is left out of a placeholder must leave one point; its interval is the usual 95 %."""
    rng = np.random.default_rng(0)
    two = measurement(rng.normal(0, 1, 128), rng.normal(9, 1, 128), lr=[1, 2])
    shown = measure(parse_quantity("mean(x)"), {"lr": 2}, two)

    assert shown.estimate == pytest.approx(9, abs=0.6)
    assert shown.interval[1] - shown.interval[0] == pytest.approx(2 * 1.98 / 128**0.5, rel=0.3)
    assert measure(parse_quantity("mean(slope(x, lr))"), {}, two).estimate == pytest.approx(
        9, abs=1
    )
    for at in ({}, {"lr": 3}, {"width": 1}):
        with pytest.raises(JudgeError, match="one point of the sweep"):
            measure(parse_quantity("mean(x)"), at, two)


def test_what_cannot_be_judged_is_named():
    """Expression, point of the sweep, replicate."""
    with pytest.raises(
        JudgeError, match=r"`mean\(log\(x\)\)` at lr=2: `log\(x\)` is nan for replicate 1"
    ):
        judge(
            parse_expectation("mean(log(x)) < 1"),
            measurement([1.0, 1.0], [1.0, -1.0], lr=[1, 2]),
            1,
        )
