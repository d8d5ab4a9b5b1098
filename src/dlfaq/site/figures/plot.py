"""A plot on an entry's page: lines with the spread of the replicates, each named where it ends.

A line differs from the next by its colour and by its dashes. The median is drawn, and behind it the
middle 80 % of the replicates; what is drawn stands beneath as a table.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from dlfaq.evidence.record import Line
from dlfaq.evidence.words import number
from dlfaq.knowledge.experiment import Scalar
from dlfaq.site.figures.axis import APART, Axis
from dlfaq.site.figures.labels import labels
from dlfaq.site.figures.svg import line as straight
from dlfaq.site.figures.svg import tag, text
from dlfaq.site.figures.table import Group, Table

# The names of the lines stand beyond RIGHT. On a phone the style sheet cuts the picture off at CUT
# and shows the legend instead.
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 344, 78, 524, 38, 294
CUT = 540
STYLES = 6  # in the style sheet
CROWD = 3  # more bands than these are drawn fainter, for they lie on each other
ROWS = 12  # of the table
SWEPT = 9  # so many values of x are marked each
ACROSS = 5  # round values along the x axis
ROOM = 0.05  # of the height, above and below the lines
SMALL_ROOM, SMALL_LETTERS = 40, 36  # of a thumbnail: beside its numbers; of an axis' name
MEDIAN = "Median of the replicates"
SHARE = "Share of the replicates"
BANDS = "; the band holds the middle 80 % of them"


@dataclass(frozen=True)
class Plotted:
    """A plot with its lines; the id is unique on its page.

    `share` says that the lines are shares of the replicates, not medians.
    """

    id: str
    x: str
    log: tuple[str, ...]
    lines: tuple[Line, ...]
    y: str = ""
    share: bool = False


def frames(plot: Plotted) -> list[tuple[Mapping[str, Scalar], list[Line]]]:
    """The lines of each setting of what a reader may turn."""
    found: dict[tuple, tuple[Mapping[str, Scalar], list[Line]]] = {}
    for one in plot.lines:
        found.setdefault(tuple(one.at.items()), (one.at, []))[1].append(one)
    return list(found.values())


def draw_plot(plot: Plotted) -> str:
    """The plot as HTML: an SVG with a picture for each setting, of which the first is shown.

    The script adds what turns them; without it the first stays.
    """
    across, up = _axes(plot, plot.lines)
    pictures = frames(plot)
    at, first = pictures[0]
    parts = [*_grid(_marks(plot, across), across, up)]
    for place, (state, lines) in enumerate(pictures):
        told = [tag("desc", escape(_words(state, lines)))] if len(pictures) > 1 else []
        drawn = [*_bands(lines, across, up), *_curves(lines, across, up), *_named(lines, up)]
        kind = f"dl-frame{' dl-off' if place else ''}"
        parts.append(tag("g", *told, *drawn, class_=kind, data_at=json.dumps(dict(state))))
    parts.append(text(plot.y, 0, 20, "dl-names"))
    parts.append(text(_name(plot.x), (LEFT + RIGHT) / 2, HEIGHT - 6, "dl-names", "middle"))
    over = f"{', '.join(one.label for one in first)} over {_name(plot.x)}"
    svg = tag(
        "svg",
        tag("title", escape(over), id=f"{plot.id}-t"),
        tag("desc", escape(_words(at, first)), id=f"{plot.id}-d"),
        *parts,
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_labelledby=f"{plot.id}-t {plot.id}-d",
        class_="dl-svg",
    )
    setting = tag("p", escape(_setting(at)), class_="dl-setting") if at else ""
    keys = tag(
        "ul",
        *(tag("li", _swatch(i), escape(one.label)) for i, one in enumerate(first)),
        class_="dl-keys",
    )
    caption = tag("figcaption", escape(_caption(plot))) if _caption(plot) else ""
    return tag(
        "figure", setting, tag("div", svg, class_="dl-view"), keys, caption, class_="dl-plot"
    )


def draw_thumbnail(plot: Plotted) -> str:
    """The first picture small, as decoration: its curves, and its axes with few ticks."""
    _, lines = frames(plot)[0]
    across, up = _axes(plot, lines)
    marks = across.ticks(2)
    parts = [*_grid(marks, across, up, few=True)]
    parts += [*_bands(lines, across, up), *_curves(lines, across, up)]
    parts.append(text(_short(plot.y), -SMALL_ROOM, 12, "dl-names"))
    parts.append(text(_short(_name(plot.x)), (LEFT + RIGHT) / 2, HEIGHT + 22, "dl-names", "middle"))
    box = f"{-SMALL_ROOM} -16 {CUT + SMALL_ROOM + 20} {HEIGHT + 50}"
    return tag(
        "svg", *parts, viewBox=box, width=590, height=394, aria_hidden="true", class_="dl-thumbnail"
    )


def _short(name: str) -> str:
    return name if len(name) <= SMALL_LETTERS else f"{name[: SMALL_LETTERS - 1].rstrip()}…"


def tables(plot: Plotted) -> Iterator[Table]:
    """What the first picture shows: each line's median at some of its places.

    Lines that are drawn over other places have a table of their own.
    """
    at, shown = frames(plot)[0]
    for x in dict.fromkeys(one.x for one in shown):
        lines = [one for one in shown if one.x == x]
        last = max(1, min(ROWS, len(x)) - 1)
        kept = sorted({round(i * (len(x) - 1) / last) for i in range(min(ROWS, len(x)))})
        rows = tuple(
            (number(x[place], 4), *(number(one.median[place]) for one in lines)) for place in kept
        )
        head = (_name(plot.x), *(one.label for one in lines))
        title = f"At {_setting(at)}" if at else ""
        yield Table(head, (Group(title, rows),), tuple(range(len(head))))


def _caption(plot: Plotted) -> str:
    """What is drawn of the replicates; nothing where they all agree, such as along a formula."""
    if plot.share:
        return f"{SHARE}."
    names = dict.fromkeys(one.label for one in plot.lines)
    spread = {one.label for one in plot.lines if one.low != one.high}
    same = [name for name in names if name not in spread]
    if not spread:
        return ""
    told = f" The same in all replicates: {', '.join(same)}." if same else ""
    return f"{MEDIAN}{BANDS}.{told}"


def _axes(plot: Plotted, lines: Sequence[Line]) -> tuple[Axis, Axis]:
    heights = [values for one in lines for values in (one.low, one.median, one.high)]
    across = _axis([one.x for one in lines], LEFT, RIGHT, 0.0, log="x" in plot.log)
    return across, _axis(heights, 0, BOTTOM - TOP, ROOM, log="y" in plot.log)


def _axis(
    columns: Sequence[Sequence[float]], left: float, right: float, room: float, *, log: bool
) -> Axis:
    log = log and min(map(min, columns)) > 0
    values = [math.log10(value) if log else value for column in columns for value in column]
    low, high = min(values), max(values)
    if low == high:
        around = abs(high) * room or 0.5
        return Axis(low - around, high + around, log, left, right)
    return Axis(low - room * (high - low), high + room * (high - low), log, left, right)


def _marks(plot: Plotted, across: Axis) -> list[tuple[float, str]]:
    """What stands along the x axis: the few values that were swept, or else round ones."""
    values = sorted({value for one in plot.lines for value in one.x})
    if len(values) > SWEPT:
        return across.ticks(ACROSS)
    kept: list[float] = []
    for value in values:
        if not kept or across.place(value) - across.place(kept[-1]) >= APART:
            kept.append(value)
    return [(value, number(value, 4)) for value in kept]


def _grid(
    marks: Sequence[tuple[float, str]], across: Axis, up: Axis, *, few: bool = False
) -> Iterator[str]:
    yield straight(LEFT, BOTTOM, RIGHT, BOTTOM, "dl-axis")
    for value, written in marks:
        x = across.place(value)
        yield straight(x, BOTTOM, x, BOTTOM + 4, "dl-axis")
        yield text(written, x, BOTTOM + (28 if few else 19), anchor="middle")
    for value, written in up.ticks(2 if few else 4):
        y = BOTTOM - up.place(value)
        yield straight(LEFT, y, RIGHT, y, "dl-grid")
        yield text(written, LEFT - 6, y + 4.5, anchor="end")


def _bands(lines: Sequence[Line], across: Axis, up: Axis) -> Iterator[str]:
    faint = " dl-faint" if sum(one.low != one.high for one in lines) > CROWD else ""
    for place, one in enumerate(lines):
        if one.low != one.high:
            back = reversed([*zip(one.x, one.low, strict=True)])
            edge = [*zip(one.x, one.high, strict=True), *back]
            kind = f"dl-spread {_style(place)}{faint}"
            yield tag("polygon", points=_points(edge, across, up), class_=kind)


def _curves(lines: Sequence[Line], across: Axis, up: Axis) -> Iterator[str]:
    for place, one in enumerate(lines):
        points = [*zip(one.x, one.median, strict=True)]
        if len(points) > 1:
            yield tag(
                "polyline", points=_points(points, across, up), class_=f"dl-curve {_style(place)}"
            )
        if len(points) <= ROWS:
            for x, y in points:
                at = {"cx": across.place(x), "cy": BOTTOM - up.place(y)}
                yield tag("circle", **at, r=3.5, class_=f"dl-spot {_style(place)}")


def _named(lines: Sequence[Line], up: Axis) -> Iterator[str]:
    """Each line's name at its end."""
    ends = [(one.label, BOTTOM - up.place(one.median[-1])) for one in lines]
    return labels(ends, RIGHT, WIDTH, (TOP, BOTTOM), _style)


