"""What was measured of an entry, as values.

Conditions have names, and a point knows its estimator.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from dlfaq.evidence.verdict import Outcome
from dlfaq.knowledge.experiment import Scalar

Bound = float | None  # None is unbounded: JSON has no infinity

_ORDER = ("fails", "inconclusive", "holds")


@dataclass(frozen=True)
class Measured:
    """An estimate over replicates with its confidence interval."""

    estimate: float
    interval: tuple[Bound, Bound]
    replicates: int


@dataclass(frozen=True)
class Point:
    """A claim's expectation at one point of the sweep.

    Attributes:
        at: The swept parameters here; empty without a sweep, and for what is measured along the
            whole sweep.
        low: Lower end of the prediction here, None if there is none.
        high: Upper end of the prediction here, None if there is none.
        estimator: The name of one of `knowledge.estimators.ESTIMATORS`.
    """

    at: Mapping[str, Scalar]
    outcome: Outcome
    estimate: float
    interval: tuple[Bound, Bound]
    low: Bound
    high: Bound
    replicates: int
    estimator: str = "mean"


@dataclass(frozen=True)
class Side:
    """A claim's expectation in one setting: its own, or under a condition."""

    outcome: Outcome
    replicates: int
    points: tuple[Point, ...]

    def decisive(self) -> Point:
        """The point that says most: one that fails, else the one nearest to a bound.

        What a table with one line a claim shows. LookupError if nothing was measured.
        """
        if not self.points:
            msg = "nothing was measured"
            raise LookupError(msg)
        return min(self.points, key=lambda point: (_ORDER.index(point.outcome), _room(point)))


@dataclass(frozen=True)
class ClaimEvidence:
    """What was measured of a claim.

    Attributes:
        verdict: A `Verdict`'s word.
        fingerprint: `claim` (its definition) and `simulation` (its source and what it imports).
        expect: The expectation that was judged.
        own: In the claim's own setting.
        holds_under: By condition.
        fails_under: By condition.
        seeds: The seeds of other replicates on which the same verdict came out, in order.
    """

    verdict: str
    fingerprint: Mapping[str, str]
    expect: str
    own: Side
    holds_under: Mapping[str, Side] = field(default_factory=dict)
    fails_under: Mapping[str, Side] = field(default_factory=dict)
    seeds: tuple[int, ...] = ()

    def side(self, condition: str) -> Side:
        """Its own side for "", or that under a condition; KeyError if there is none."""
        if not condition:
            return self.own
        return {**self.holds_under, **self.fails_under}[condition]


@dataclass(frozen=True)
class Line:
    """One line of a plot: at each `x` the median over the replicates, and the middle 80 % of them.

    `at` says for which setting of what a reader may turn; it is empty where there is nothing.
    """

    label: str
    x: tuple[float, ...]
    median: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    at: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True)
class Evidence:
    """One entry's evidence.

    Attributes:
        torch: The torch version that measured it.
        claims: By claim id.
        values: Every placeholder of the entry's texts, by its text, e.g. `ln-k[k=10].mean(loss)`.
        plots: The lines of every plot, by its key.
        environment: In which it was measured: processor, settings, Python. It is no part of what
            was measured: two that differ in it alone are the same evidence.
    """

    entry: str
    torch: str
    claims: Mapping[str, ClaimEvidence] = field(default_factory=dict)
    values: Mapping[str, Measured] = field(default_factory=dict)
    plots: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict, compare=False)


def _room(point: Point) -> float:
    """Distance to the nearer bound in half-widths of the interval.

    It is negative beyond the bound, and infinite without bounds.
    """
    ends = [end for end in point.interval if end is not None]
    width = (max(ends) - min(ends)) / 2 if ends else 0.0
    distances = [point.high - point.estimate] if point.high is not None else []
    distances += [point.estimate - point.low] if point.low is not None else []
    scale = width or 1e-9 * max(1.0, abs(point.estimate))
    return min(distances, default=math.inf) / scale
