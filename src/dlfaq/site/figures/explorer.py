"""An explorer of a claim: turn what was swept and what is changed, and see the dot meet its band.

Every picture is in the page. Without the script the claim's own setting is shown; the script makes
of the line above it a slider for each number and a list for each name.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from math import prod

from dlfaq.evidence.record import ClaimEvidence, Point, Side
from dlfaq.evidence.words import OUTCOMES, interval, measured, predicted
from dlfaq.knowledge.experiment import Scalar
from dlfaq.site.figures.axis import Axis, fit, is_bounded
from dlfaq.site.figures.claim import (
    BAR,
    LEFT,
    RIGHT,
    WIDTH,
    Part,
    Row,
    draw_band,
    draw_mark,
    draw_name,
    draw_ticks,
)
from dlfaq.site.figures.svg import tag, text

UNDER, OWN = "under", "its own setting"
HEIGHT, ROW = 108, 64  # of the picture; where the bar lies
MOST = 240  # pictures
CAPTION = "Band: predicted. Dot: measured, with its interval."
OTHERS = " Small dots: at the other values, under the same condition."
State = Mapping[str, Scalar]
Frame = tuple[State, Part, Point]


def frames_of(evidence: ClaimEvidence, named: Callable[[str], str]) -> list[Frame]:
    """Each picture: what is turned to what, and what was measured there.

    A condition that was measured elsewhere than the claim's own points is left out, and so is what
    cannot be turned because it never changes. Nothing where less than two pictures differ.
    """
    own = evidence.own.points
    if not own or not all(map(is_bounded, own)) or not _is_grid(own):
        return []
    sides: list[tuple[str, Part, Side]] = [(OWN, "own", evidence.own)]
    sides += [(named(name), "holds", side) for name, side in evidence.holds_under.items()]
    sides += [(named(name), "fails", side) for name, side in evidence.fails_under.items()]
    places = {_key(point) for point in own}
    kept = [
        (name, part, side)
        for name, part, side in sides
        if {_key(point) for point in side.points} == places and all(map(is_bounded, side.points))
    ]
    turned = [name for name in own[0].at if len({point.at[name] for point in own}) > 1]
    found: list[Frame] = []
    for name, part, side in kept:
        under = {UNDER: name} if len(kept) > 1 else {}
        found += [
            ({**{one: point.at[one] for one in turned}, **under}, part, point)
            for point in side.points
        ]
    return found if 1 < len(found) <= MOST else []


def draw_explorer(frames: Sequence[Frame], name: str, across: str = "") -> str:
    """The explorer as HTML; IndexError if there is no picture.

    Args:
        frames: The pictures.
        name: Unique on its page.
        across: What the axis shows.
    """
    own = [point for _, part, point in frames if part == "own"]
    axis = fit(own, [point for _, part, point in frames if part != "own"], LEFT, RIGHT)
    pictures = [_picture(frame, frames, axis, place) for place, frame in enumerate(frames)]
    state, part, point = frames[0]
    named, room = draw_name(across, HEIGHT - 2)
    svg = tag(
        "svg",
        tag("title", "Measured against predicted", id=f"{name}-t"),
        tag("desc", escape(_sentence(state, part, point)), id=f"{name}-d"),
        *pictures,
        *draw_ticks(axis, ROW + BAR),
        *named,
        viewBox=f"0 0 {WIDTH} {HEIGHT + room}",
        role="img",
        aria_labelledby=f"{name}-t {name}-d",
        class_="dl-svg",
    )
    setting = tag("p", escape(_words(state)), class_="dl-setting")
    swept = len({other.get(UNDER) for other, _, _ in frames}) < len(frames)
    caption = tag("figcaption", escape(f"{CAPTION}{OTHERS if swept else ''}"))
    return tag("figure", setting, svg, caption, class_="dl-plot dl-explorer")


def _picture(frame: Frame, frames: Sequence[Frame], axis: Axis, place: int) -> str:
    state, part, point = frame
    drawn = [
        tag("desc", escape(_sentence(state, part, point))),
        text(_shown(point), 0, 16, f"dl-{part}-text dl-number"),
        text(_against(part, point), 0, 36, f"dl-{part}-text"),
        *draw_band(point, ROW, axis),
        *_others(frame, frames, axis),
        *draw_mark(Row("", part, point), ROW, axis),
    ]
    kind = f"dl-frame{' dl-off' if place else ''}"
    return tag("g", *drawn, class_=kind, data_at=json.dumps(dict(state), ensure_ascii=False))


def _others(frame: Frame, frames: Sequence[Frame], axis: Axis) -> Iterator[str]:
    """Where the dot lies at the other values, under the same condition."""
    state, _, own = frame
    for other, part, point in frames:
        near = other.get(UNDER) == state.get(UNDER) and point is not own
        if near and axis.shows(point.estimate):
            x = axis.place(point.estimate)
            yield tag("circle", cx=x, cy=float(ROW), r=2.5, class_=f"dl-dot {part} dl-faint-dot")


def _shown(point: Point) -> str:
    return f"{measured(point)} {interval(point)}".strip()


def _against(part: Part, point: Point) -> str:
    """The prediction, and what came of it."""
    outcome = OUTCOMES[point.outcome] if point.outcome not in {"holds", "fails"} else point.outcome
    must = ", as it must" if part == "fails" and point.outcome == "fails" else ""
    return f"predicted {predicted(point)}: {outcome}{must}"


def _sentence(state: State, part: Part, point: Point) -> str:
    return f"{_words(state)}: {_shown(point)}, {_against(part, point)}."


def _words(state: State) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {_value(value)}" for name, value in state.items())


def _value(value: Scalar) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _key(point: Point) -> tuple[tuple[str, Scalar], ...]:
    return tuple(sorted(point.at.items()))


def _is_grid(points: Sequence[Point]) -> bool:
    """Whether every value of one parameter was measured with every value of the others."""
    counts = [len({point.at[name] for point in points}) for name in points[0].at]
    return prod(counts) == len({_key(point) for point in points}) == len(points)