def _points(pairs: Sequence[tuple[float, float]], across: Axis, up: Axis) -> str:
    return " ".join(f"{across.place(x):.1f},{BOTTOM - up.place(y):.1f}" for x, y in pairs)


def _style(place: int) -> str:
    return f"dl-s{place % STYLES + 1}"


def _swatch(place: int) -> str:
    """The piece of line that stands before its name in the legend."""
    piece = straight(0, 4, 34, 4, f"dl-curve {_style(place)}")
    return tag("svg", piece, viewBox="0 0 34 8", width=34, height=8, role="presentation")


def _setting(at: Mapping[str, Scalar]) -> str:
    return ", ".join(f"{_name(name)} = {_value(value)}" for name, value in at.items())


def _name(parameter: str) -> str:
    """A parameter's or an axis' name as words."""
    return parameter.replace("_", " ")


def _value(value: Scalar) -> str:
    return number(value, 4) if isinstance(value, float) else str(value)


def _words(at: Mapping[str, Scalar], lines: Sequence[Line]) -> str:
    """A picture in sentences, for who cannot see it."""
    return " ".join([*([f"{_setting(at)}:"] if at else []), *map(_sentence, lines)])


def _sentence(one: Line) -> str:
    least, most = min(one.median), max(one.median)
    at = [one.x[one.median.index(value)] for value in (least, most)]
    start = f"from {number(one.median[0])} at {number(one.x[0])}"
    end = f"to {number(one.median[-1])} at {number(one.x[-1])}"
    ends = f"least {number(least)} at {number(at[0])}, most {number(most)} at {number(at[1])}"
    return f"{one.label}: {start} {end}; {ends}."
