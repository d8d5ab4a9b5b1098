"""From measurements to outcomes: an expectation at one point of a sweep, and at all together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from dlfaq.evidence.outcome import outcome
from dlfaq.evidence.record import Measured, Point
from dlfaq.evidence.verdict import Outcome, together
from dlfaq.knowledge.estimators import ESTIMATORS
from dlfaq.knowledge.expectation import Expectation, Quantity
from dlfaq.knowledge.experiment import Scalar
from dlfaq.knowledge.ranges import Range, range_of
from dlfaq.verify.evaluate import ExpressionError, Scope, number, per_replicate
from dlfaq.verify.intervals import EstimateError, extremes
from dlfaq.verify.levels import SHOWN_ALPHA, SIDE_ALPHA, level


class JudgeError(ValueError):
    """Measurements that cannot be judged.

    The message names the expectation, the point and the cause.
    """


@dataclass(frozen=True)
class Measurement:
    """What one setting measured so far.

    Attributes:
        points: The swept parameters at each point; one empty mapping without a sweep.
        scopes: What the names stand for at each point.
        replicates: R of every array in them.
        ranges: The bounds that the simulation states of its metrics, by name.
    """

    points: Sequence[Mapping[str, Scalar]]
    scopes: Sequence[Scope]
    replicates: int
    ranges: Mapping[str, Range] = field(default_factory=dict)


def judge(
    expectation: Expectation,
    measured: Measurement,
    look: int,
    side_alpha: float = SIDE_ALPHA,
    *,
    exact: bool = False,
) -> tuple[Outcome, tuple[Point, ...]]:
    """Judge one setting: the expectation must hold at all points.

    Args:
        expectation: The claim's.
        measured: Everything that was measured so far.
        look: Which look this is, from 1: each spends a part of what the setting may spend.
        side_alpha: Error probability of the whole setting, over all looks.
        exact: Nothing is left to chance: the prediction must hold in every replicate.

    Raises:
        JudgeError: If an expression has no finite value.
    """
    places = _places(expectation.quantity, measured)
    alpha = level(len(places), look, side_alpha)
    points = tuple(
        _judge_point(expectation, measured, place, alpha, exact=exact) for place in places
    )
    return together([point.outcome for point in points]), points


def measure(quantity: Quantity, at: Mapping[str, Scalar], measured: Measurement) -> Measured:
    """A number for a text: the quantity at one point, with its 95 % confidence interval.

    Args:
        quantity: From `parse_quantity`.
        at: The swept parameters; those that are left out must leave one point only.
        measured: Everything that was measured.

    Raises:
        JudgeError: If there is no such point, or no finite value.
    """
    if quantity.along_sweep:
        places = [range(len(measured.points))]
    else:
        places = [[i] for i, point in enumerate(measured.points) if at.items() <= point.items()]
    if len(places) != 1:
        msg = f"`{quantity.text}` needs one point of the sweep, and {dict(at)} leaves {len(places)}"
        raise JudgeError(msg)
    return _estimate(quantity, measured, places[0], SHOWN_ALPHA)


def _places(quantity: Quantity, measured: Measurement) -> list[Sequence[int]]:
    """Which points of the sweep are looked at together: all at once, or each by itself."""
    count = range(len(measured.points))
    return [count] if quantity.along_sweep else [[i] for i in count]


def _judge_point(
    expectation: Expectation,
    measured: Measurement,
    place: Sequence[int],
    alpha: float,
    *,
    exact: bool,
) -> Point:
    quantity = expectation.quantity
    estimate = _estimate(quantity, measured, place, alpha, exact=exact)
    scopes = [measured.scopes[i] for i in place]
    try:
        low, high = (
            None if node is None else number(node, scopes)
            for node in (expectation.low, expectation.high)
        )
    except ExpressionError as error:
        raise _explained(error, expectation.text, measured, place) from error
    at = {} if quantity.along_sweep else dict(measured.points[place[0]])
    said = outcome(estimate.interval, expectation, low, high)
    return Point(
        at,
        said,
        estimate.estimate,
        estimate.interval,
        low,
        high,
        estimate.replicates,
        quantity.estimator,
    )


def _estimate(
    quantity: Quantity,
    measured: Measurement,
    place: Sequence[int],
    alpha: float,
    *,
    exact: bool = False,
) -> Measured:
    estimator = ESTIMATORS[quantity.estimator]
    scopes = [measured.scopes[i] for i in place]
    try:
        samples = per_replicate(quantity, scopes, measured.replicates)
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is named below
            found = estimator.function()(samples, alpha, _range(quantity, measured, scopes))
        if not np.isfinite(
            [end for end in (found.estimate, *found.interval) if end is not None]
        ).all():
            msg = "the numbers are too large to be summed up"
            raise EstimateError(msg)
    except (ExpressionError, EstimateError) as error:
        raise _explained(error, quantity.text, measured, place) from error
    if exact and estimator.takes == "number":
        return replace(found, interval=extremes(samples))
    return found


def _range(quantity: Quantity, measured: Measurement, scopes: Sequence[Scope]) -> Range:
    """The bounds of what is estimated, from the bounds of metrics and the values of parameters."""
    if quantity.along_sweep or ESTIMATORS[quantity.estimator].takes != "number":
        return (None, None)
    values = {name: float(value) for name, value in scopes[0].items() if np.ndim(value) == 0}
    known = {name: (value, value) for name, value in values.items()}
    return range_of(quantity.body, {**known, **measured.ranges})


def _explained(
    error: ValueError, text: str, measured: Measurement, place: Sequence[int]
) -> JudgeError:
    at = (
        ", ".join(f"{name}={value}" for name, value in measured.points[place[0]].items())
        if len(place) == 1
        else ""
    )
    return JudgeError(f"`{text}`{f' at {at}' if at else ''}: {error}")
