"""Measurements and predictions in words: the same on a terminal, a page, in pytest and in JSON."""

import math

from dlfaq.evidence.record import Bound, Measured, Point
from dlfaq.knowledge.estimators import ESTIMATORS

OPEN = "…"  # an end of an interval, or a bound, that is not there
OUTCOMES = {
    "holds": "inside the prediction",
    "fails": "outside the prediction",
    "inconclusive": "undecided",
}


def number(value: Bound, digits: int = 3) -> str:
    """Some significant digits; an open end has none.

    >>> number(1234.5), number(0.000012), number(None)
    ('1234', '1.2e-5', '…')
    """
    if value is None:
        return OPEN
    size = abs(value)
    if 10**digits <= size < 1e6:  # noqa: PLR2004 - up to a million is read at a glance
        return f"{value:.0f}"
    shown = f"{value:.{digits}g}"
    return shown.replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")


def digits(point: Point | Measured) -> int:
    """How many digits tell an estimate from the ends of its interval."""
    ends = [end for end in point.interval if end is not None]
    width = max((abs(point.estimate - end) for end in ends), default=0.0)
    if not width or not point.estimate:
        return 3
    return min(max(math.ceil(math.log10(abs(point.estimate)) - math.log10(width)) + 2, 3), 4)


def measured(point: Point) -> str:
    """The estimate; of what is counted, in how many replicates it held."""
    if _counts(point):
        return f"{round(point.estimate * point.replicates)} of {point.replicates}"
    return number(_rounded(point), digits(point))


def interval(point: Point | Measured) -> str:
    """The ends of the interval in brackets; empty for what is counted, and for a constant."""
    low, high = point.interval
    if _counts(point) or (low == high and low is not None):
        return ""
    return f"[{number(low, digits(point))}, {number(high, digits(point))}]"


def predicted(point: Point) -> str:
    """The predicted range in words.

    >>> predicted(Point({}, "holds", 0.5, (0.4, 0.6), 0.2, None, 32))
    'above 0.2'
    """
    low, high = number(point.low), number(point.high)
    if point.low is None and point.high is None:
        return "in every replicate"
    if point.low is None:
        return f"below {high}"
    return f"above {low}" if point.high is None else f"{low} to {high}"


def where(point: Point) -> str:
    """At which point of the sweep; empty without one."""
    return ", ".join(f"{name}={value}" for name, value in point.at.items())


def _rounded(point: Point) -> float:
    """0 for an estimate that is rounding error beside its interval."""
    ends = [abs(end) for end in point.interval if end is not None]
    return 0.0 if abs(point.estimate) < 1e-9 * max(ends, default=0.0) else point.estimate


def _counts(point: Point | Measured) -> bool:
    return (
        isinstance(point, Point)
        and point.estimator in ESTIMATORS
        and ESTIMATORS[point.estimator].counts
    )
