"""A plot on an entry's page: lines with the spread of the replicates, as inline SVG that follows the palette.

A line differs from the next by its colour and by its dashes. The median is drawn, and behind it the middle 80 % of the
replicates; what is drawn stands beneath as a table.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from dlfaq.knowledge.entry import Scalar
from dlfaq.site.axis import APART, Axis
from dlfaq.site.figures import number
from dlfaq.site.table import Group, Table
from dlfaq.verify.evidence import Line, lines_from_json

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 480, 286, 52, 466, 28, 248
STYLES = 6  # in the style sheet
CROWD = 3  # more bands than these are drawn fainter, for they lie on each other
ROWS = 12  # of the table
SWEPT = 9  # so many values of x are marked each
ACROSS = 5  # round values along the x axis
LEGEND = "Median of the replicates"
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


@dataclass(frozen=True)
class Thumbnail:
    """A plot as a small picture without words, for a list in which words stand beside it."""

    plot: Plotted


def plot_from_json(raw: Mapping[str, Any]) -> Plotted:
    """A plot from what JSON made of it.

    Raises:
        ValueError, TypeError, KeyError: If it is no plot.
    """
    lines = lines_from_json(raw["lines"])
    for line in lines:
        columns = (line.x, line.median, line.low, line.high)
        if len({len(column) for column in columns}) > 1 or not all(
            math.isfinite(value) for one in columns for value in one
        ):
            msg = "a line has as many finite values as places"
            raise ValueError(msg)
    if not lines or not all(line.x for line in lines):
        msg = "a plot has lines"
        raise ValueError(msg)
    name = "".join(letter for letter in str(raw["id"]) if letter.isalnum() or letter == "-")
    log, y = tuple(map(str, raw["log"])), str(raw.get("y", ""))
    return Plotted(name, str(raw["x"]), log, lines, y, bool(raw.get("share")))


def frames(plot: Plotted) -> list[tuple[Mapping[str, Scalar], list[Line]]]:
    """The lines of each setting of what a reader may turn."""
    found: dict[tuple, tuple[Mapping[str, Scalar], list[Line]]] = {}
    for line in plot.lines:
        found.setdefault(tuple(line.at.items()), (line.at, []))[1].append(line)
    return list(found.values())


def draw_plot(plot: Plotted) -> str:
    """The plot as HTML: an SVG, its legend, and a picture for each setting, of which the first is shown.

    The script adds what turns them; without it the first stays.
    """
    across = _axis(plot, "x", [line.x for line in plot.lines], LEFT, RIGHT)
    up = _axis(
        plot, "y", [values for line in plot.lines for values in (line.low, line.median, line.high)], 0, BOTTOM - TOP
    )
    pictures = frames(plot)
    parts = [*_grid(_marks(plot, across), across, up)]
    for place, (at, lines) in enumerate(pictures):
        drawn = "".join([*_bands(lines, across, up), *_curves(lines, across, up)])
        state = escape(json.dumps(dict(at)), quote=True)
        told = f"<desc>{escape(_words(at, lines))}</desc>" if len(pictures) > 1 else ""
        parts.append(f'<g class="dl-frame{" dl-off" if place else ""}" data-at="{state}">{told}{drawn}</g>')
    middle = (LEFT + RIGHT) / 2
    parts.append(f'<text x="0" y="13" class="dl-text dl-names">{escape(plot.y)}</text>')
    parts.append(
        f'<text x="{middle}" y="{HEIGHT - 4}" text-anchor="middle" class="dl-text dl-names">{escape(_name(plot.x))}</text>'
    )
    spread = BANDS if any(line.low != line.high for line in plot.lines) else ""
    at, first = pictures[0]
    legend = "".join(f"<li>{_swatch(i)}{escape(line.label)}</li>" for i, line in enumerate(first))
    setting = f'<p class="dl-setting">{escape(_setting(at))}</p>' if at else ""
    return (
        f'<figure class="dl-plot">{setting}<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="{plot.id}-t {plot.id}-d" class="dl-svg"><title id="{plot.id}-t">'
        f"{escape(', '.join(line.label for line in first))} over {escape(_name(plot.x))}</title>"
        f'<desc id="{plot.id}-d">{escape(_words(at, first))}</desc>{"".join(parts)}</svg>'
        f'<ul class="dl-keys">{legend}</ul><figcaption>{SHARE if plot.share else LEGEND}{spread}.</figcaption></figure>'
    )


def draw_thumbnail(plot: Plotted) -> str:
    """The curves of the first picture alone, as decoration."""
    _, lines = frames(plot)[0]
    across = _axis(plot, "x", [line.x for line in lines], LEFT, RIGHT)
    heights = [values for line in lines for values in (line.low, line.median, line.high)]
    up = _axis(plot, "y", heights, 0, BOTTOM - TOP)
    drawn = "".join([*_bands(lines, across, up), *_curves(lines, across, up)])
    box = f"{LEFT - 6} {TOP - 6} {RIGHT - LEFT + 12} {BOTTOM - TOP + 12}"
    return f'<svg viewBox="{box}" width="426" height="232" aria-hidden="true" class="dl-thumbnail">{drawn}</svg>'


def tables(plot: Plotted) -> Iterator[Table]:
    """What the first picture shows: each line's median at some of its places.

    Lines that are drawn over other places have a table of their own.
    """
    at, shown = frames(plot)[0]
    for x in dict.fromkeys(line.x for line in shown):
        lines = [line for line in shown if line.x == x]
        kept = sorted({round(i * (len(x) - 1) / max(1, min(ROWS, len(x)) - 1)) for i in range(min(ROWS, len(x)))})
        rows = tuple((number(x[place], 4), *(number(line.median[place]) for line in lines)) for place in kept)
        head = (_name(plot.x), *(line.label for line in lines))
        yield Table(head, (Group(f"At {_setting(at)}" if at else "", rows),), tuple(range(len(head))))


def _axis(plot: Plotted, name: str, columns: Sequence[Sequence[float]], left: float, right: float) -> Axis:
    log = name in plot.log and min(map(min, columns)) > 0
    values = [math.log10(value) if log else value for column in columns for value in column]
    low, high = min(values), max(values)
    room = (high - low or abs(high) or 1.0) * (0.05 if name == "y" else 0.0) or (0.0 if high > low else 0.5)
    return Axis(low - room, high + room, log, left, right)


def _marks(plot: Plotted, across: Axis) -> list[tuple[float, str]]:
    """What stands along the x axis: the few values that were swept, or else round ones."""
    values = sorted({value for line in plot.lines for value in line.x})
    if len(values) > SWEPT:
        return across.ticks(ACROSS)
    kept: list[float] = []
    for value in values:
        if not kept or across.place(value) - across.place(kept[-1]) >= APART:
            kept.append(value)
    return [(value, number(value, 4)) for value in kept]


def _grid(marks: Sequence[tuple[float, str]], across: Axis, up: Axis) -> Iterator[str]:
    yield f'<line x1="{LEFT}" x2="{RIGHT}" y1="{BOTTOM}" y2="{BOTTOM}" class="dl-axis"/>'
    for value, written in marks:
        x = across.place(value)
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{BOTTOM}" y2="{BOTTOM + 4}" class="dl-axis"/>'
        yield f'<text x="{x:.1f}" y="{BOTTOM + 17}" text-anchor="middle" class="dl-text">{written}</text>'
    for value, written in up.ticks():
        y = BOTTOM - up.place(value)
        yield f'<line x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}" class="dl-grid"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4.5:.1f}" text-anchor="end" class="dl-text">{written}</text>'


def _bands(lines: Sequence[Line], across: Axis, up: Axis) -> Iterator[str]:
    faint = " dl-faint" if sum(line.low != line.high for line in lines) > CROWD else ""
    for place, line in enumerate(lines):
        if line.low != line.high:
            edge = [*zip(line.x, line.high, strict=True), *reversed([*zip(line.x, line.low, strict=True)])]
            yield f'<polygon points="{_points(edge, across, up)}" class="dl-spread {_style(place)}{faint}"/>'


def _curves(lines: Sequence[Line], across: Axis, up: Axis) -> Iterator[str]:
    for place, line in enumerate(lines):
        points = [*zip(line.x, line.median, strict=True)]
        if len(points) > 1:
            yield f'<polyline points="{_points(points, across, up)}" class="dl-curve {_style(place)}"/>'
        if len(points) <= ROWS:
            for x, y in points:
                at = f'cx="{across.place(x):.1f}" cy="{BOTTOM - up.place(y):.1f}"'
                yield f'<circle {at} r="3.5" class="dl-spot {_style(place)}"/>'


def _points(pairs: Sequence[tuple[float, float]], across: Axis, up: Axis) -> str:
    return " ".join(f"{across.place(x):.1f},{BOTTOM - up.place(y):.1f}" for x, y in pairs)


def _style(place: int) -> str:
    return f"dl-s{place % STYLES + 1}"


def _swatch(place: int) -> str:
    """The piece of line that stands before its name in the legend."""
    line = f'<line x1="0" x2="34" y1="4" y2="4" class="dl-curve {_style(place)}"/>'
    return f'<svg viewBox="0 0 34 8" width="34" height="8" role="presentation">{line}</svg>'


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


def _sentence(line: Line) -> str:
    least, most = min(line.median), max(line.median)
    at = [line.x[line.median.index(value)] for value in (least, most)]
    ends = f"from {number(line.median[0])} at {number(line.x[0])} to {number(line.median[-1])} at {number(line.x[-1])}"
    return f"{line.label}: {ends}; least {number(least)} at {number(at[0])}, most {number(most)} at {number(at[1])}."
