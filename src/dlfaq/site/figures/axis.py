"""The scale of a figure: wide enough for all that was measured, narrow enough to see it."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dlfaq.evidence.record import Point
from dlfaq.knowledge.estimators import ESTIMATORS

SPREAD = 100  # from here on positive values get a logarithmic scale
REACH = 3.0  # what lies farther away than so many widths of the rest becomes an arrow
MARGIN = 0.07
TICKS = 4
APART = 38  # that their numbers do not touch
DECADES = 2  # from so many on the ticks are powers of ten
PLAIN = 5  # powers of ten from which on numbers are written as such
THOUSANDTH = -3  # the smallest power of ten that is written out
LARGEST, SMALLEST = 1e300, 1e-300  # beyond, floats have no room for the arithmetic of an axis


@dataclass(frozen=True)
class Axis:
    """A scale from values to places.

    Attributes:
        low: Its lower end, as a logarithm where `log`.
        high: Its upper end.
        log: Whether it is logarithmic.
        left: Where the lower end is drawn.
        right: Where the upper end is drawn.
        counts: Whether it shows in how many replicates something held.
    """

    low: float
    high: float
    log: bool
    left: float
    right: float
    counts: bool = False

    def place(self, value: float) -> float:
        """Where a value lies; beyond the ends, at the end."""
        scaled = _scale(value, log=self.log)
        share = (
            (scaled - self.low) / (self.high - self.low)
            if math.isfinite(scaled)
            else float(scaled > 0)
        )
        return self.left + min(max(share, 0.0), 1.0) * (self.right - self.left)

    def shows(self, value: float) -> bool:
        """Whether a value lies between the ends."""
        return self.low <= _scale(value, log=self.log) <= self.high

    def ticks(self, parts: int = 2) -> list[tuple[float, str]]:
        """A few round values, at least `parts` of them if there is room, each as it is written."""
        if self.counts:
            return [(0.0, "none"), (1.0, "all")]
        if self.log and self.high - self.low >= DECADES:
            step = max(1, math.ceil((self.high - self.low) / TICKS))
            powers = range(
                math.ceil(self.low / step) * step, math.floor(self.high) + 1, step
            )  # 1 is among them
            return [
                (10.0**power, f"{10.0**power:g}" if THOUSANDTH <= power < PLAIN else f"1e{power}")
                for power in powers
            ]
        low, high = (10**self.low, 10**self.high) if self.log else (self.low, self.high)
        step = _round_step((high - low) / parts)
        found, last = [], -math.inf
        for place in range(math.ceil(low / step), math.floor(high / step) + 1):
            if self.place(place * step) - last >= APART:
                last = self.place(place * step)
                found.append((place * step, _written(place * step, step)))
        return found


def fit(own: Sequence[Point], others: Sequence[Point], left: float, right: float) -> Axis:
    """An axis for some measurements and their predictions.

    Args:
        own: A claim's own points. They and the predictions always fit in.
        others: What was measured under conditions. It fits in unless it lies so far away that
            nothing else could be seen.
        left: Where the axis begins.
        right: Where it ends.
    """
    if all(not is_bounded(point) for point in (*own, *others)):
        return Axis(-MARGIN, 1 + MARGIN, log=False, left=left, right=right, counts=True)
    kept = [value for point in own for value in _values(point)] or [
        value for point in others for value in _values(point)
    ]
    beside = [_held(point.estimate) for point in others]
    log = min(kept) > 0 and max(kept) / min(kept) > SPREAD
    both = [*kept, *beside]
    log = log or (min(both) > 0 and max(both) / min(both) > SPREAD)
    low, high = _ends((_scale(value, log=log) for value in kept), log=log)
    width = high - low
    for value in (_scale(one, log=log) for one in beside):
        if low - REACH * width <= value <= high + REACH * width:
            low, high = min(low, value), max(high, value)
    margin = MARGIN * (high - low)
    low, high = low - margin, high + margin
    if log:
        low, high = max(low, math.log10(SMALLEST)), min(high, math.log10(LARGEST))
    return Axis(low, high, log, left, right)


def is_bounded(point: Point) -> bool:
    """Whether its prediction has bounds; otherwise it holds in every replicate, or it does not."""
    estimator = ESTIMATORS.get(point.estimator)
    return estimator is None or estimator.bounded


def _values(point: Point) -> list[float]:
    ends = [point.estimate, *point.interval, point.low, point.high]
    return [_held(value) for value in ends if value is not None]


def _held(value: float) -> float:
    return 0.0 if abs(value) < SMALLEST else min(max(value, -LARGEST), LARGEST)


def _ends(values: Iterable[float], *, log: bool) -> tuple[float, float]:
    known = [value for value in values if math.isfinite(value)]
    low, high = min(known), max(known)
    if high - low > 1e-9 * max(abs(low), abs(high)):  # else they are the same but for rounding
        return low, high
    around = 0.5 if log else abs(high) * 0.1 or 0.1
    return low - around, high + around


def _scale(value: float, *, log: bool) -> float:
    value = _held(value)
    if not log:
        return value
    return math.log10(value) if value > 0 else -math.inf


def _round_step(step: float) -> float:
    """The nearest of 1, 2, 5, 10, … that is no larger: at least two ticks, at most five."""
    power = 10.0 ** math.floor(math.log10(step))
    return next((factor * power for factor in (5, 2) if factor * power <= step), power)


def _written(value: float, step: float) -> str:
    """With as many decimals as tell one tick from the next."""
    if abs(value) >= 10**PLAIN or step < 10**-PLAIN:
        return f"{value:.3g}".replace("e+0", "e").replace("e+", "e").replace("e-0", "e-")
    return f"{value:.{max(0, -math.floor(math.log10(step)))}f}" if value else "0"
