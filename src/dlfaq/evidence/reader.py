"""From JSON to evidence: every field of its type, every outcome and verdict held to the numbers.

What a file says in words follows from what it says in numbers, so it is derived again; a file in
which the two differ is not read.
"""

import ast
import math
from itertools import pairwise
from typing import Any

from dlfaq.evidence.cursor import Cursor
from dlfaq.evidence.outcome import outcome_of, verdict_from
from dlfaq.evidence.record import (
    Bound,
    ClaimEvidence,
    Evidence,
    Line,
    Measured,
    Point,
    Side,
)
from dlfaq.evidence.verdict import together
from dlfaq.knowledge.estimators import ESTIMATORS
from dlfaq.knowledge.expectation import Expectation, ExpectationError, parse_expectation

VERSION = 2
ROUNDED = 2e-5  # relative: what is written with six digits is compared so
COLUMNS = ("x", "median", "low", "high")


def evidence_from_json(raw: Any) -> Evidence:
    """Rebuild what was written.

    Raises:
        UnexpectedError: If it is something else, or says of a number what it is not.
    """
    at = Cursor(raw)
    version = raw.get("version") if isinstance(raw, dict) else None
    if isinstance(raw, dict) and (version != VERSION or isinstance(version, bool)):
        at.wrong(f"its version is {ascii(version)[:20]}, not {VERSION}")
    found = at.fields(
        "version", "entry", "torch", "claims", "values", optional=("plots", "environment")
    )
    return Evidence(
        entry=found["entry"].text(),
        torch=found["torch"].text(),
        claims=found["claims"].mapping(_claim),
        values=found["values"].mapping(_measured),
        plots=found["plots"].mapping(_lines) if "plots" in found else {},
        environment=found["environment"].mapping(Cursor.text) if "environment" in found else {},
    )


def claim_from_json(raw: Any) -> ClaimEvidence:
    """Rebuild the part that is one claim's.

    Raises:
        UnexpectedError: If it is something else.
    """
    return _claim(Cursor(raw))


def measured_from_json(raw: Any) -> Measured:
    """Rebuild a number with its interval.

    Raises:
        UnexpectedError: If it is something else.
    """
    return _measured(Cursor(raw))


def lines_from_json(raw: Any) -> tuple[Line, ...]:
    """Rebuild the lines of a plot.

    Raises:
        UnexpectedError: If it is something else.
    """
    return _lines(Cursor(raw))


def _claim(at: Cursor) -> ClaimEvidence:
    found = at.fields(
        "verdict", "fingerprint", "expect", "own", "holds_under", "fails_under", "seeds"
    )
    try:
        expectation = parse_expectation(found["expect"].text())
    except (ExpectationError, RecursionError) as error:
        found["expect"].wrong(f"this is no expectation: {error}")

    def side(one: Cursor) -> Side:
        return _side(one, expectation)

    claim = ClaimEvidence(
        verdict=found["verdict"].text(),
        fingerprint=found["fingerprint"].mapping(Cursor.text),
        expect=found["expect"].text(),
        own=side(found["own"]),
        holds_under=found["holds_under"].mapping(side),
        fails_under=found["fails_under"].mapping(side),
        seeds=found["seeds"].sequence(Cursor.count),
    )
    if not claim.fails_under:
        found["fails_under"].wrong("there is no control")
    if claim.holds_under.keys() & claim.fails_under.keys():
        found["fails_under"].wrong("a condition stands here and among those that it holds under")
    if len(set(claim.seeds)) < len(claim.seeds):
        found["seeds"].wrong("a seed stands here twice")
    verdict = verdict_from(claim, expectation).word
    if claim.verdict != verdict:
        found["verdict"].wrong(f"it states '{claim.verdict[:20]}', and its numbers '{verdict}'")
    return claim


def _side(at: Cursor, expectation: Expectation) -> Side:
    found = at.fields("outcome", "replicates", "points")
    replicates = found["replicates"].count(1)
    points = found["points"].sequence(lambda one: _point(one, expectation, replicates))
    if not points:
        found["points"].wrong("nothing was measured")
    said = together([point.outcome for point in points])
    if found["outcome"].value != said:
        stated = found["outcome"].text()[:20]
        found["outcome"].wrong(f"it states '{stated}', and its points '{said}'")
    return Side(said, replicates, points)


def _point(at: Cursor, expectation: Expectation, replicates: int) -> Point:
    found = at.fields(
        *("at", "outcome", "estimate", "interval", "low", "high", "replicates", "estimator")
    )
    measured = _measured(
        Cursor(
            {name: found[name].value for name in ("estimate", "interval", "replicates")}, at.keys
        )
    )
    if measured.replicates != replicates:
        found["replicates"].wrong(f"it is not {replicates}, as for the whole")
    estimator = found["estimator"].text()
    if estimator != expectation.quantity.estimator:
        found["estimator"].wrong(f"the expectation is of {expectation.quantity.estimator}")
    if ESTIMATORS[estimator].counts and measured.interval != (measured.estimate,) * 2:
        found["interval"].wrong("what is counted has no interval but itself")
    if ESTIMATORS[estimator].takes == "condition" and not 0 <= measured.estimate <= 1:
        found["estimate"].wrong("it is a share")
    low = _prediction(found["low"], expectation.low)
    high = _prediction(found["high"], expectation.high)
    point = Point(
        at=found["at"].mapping(Cursor.scalar),
        outcome=found["outcome"].text(),
        estimate=measured.estimate,
        interval=measured.interval,
        low=low,
        high=high,
        replicates=replicates,
        estimator=estimator,
    )
    said = outcome_of(point, expectation)
    if point.outcome != said:
        found["outcome"].wrong(f"it states '{point.outcome[:20]}', and its numbers '{said}'")
    return point


def _prediction(at: Cursor, node: ast.expr | None) -> Bound:
    """A bound; where the expectation names it as a plain number it is that."""
    bound = at.bound()
    if (bound is None) is not (node is None):
        at.wrong("the expectation has such a bound" if node else "the expectation has none")
    try:
        named = node and float(ast.literal_eval(node))
    except (ValueError, TypeError, OverflowError):
        return bound  # it depends on parameters
    if named is not None and not _alike(bound, named):
        at.wrong(f"the expectation has {named:g}")
    return bound


def _measured(at: Cursor) -> Measured:
    found = at.fields("estimate", "interval", "replicates")
    estimate, ends = found["estimate"].number(), found["interval"].sequence(Cursor.bound)
    if len(ends) != 2:  # noqa: PLR2004 - a low and a high one
        found["interval"].wrong("an interval has two ends")
    ordered = [end for end in (ends[0], estimate, ends[1]) if end is not None]
    if any(one > next_ and not _alike(one, next_) for one, next_ in pairwise(ordered)):
        found["interval"].wrong("the estimate does not lie inside")
    return Measured(estimate, ends, found["replicates"].count(1))


def _lines(at: Cursor) -> tuple[Line, ...]:
    return at.sequence(_line)


def _line(at: Cursor) -> Line:
    found = at.fields("label", *COLUMNS, optional=("at",))
    columns = [found[name].sequence(Cursor.number) for name in COLUMNS]
    if len({len(column) for column in columns}) > 1 or not columns[0]:
        at.wrong("its columns are of different lengths, or empty")
    turned = found["at"].mapping(Cursor.scalar) if "at" in found else {}
    return Line(found["label"].text(), *columns, turned)


def _alike(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=ROUNDED, abs_tol=1e-300)
