"""A claim's figure: where it had to land, where it landed, and where its conditions landed.

One row a point of the sweep, one row a condition. Of a large sweep the lowest and the highest point
have rows of their own, and the others share one.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Literal

from dlfaq.evidence.record import Bound, ClaimEvidence, Point
from dlfaq.evidence.words import OUTCOMES, interval, measured, number, predicted
from dlfaq.site.figures.axis import Axis, fit, is_bounded
from dlfaq.site.figures.quantity import wrapped
from dlfaq.site.figures.svg import line, tag, text

WIDTH, LEFT, RIGHT, ROW, BAR, TOP, BOTTOM = 480, 6, 372, 38, 16, 2, 30
LABEL = 46  # letters of a row's name that fit on a phone
NAME, LINE, LINES = 17, 46, 3  # of the axis' name: height and letters of a line, lines at most
DROP = 10  # below the last of them
EDGE = 24  # a tick nearer to the left edge has its number to its right
MOST = 8  # points that each get a row
LEGENDS = {
    "own": "Band: predicted. Dot: measured, with its interval.",
    "holds": "Ring: under a condition, where it holds too.",
    "fails": "Square: under a condition where it must miss.",
}
FAR = "Arrow: beyond the figure."

Part = Literal["own", "holds", "fails"]


@dataclass(frozen=True)
class Row:
    """One row: a measurement with the prediction that it is held against.

    Attributes:
        part: What the claim says of it: its own setting, or a condition.
        crowd: The estimates of several points that share the row; the interval of `point` holds
            all of theirs.
    """

    label: str
    part: Part
    point: Point
    crowd: tuple[float, ...] = ()


def rows_of(evidence: ClaimEvidence, named: Callable[[str], str]) -> list[Row]:
    """The rows of a claim: every point of its own, and of each condition the one that says most.

    Args:
        evidence: What was measured.
        named: A condition's name in words.
    """
    rows = _own(evidence.own.points)
    parts: tuple[tuple[Part, dict], ...] = (
        ("holds", dict(evidence.holds_under)),
        ("fails", dict(evidence.fails_under)),
    )
    for part, sides in parts:
        for condition, side in sides.items():
            if side.points:
                point = side.decisive()
                rows.append(Row(_join(named(condition), place(point)), part, point))
    return rows


def draw_claim(rows: Sequence[Row], name: str, across: str = "", *, small: bool = False) -> str:
    """The figure as HTML.

    Args:
        rows: What is drawn, from above.
        name: Unique on its page.
        across: What the axis shows; a name too long for three lines is left out.
        small: Without a caption.
    """
    own = [row.point for row in rows if row.part == "own"]
    axis = fit(own, [row.point for row in rows if row.part != "own"], LEFT, RIGHT)
    bare = all(not is_bounded(row.point) for row in rows)  # nothing to read off an axis
    height = TOP + ROW * len(rows) + (TOP if bare else BOTTOM)
    drawn = [_draw_row(row, TOP + ROW * place, axis) for place, row in enumerate(rows)]
    below = [] if bare else [*draw_ticks(axis, height - BOTTOM)]
    named, room = ([], 0) if bare else draw_name(across, height)
    words = " ".join(map(_sentence, rows))
    svg = tag(
        "svg",
        tag("title", "Measured against predicted", id=f"{name}-t"),
        tag("desc", escape(words), id=f"{name}-d"),
        *drawn,
        *below,
        *named,
        viewBox=f"0 0 {WIDTH} {height + room}",
        role="img",
        aria_labelledby=f"{name}-t {name}-d",
        class_="dl-svg",
    )
    said = [LEGENDS[part] for part in LEGENDS if any(row.part == part for row in rows)]
    said += [FAR] * any(not axis.shows(row.point.estimate) for row in rows)
    caption = "" if small else tag("figcaption", escape(" ".join(said)))
    return tag("figure", svg, caption, class_="dl-figure")


def place(point: Point) -> str:
    """At which point of the sweep, in words; empty without one."""
    return ", ".join(
        f"{name.replace('_', ' ')} {_value(value)}" for name, value in point.at.items()
    )


def _own(points: tuple[Point, ...]) -> list[Row]:
    """A row a point, where they are few; what held in every replicate at every point is one row."""
    if len(points) > 1 and all(not is_bounded(point) and point.estimate == 1 for point in points):
        whole = replace(points[0], replicates=sum(point.replicates for point in points))
        return [Row(f"all {len(points)} points", "own", whole)]
    held = [point for point in points if point.outcome == "holds"]
    alike = len({(point.low, point.high) for point in held}) <= 1
    if len(points) <= MOST or len(held) <= MOST or not alike:
        return [_own_row(point) for point in points]
    rest = [_own_row(point) for point in points if point.outcome != "holds"]
    lowest, *between, highest = sorted(held, key=lambda point: point.estimate)
    return [_own_row(lowest), _together(between), _own_row(highest), *rest]


def _own_row(point: Point) -> Row:
    return Row(place(point) or "its own setting", "own", point)


def _together(points: list[Point]) -> Row:
    """Points that are held against the same prediction, as one row."""

    def widest(end: int, choose: Callable[[list[float]], float]) -> Bound:
        ends = [point.interval[end] for point in points]
        known = [value for value in ends if value is not None]
        return choose(known) if len(known) == len(ends) else None

    middle = replace(points[len(points) // 2], interval=(widest(0, min), widest(1, max)))
    crowd = tuple(point.estimate for point in points)
    return Row(f"{len(points)} between", "own", middle, crowd)


def _value(value: object) -> str:
    return number(value) if isinstance(value, float) else str(value)


def _join(name: str, where: str) -> str:
    return f"{name}, at {where}" if where else name


def _draw_row(row: Row, top: float, axis: Axis) -> str:
    """Its name above its bar."""
    y = top + ROW - BAR / 2 - 2
    label = row.label if len(row.label) <= LABEL else f"{row.label[: LABEL - 1]}…"
    name = text(label, 0, top + 14, f"dl-{row.part}-text")
    shown = "" if row.crowd else text(_short(row.point), RIGHT + 10, y + 4.5, "dl-number")
    return "".join([name, *draw_band(row.point, y, axis), *draw_mark(row, y, axis), shown])


def _short(point: Point) -> str:
    return measured(point).replace(" of ", "/")


def draw_band(point: Point, y: float, axis: Axis) -> Iterator[str]:
    """Where the measurement had to land; an identity has to hold in all replicates."""
    low, high = (point.low, point.high) if is_bounded(point) else (1.0, 1.0)
    left = LEFT if low is None else axis.place(low)
    right = RIGHT if high is None else axis.place(high)
    top = y - BAR / 2
    yield tag(
        "rect", x=float(left), y=top, width=max(right - left, 0.0), height=BAR, class_="dl-band"
    )
    for end, x in ((low, left), (high, right)):
        if end is not None and axis.shows(end):
            yield line(x, top, x, top + BAR, "dl-edge")


def draw_mark(row: Row, y: float, axis: Axis) -> Iterator[str]:
    """The interval and the estimate; an arrow where it lies beyond the figure."""
    x, kind = axis.place(row.point.estimate), row.part
    if not axis.shows(row.point.estimate):
        tip = 8 if x >= RIGHT else -8
        corners = f"{x - tip:.1f},{y - 6:.1f} {x:.1f},{y:.1f} {x - tip:.1f},{y + 6:.1f}"
        yield tag("polygon", points=corners, class_=f"dl-dot {kind}")
        return
    left, right = row.point.interval
    x1, x2 = (
        LEFT if left is None else axis.place(left),
        RIGHT if right is None else axis.place(right),
    )
    yield line(float(x1), y, float(x2), y, f"dl-line {kind}")
    if row.crowd:
        for spot in sorted({round(axis.place(value)) for value in row.crowd}):
            yield tag("circle", cx=spot, cy=y, r=4, class_=f"dl-dot {kind} dl-crowd")
    elif kind == "fails":
        yield tag("rect", x=x - 4.5, y=y - 4.5, width=9, height=9, class_=f"dl-dot {kind}")
    else:
        yield tag("circle", cx=x, cy=y, r=4.5, class_=f"dl-dot {kind}")


def draw_ticks(axis: Axis, base: float) -> Iterator[str]:
    """The axis below the rows."""
    yield line(LEFT, base + 3, RIGHT, base + 3, "dl-axis")
    for value, written in axis.ticks():
        x = axis.place(value)
        yield line(x, base + 3, x, base + 7, "dl-axis")
        anchor = "start" if x < EDGE else "middle"
        yield text(written, x if x >= EDGE else 0, base + 22, anchor=anchor)


def draw_name(across: str, top: int) -> tuple[list[str], int]:
    """What an axis shows, a line each, below `top`, and their height.

    Nothing and 0 if there is no name, or if it is longer than fits.
    """
    lines = wrapped(across, LINE) if across else []
    if not lines or len(lines) > LINES or any(len(one) > LINE for one in lines):
        return [], 0
    drawn = [text(one, 3, top + NAME * place, "dl-names") for place, one in enumerate(lines, 1)]
    return drawn, NAME * len(lines) + DROP


def _sentence(row: Row) -> str:
    if row.crowd:
        ends = f"{number(min(row.crowd))} to {number(max(row.crowd))}"
        return f"{row.label} these: {ends}, all inside the prediction."
    ends = interval(row.point)
    told = f"{measured(row.point)}{f' {ends}' if ends else ''}, predicted {predicted(row.point)}"
    return f"{row.label}: {told}: {OUTCOMES[row.point.outcome]}."
