"""All numbers of a claim, by condition."""

from collections.abc import Callable, Iterator

from dlfaq.evidence.record import ClaimEvidence, Side
from dlfaq.evidence.words import interval, measured, predicted
from dlfaq.site.figures.claim import place
from dlfaq.site.figures.table import Group, Table

COLUMNS = ("setting", "at", "measured", "interval", "predicted", "replicates", "outcome")
ITS_OWN = "its own setting"


def numbers_of(evidence: ClaimEvidence, named: Callable[[str], str]) -> Table:
    """The table of a claim; a column that is empty everywhere is left out.

    Along a sweep each setting has rows of its own under its name.

    Args:
        evidence: What was measured.
        named: A condition's name in words.
    """
    sides = [(ITS_OWN, evidence.own)]
    sides += [(f"{named(name)} (holds too)", side) for name, side in evidence.holds_under.items()]
    sides += [(f"{named(name)} (must fail)", side) for name, side in evidence.fails_under.items()]
    rows = {name: [*_rows(name, side)] for name, side in sides}
    kept = [name for name in COLUMNS if any(row[name] for found in rows.values() for row in found)]
    if "at" in kept:
        kept.remove("setting")
        groups = tuple(Group(name, _cells(found, kept)) for name, found in rows.items())
    else:
        groups = (Group("", _cells([row for found in rows.values() for row in found], kept)),)
    right = tuple(kept.index(name) for name in ("measured", "replicates") if name in kept)
    return Table(tuple(kept), groups, right)


def _cells(rows: list[dict[str, str]], kept: list[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(row[name] for name in kept) for row in rows)


def _rows(name: str, side: Side) -> Iterator[dict[str, str]]:
    for point in side.points:
        cells = (name, place(point), measured(point), interval(point), predicted(point))
        yield dict(zip(COLUMNS, (*cells, str(point.replicates), point.outcome), strict=True))
