"""Names beside the ends of lines: as near to them as they can be without covering each other."""

from collections.abc import Callable, Iterator, Sequence

from dlfaq.site.figures.svg import line, text

LETTERS = 24  # of a row of a name that fit
HIGH = 16  # of a row
GAP = 8  # between the end of a line and its name
MOVED = 4  # a name that is farther from its line than this is joined to it


def labels(
    ends: Sequence[tuple[str, float]],
    x: float,
    width: float,
    between: tuple[float, float],
    style: Callable[[int], str],
) -> Iterator[str]:
    """The names as SVG, each in its line's colour.

    Args:
        ends: Each line's name, and how high its end lies.
        x: Where the lines end.
        width: Where the picture ends.
        between: The highest and the lowest place of a name.
        style: The class of a line's colour, by its place.
    """
    rows = [wrapped(name) for name, _ in ends]
    middles = spread([y for _, y in ends], [HIGH * len(one) for one in rows], between)
    for place, ((_, y), middle, said) in enumerate(zip(ends, middles, rows, strict=True)):
        moved = abs(middle - y) > MOVED
        start = x + GAP + (14 if moved else 0)
        if moved:
            yield line(x + 3, y, start - 3, middle, f"dl-lead dl-label {style(place)}")
        top = middle - HIGH * (len(said) - 1) / 2 + 4.5
        for number, row in enumerate(said):
            yield text(row, min(start, width), top + HIGH * number, f"dl-label {style(place)}")


def wrapped(name: str) -> list[str]:
    """A name in rows that fit; a single word that is too long is cut."""
    rows = [""]
    for word in name.split() or [""]:
        joined = f"{rows[-1]} {word}".strip()
        if len(joined) <= LETTERS or not rows[-1]:
            rows[-1] = joined
        else:
            rows.append(word)
    return [row if len(row) <= LETTERS else f"{row[: LETTERS - 1]}…" for row in rows]


def spread(
    wanted: Sequence[float], heights: Sequence[float], between: tuple[float, float]
) -> list[float]:
    """Where the middles of boxes go: in the order wanted, apart from each other, between two ends.

    >>> spread([10, 12], [16, 16], (0, 100))
    [10.0, 26.0]
    """
    order = sorted(range(len(wanted)), key=lambda place: wanted[place])
    found = [float(one) for one in wanted]
    floor = float(between[0])
    for place in order:
        found[place] = max(found[place], floor + heights[place] / 2)
        floor = found[place] + heights[place] / 2
    ceiling = max(float(between[1]), sum(heights) + between[0])
    for place in reversed(order):
        found[place] = min(found[place], ceiling - heights[place] / 2)
        ceiling = found[place] - heights[place] / 2
    return found
