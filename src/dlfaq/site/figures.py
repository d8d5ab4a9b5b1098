"""A claim's figure: where it had to land, where it landed, and where its controls landed.

Inline SVG made by hand: it takes its colours from the page, so that it follows the palette, and its text stays text.
"""

import math
from collections.abc import Callable, Sequence
from html import escape
from typing import NamedTuple

from dlfaq.verify.evidence import ClaimEvidence, Point, Side

WIDTH, LEFT, RIGHT, ROW, TOP, BOTTOM = 640, 190, 20, 26, 10, 34
TICKS, DECADES = 5, 1.5
NAMES = {"holds": "inside the prediction", "fails": "outside the prediction", "inconclusive": "undecided"}


class Row(NamedTuple):
    """One line of the figure."""

    label: str
    point: Point
    control: bool


def rows(evidence: ClaimEvidence) -> list[Row]:
    """The claim's own points of the decisive expectation, then each control's point that fails it most clearly."""
    judged, _ = evidence.claim.decisive()
    own = [Row(_label(point, "measured"), point, control=False) for point in judged.points]
    return own + [
        Row(
            f"control {number}" if len(evidence.controls) > 1 else "control",
            _control_point(side, judged.expect),
            control=True,
        )
        for number, side in enumerate(evidence.controls, 1)
    ]


def _control_point(side: Side, expect: str) -> Point:
    same = [one for one in side.expectations if one.expect == expect]
    failing = [point for one in same for point in one.points if point.outcome == "fails"]
    return failing[0] if failing else side.decisive()[1]


def _label(point: Point, default: str) -> str:
    return ", ".join(f"{name}={value}" for name, value in point.at.items()) or default


def claim_figure(evidence: ClaimEvidence, name: str) -> str:
    """The figure as SVG.

    Args:
        evidence: What was measured.
        name: An id that is unique on the page.
    """
    shown = rows(evidence)
    low, high, scale, back = _axis([row.point for row in shown])
    height = TOP + ROW * len(shown) + BOTTOM

    def x(value: float | None, default: float) -> float:
        position = default if value is None else (scale(value) - low) / (high - low) if _fits(value, scale) else default
        return LEFT + min(max(position, 0), 1) * (WIDTH - LEFT - RIGHT)

    parts = [_row(row, TOP + ROW * (i + 0.5), x) for i, row in enumerate(shown)]
    parts.append(_ticks(low, high, back, height))
    title, text = "Measured against predicted", " ".join(_sentence(row) for row in shown)
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="{name}-t {name}-d" class="dl-svg">'
        f'<title id="{name}-t">{title}</title><desc id="{name}-d">{escape(text)}</desc>{"".join(parts)}</svg>'
    )


def _fits(value: float, scale: Callable[[float], float]) -> bool:
    return value > 0 or scale is not math.log10


def _axis(points: Sequence[Point]) -> tuple[float, float, Callable[[float], float], Callable[[float], float]]:
    """Ends of the axis and its scale: logarithmic where positive values span decades."""
    values = [
        value
        for point in points
        for value in (point.estimate, point.low, point.high, *point.interval)
        if value is not None
    ]
    positive = all(value > 0 for value in values)
    logarithmic = positive and math.log10(max(values) / min(values)) > DECADES
    scale, back = (math.log10, lambda value: 10**value) if logarithmic else (float, float)
    low, high = min(map(scale, values)), max(map(scale, values))
    margin = 0.08 * (high - low) or max(abs(high) * 0.1, 0.1)
    return low - margin, high + margin, scale, back


def _row(row: Row, y: float, x: Callable[[float | None, float], float]) -> str:
    point = row.point
    kind = "control" if row.control else "own"
    band_left, band_right = x(point.low, 0), x(point.high, 1)
    left, right, middle = x(point.interval[0], 0), x(point.interval[1], 1), x(point.estimate, 0.5)
    shape = (
        f'<rect x="{middle - 4.5:.1f}" y="{y - 4.5:.1f}" width="9" height="9" class="dl-dot {kind}"/>'
        if row.control
        else f'<circle cx="{middle:.1f}" cy="{y:.1f}" r="5" class="dl-dot {kind}"/>'
    )
    band = max(band_right - band_left, 2)
    return (
        f'<rect x="{band_left:.1f}" y="{y - ROW / 2 + 1:.1f}" width="{band:.1f}" height="{ROW - 2}" class="dl-band"/>'
        f'<line x1="{left:.1f}" x2="{right:.1f}" y1="{y:.1f}" y2="{y:.1f}" class="dl-line {kind}"/>{shape}'
        f'<text x="{LEFT - 10}" y="{y + 4:.1f}" text-anchor="end" class="dl-text">{escape(_short(row.label))}</text>'
    )


def _short(label: str) -> str:
    return label if len(label) <= 28 else label[:27] + "…"  # noqa: PLR2004 - what fits on the left


def _ticks(low: float, high: float, back: Callable[[float], float], height: int) -> str:
    base = height - BOTTOM + 6
    parts = [f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{base}" y2="{base}" class="dl-axis"/>']
    for i in range(TICKS):
        share = i / (TICKS - 1)
        place = LEFT + share * (WIDTH - LEFT - RIGHT)
        value = back(low + share * (high - low))
        parts.append(
            f'<text x="{place:.1f}" y="{base + 18}" text-anchor="middle" class="dl-text">{number(value)}</text>'
        )
        parts.append(f'<line x1="{place:.1f}" x2="{place:.1f}" y1="{base}" y2="{base + 4}" class="dl-axis"/>')
    return "".join(parts)


def number(value: float | None) -> str:
    """Three significant digits; an open end has none."""
    return "…" if value is None else f"{value:.3g}"


def prediction(point: Point) -> str:
    """The predicted range in words."""
    if point.low is None and point.high is None:
        return "in every replicate"
    if point.low is None:
        return f"below {number(point.high)}"
    return f"above {number(point.low)}" if point.high is None else f"{number(point.low)} to {number(point.high)}"


def _sentence(row: Row) -> str:
    low, high = row.point.interval
    return (
        f"{row.label}: {number(row.point.estimate)}, interval {number(low)} to {number(high)}, "
        f"predicted {prediction(row.point)}: {NAMES[row.point.outcome]}."
    )
