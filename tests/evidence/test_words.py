"""A number, its interval and its prediction are written the same everywhere."""

import doctest

import pytest

from dlfaq.evidence import words
from dlfaq.evidence.record import Measured, Point


def point(estimate=0.5, interval=(0.4, 0.6), low=0.2, high=None, estimator="mean"):
    return Point({"k": 10, "lr": 0.1}, "holds", estimate, interval, low, high, 32, estimator)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.2, None, "above 0.2"),
        (None, 3.0, "below 3"),
        (0.98, 1.02, "0.98 to 1.02"),
        (None, None, "in every replicate"),
    ],
)
def test_predicted(low, high, said):
    """A range in words."""
    assert words.predicted(point(low=low, high=high)) == said


def test_measured():
    """A number has as many digits as its interval tells; what is counted is counted."""
    assert words.measured(point(0.54321, (0.5, 0.6))) == "0.543"
    assert words.measured(point(54321.0, (54320.0, 54322.0))) == "54321"
    assert words.measured(point(31 / 32, estimator="all")) == "31 of 32"
    assert words.measured(point(3.5e-18, (-0.004, 0.004))) == "0"
    assert words.measured(point(3.5e-18, (3e-18, 4e-18))) == "3.5e-18"


def test_interval():
    """In brackets; an end that is not known is open; what is counted or constant has none."""
    assert words.interval(point()) == "[0.4, 0.6]"
    assert words.interval(point(interval=(0.4, None))) == "[0.4, …]"
    assert words.interval(point(interval=(0.5, 0.5))) == ""
    assert words.interval(point(1.0, (1.0, 1.0), estimator="all")) == ""
    assert words.interval(Measured(0.5, (0.4, 0.6), 8)) == "[0.4, 0.6]"


def test_where():
    """The point of the sweep."""
    assert words.where(point()) == "k=10, lr=0.1"


def test_the_examples_are_true():
    """Those of the docstrings."""
    assert doctest.testmod(words).failed == 0
