"""A claim's figure: where it had to land, where it landed, and where its controls landed.

Inline SVG made by hand: it takes its colours from the page, so that it follows the palette, and its text stays text. One
panel an expectation, one row a point of the sweep, one row a control. Of a large sweep the lowest and the highest point
have rows of their own, and the others share one.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from dlfaq.site.axis import Axis, fit
from dlfaq.verify.evidence import Bound, ClaimEvidence, Judged, Point, Side

WIDTH, LEFT, RIGHT, ROW, TOP, BOTTOM = 400, 112, 328, 22, 4, 30
LABEL, HEADER = 16, 56  # letters that fit
MOST = 8  # points that each get a row
LEGEND = (
    "Band: predicted. Dot: measured, with its interval. Square: control, which must miss; an arrow: beyond the figure."
)
NAMES = {"holds": "inside the prediction", "fails": "outside the prediction", "inconclusive": "undecided"}


@dataclass(frozen=True)
class Row:
    """One row: a measurement and the prediction it is held against.

    Attributes:
        control: The number of the control, 0 for the claim's own.
        crowd: The estimates of several points that share the row; `estimate` is one of them, and `interval` holds all theirs.
    """

    label: str
    control: int
    outcome: str
    estimate: float
    interval: tuple[Bound, Bound]
    low: Bound
    high: Bound
    replicates: int
    crowd: tuple[float, ...] = ()


@dataclass(frozen=True)
class Panel:
    """One expectation; `names` are the swept parameters whose values the labels are."""

    expect: str
    names: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Figure:
    """All panels of a claim; the id is unique on its page."""

    id: str
    panels: tuple[Panel, ...]


def claim_figure(evidence: ClaimEvidence, name: str) -> Figure:
    """The figure of a claim: every point of its own, and of each control the point that says most.

    A control is shown with the expectations that it fails; where it fails none, with all.
    """
    return Figure(name, tuple(_panel(judged, evidence.controls) for judged in evidence.claim.expectations))


def figure_from_json(raw: Mapping[str, Any]) -> Figure:
    """A figure from what JSON made of it.

    Raises:
        ValueError, TypeError, KeyError: If it is no figure.
    """
    panels = [
        Panel(str(panel["expect"]), str(panel["names"]), tuple(_row_from_json(row) for row in panel["rows"]))
        for panel in raw["panels"]
    ]
    return Figure("".join(letter for letter in str(raw["id"]) if letter.isalnum() or letter == "-"), tuple(panels))


def draw(figure: Figure) -> str:
    """The figure as HTML: one SVG a panel."""
    several = len(figure.panels) > 1
    parts = []
    for number, panel in enumerate(figure.panels, 1):
        if several:
            parts.append(f'<p class="dl-panel"><code>{escape(panel.expect)}</code></p>')
        parts.append(_svg(panel, f"{figure.id}-{number}"))
    return f'<figure class="dl-figure">{"".join(parts)}<figcaption>{LEGEND}</figcaption></figure>'


def number(value: float | None, digits: int = 3) -> str:
    """Some significant digits; an open end has none."""
    return "…" if value is None else f"{value:.{digits}g}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")


def digits(point: Point | Row) -> int:
    """How many digits tell an estimate from the ends of its interval."""
    ends = [end for end in point.interval if end is not None]
    width = max((abs(point.estimate - end) for end in ends), default=0.0)
    if not width or not point.estimate:
        return 3
    return min(max(math.ceil(math.log10(abs(point.estimate)) - math.log10(width)) + 2, 3), 4)


def interval(point: Point | Row) -> str:
    """The ends of the interval; a condition is counted, and has none."""
    if point.low is None and point.high is None:
        return "none"
    low, high = (number(end, digits(point)) for end in point.interval)
    return f"{low} to {high}"


def prediction(point: Point | Row) -> str:
    """The predicted range in words."""
    if point.low is None and point.high is None:
        return "in every replicate"
    if point.low is None:
        return f"below {number(point.high)}"
    return f"above {number(point.low)}" if point.high is None else f"{number(point.low)} to {number(point.high)}"


def measured(point: Point | Row) -> str:
    """The estimate; of a condition, in how many replicates it held."""
    if point.low is None and point.high is None:
        return f"{round(point.estimate * point.replicates)} of {point.replicates}"
    return number(point.estimate, digits(point))


def _panel(judged: Judged, controls: tuple[Side, ...]) -> Panel:
    own = _own(judged.points)
    for place, side in enumerate(controls, 1):
        same = tuple(one for one in side.expectations if one.expect == judged.expect)
        fails = {one.outcome for one in same} == {"fails"} or side.outcome != "fails"
        if fails and any(one.points for one in same):
            point = Side(side.outcome, side.replicates, same).decisive()[1]
            own.append(_row(f"control {place}" if len(controls) > 1 else "control", place, point))
    names = ", ".join(judged.points[0].at) if len(own) > 1 and judged.points else ""
    return Panel(judged.expect, names, tuple(own))


def _own(points: tuple[Point, ...]) -> list[Row]:
    """A row a point, where they are few; a condition that held in every replicate at every point is one row."""
    if len(points) > 1 and all(point.low is None and point.high is None and point.estimate == 1 for point in points):
        row = _row(f"all {len(points)} points", 0, points[0])
        return [replace(row, replicates=sum(point.replicates for point in points))]
    held = [point for point in points if point.outcome == "holds"]
    if len(points) <= MOST or len(held) <= MOST or len({(point.low, point.high) for point in held}) > 1:
        return [_own_row(point) for point in points]
    rest = [_own_row(point) for point in points if point.outcome != "holds"]
    lowest, *between, highest = sorted(held, key=lambda point: point.estimate)
    return [_own_row(lowest), _together(between), _own_row(highest), *rest]


def _own_row(point: Point) -> Row:
    return _row(", ".join(map(_value, point.at.values())) or "measured", 0, point)


def _together(points: list[Point]) -> Row:
    """Points that are held against the same prediction, as one row."""

    def widest(end: int, choose: Callable[[list[float]], float]) -> Bound:
        ends = [point.interval[end] for point in points]
        known = [value for value in ends if value is not None]
        return choose(known) if len(known) == len(ends) else None

    row = _row(f"{len(points)} between", 0, points[len(points) // 2])
    crowd = tuple(point.estimate for point in points)
    return replace(row, interval=(widest(0, min), widest(1, max)), crowd=crowd)


def _value(value: object) -> str:
    return number(value) if isinstance(value, float) else str(value)


def _row(label: str, control: int, point: Point) -> Row:
    return Row(label, control, point.outcome, point.estimate, point.interval, point.low, point.high, point.replicates)


def _row_from_json(raw: Mapping[str, Any]) -> Row:
    def real(value: Any) -> float:
        value = float(value)
        if not math.isfinite(value):
            msg = "a figure shows finite numbers"
            raise ValueError(msg)
        return value

    def bound(value: Any) -> Bound:
        return None if value is None else real(value)

    low, high = raw["interval"]
    return Row(
        str(raw["label"]), int(raw["control"]), str(raw["outcome"]), real(raw["estimate"]), (bound(low), bound(high)),
        bound(raw["low"]), bound(raw["high"]), int(raw["replicates"]), tuple(map(real, raw.get("crowd", ()))),
    )  # fmt: skip


def _svg(panel: Panel, name: str) -> str:
    axis = fit(panel.rows, LEFT, RIGHT)
    bare = all(
        row.low is None and row.high is None and row.estimate == 1 for row in panel.rows
    )  # there is nothing to read off an axis
    top = TOP + (ROW if panel.names else 0)
    height = top + ROW * len(panel.rows) + (TOP if bare else BOTTOM)
    header = (
        f'<text x="0" y="{TOP + 13}" class="dl-text dl-names">{_cut(panel.names, HEADER)}</text>' if panel.names else ""
    )
    rows = "".join(_draw_row(row, top + ROW * (place + 0.5), axis) for place, row in enumerate(panel.rows))
    words = f"{panel.expect}. " + " ".join(_sentence(row) for row in panel.rows)
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="{name}-t {name}-d" class="dl-svg">'
        f'<title id="{name}-t">Measured against predicted</title><desc id="{name}-d">{escape(words)}</desc>'
        f"{header}{rows}{'' if bare else _ticks(axis, height - BOTTOM)}</svg>"
    )


def _draw_row(row: Row, y: float, axis: Axis) -> str:
    kind = "control" if row.control else "own"
    return (
        _band(row, y, axis)
        + f'<text x="{LEFT - 8}" y="{y + 4.5:.1f}" text-anchor="end" class="dl-text">{_cut(row.label, LABEL)}</text>'
        + _mark(row, y, axis, kind)
        + ("" if row.crowd else _written(row, y, kind))
    )


def _written(row: Row, y: float, kind: str) -> str:
    told = measured(row).replace(" of ", "/")
    return f'<text x="{RIGHT + 10}" y="{y + 4.5:.1f}" class="dl-text dl-{kind}-text">{told}</text>'


def _band(row: Row, y: float, axis: Axis) -> str:
    """Where the measurement had to land; an identity has to hold in all replicates."""
    low, high = (1.0, 1.0) if row.low is None and row.high is None else (row.low, row.high)
    left = LEFT if low is None else axis.place(low)
    right = RIGHT if high is None else axis.place(high)
    band = f'<rect x="{left:.1f}" y="{y - ROW / 2:.1f}" width="{max(right - left, 0):.1f}" height="{ROW}" class="dl-band"/>'
    edges = [place for end, place in ((low, left), (high, right)) if end is not None and axis.shows(end)]
    return band + "".join(
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y - ROW / 2:.1f}" y2="{y + ROW / 2:.1f}" class="dl-edge"/>'
        for x in edges
    )


def _mark(row: Row, y: float, axis: Axis, kind: str) -> str:
    """The interval and the estimate; an arrow where it lies beyond the figure."""
    x = axis.place(row.estimate)
    if not axis.shows(row.estimate):
        tip = 8 if x >= RIGHT else -8
        return f'<polygon points="{x - tip:.1f},{y - 6:.1f} {x:.1f},{y:.1f} {x - tip:.1f},{y + 6:.1f}" class="dl-dot {kind}"/>'
    left, right = row.interval
    x1, x2 = LEFT if left is None else axis.place(left), RIGHT if right is None else axis.place(right)
    line = f'<line x1="{x1:.1f}" x2="{x2:.1f}" y1="{y:.1f}" y2="{y:.1f}" class="dl-line {kind}"/>'
    if row.crowd:
        places = sorted({round(axis.place(value)) for value in row.crowd})
        return line + "".join(
            f'<circle cx="{place}" cy="{y:.1f}" r="4" class="dl-dot {kind} dl-crowd"/>' for place in places
        )
    shape = (
        f'<rect x="{x - 4.5:.1f}" y="{y - 4.5:.1f}" width="9" height="9" class="dl-dot {kind}"/>'
        if row.control
        else f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" class="dl-dot {kind}"/>'
    )
    return line + shape


def _ticks(axis: Axis, base: int) -> str:
    parts = [f'<line x1="{LEFT}" x2="{RIGHT}" y1="{base + 3}" y2="{base + 3}" class="dl-axis"/>']
    for value, written in axis.ticks():
        x = axis.place(value)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{base + 3}" y2="{base + 7}" class="dl-axis"/>')
        parts.append(f'<text x="{x:.1f}" y="{base + 21}" text-anchor="middle" class="dl-text">{written}</text>')
    return "".join(parts)


def _cut(text: str, letters: int) -> str:
    return escape(text if len(text) <= letters else f"{text[: letters - 1]}…")


def _sentence(row: Row) -> str:
    ends = "" if interval(row) == "none" else f" (interval {interval(row)})"
    if row.crowd:
        return f"{row.label} these: {number(min(row.crowd))} to {number(max(row.crowd))}, all inside the prediction."
    return f"{row.label}: {measured(row)}{ends}, predicted {prediction(row)}: {NAMES.get(row.outcome, row.outcome)}."
