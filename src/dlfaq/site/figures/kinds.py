"""The kinds of figures that a fence can name: one record each.

Whoever adds one adds a record here, and the functions that it names.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape

from dlfaq.evidence.record import ClaimEvidence
from dlfaq.knowledge.entry import Claim
from dlfaq.knowledge.plots import draws_share
from dlfaq.site.conditions import naming
from dlfaq.site.figures.axis import is_bounded
from dlfaq.site.figures.claim import draw_claim, rows_of
from dlfaq.site.figures.explorer import draw_explorer, frames_of
from dlfaq.site.figures.numbers import numbers_of
from dlfaq.site.figures.plot import Plotted, draw_plot, draw_thumbnail, tables
from dlfaq.site.figures.quantity import axis_name
from dlfaq.site.figures.svg import tag
from dlfaq.site.figures.table import Table, draw_table, write_table
from dlfaq.site.shared import Known
from dlfaq.site.text import plain

FEW = 4  # rows of a claim's figure on a card


def _nothing(_known: Known, *_address: str) -> str:
    return ""


@dataclass(frozen=True)
class Kind:
    """A kind of figure.

    Attributes:
        draw: From what is known and the parts of an address, the figure as HTML. LookupError,
            TypeError or ValueError if nothing has that address.
        write: The same as Markdown, for the page's copy; a picture is left out there.
    """

    draw: Callable[..., str]
    write: Callable[..., str] = _nothing


def plotted(known: Known, entry_id: str, place: str) -> Plotted:
    """A plot of an entry, by its place from 1; LookupError if it was not measured."""
    entry = known.entry(entry_id)
    plot = dict(enumerate(entry.plots, 1))[int(place)]
    lines = known.evidence[entry.id].plots[plot.key]
    share = all(map(draws_share, plot.lines.values()))
    return Plotted(f"plot-{entry.id}-{place}", plot.x, plot.log, lines, plot.y, share)


def _claim(known: Known, entry_id: str, claim_id: str) -> str:
    claim, evidence, named = _measured(known, entry_id, claim_id)
    return draw_claim(rows_of(evidence, named), f"fig-{claim.id}", axis_name(claim.expect))


def evidence_of(
    known: Known, entry_id: str, claim_id: str
) -> tuple[ClaimEvidence, Callable[[str], str]]:
    """What was measured of a claim, in the claim's order, and what names its conditions."""
    _, evidence, named = _measured(known, entry_id, claim_id)
    return evidence, named


def _explorer(known: Known, entry_id: str, claim_id: str) -> str:
    claim, evidence, named = _measured(known, entry_id, claim_id)
    return draw_explorer(frames_of(evidence, named), f"try-{claim_id}", axis_name(claim.expect))


def _example(known: Known, _any: str) -> str:
    """The figure of a claim that shows all there is: its own setting, and conditions of both kinds.

    Empty if no claim of the FAQ has them.
    """
    whole = [
        (claim.kind != "measured", len(claim.says), entry.id, claim.id, claim.says)
        for entry, claim in known.faq.claims()
        if (found := known.of(entry, claim))
        and 1 <= len(found.own.points) <= FEW
        and found.verdict == "verified"
        and found.holds_under
        and found.fails_under
        and all(map(is_bounded, found.own.points))
    ]
    if not whole:
        return ""
    *_, entry_id, claim_id, says = min(whole)
    return tag("p", escape(plain(says))) + _claim(known, entry_id, claim_id)


def _small(known: Known, entry_id: str, claim_id: str) -> str:
    """Its first rows, for a card."""
    _, evidence, named = _measured(known, entry_id, claim_id)
    return draw_claim(rows_of(evidence, named)[:FEW], f"fig-{entry_id}-{claim_id}", small=True)


def _numbers(known: Known, entry_id: str, claim_id: str) -> list[Table]:
    _, evidence, named = _measured(known, entry_id, claim_id)
    return [numbers_of(evidence, named)]


def _measured(
    known: Known, entry_id: str, claim_id: str
) -> tuple[Claim, ClaimEvidence, Callable[[str], str]]:
    """A claim, its evidence with the conditions in the claim's order, and what names them."""
    entry = known.entry(entry_id)
    claim = entry.claim(claim_id)
    evidence = known.evidence[entry_id].claims[claim_id]
    holds, fails = evidence.holds_under, evidence.fails_under
    ordered = replace(
        evidence,
        holds_under={name: holds[name] for name in claim.holds_under if name in holds},
        fails_under={name: fails[name] for name in claim.fails_under if name in fails},
    )
    return claim, ordered, naming(entry, claim)


def _drawn(find: Callable[..., list[Table]]) -> Callable[..., str]:
    return lambda known, *address: "".join(map(draw_table, find(known, *address)))


def _written(find: Callable[..., list[Table]]) -> Callable[..., str]:
    return lambda known, *address: "\n".join(
        row for one in find(known, *address) for row in write_table(one)
    )


def _of_plot(known: Known, *address: str) -> list[Table]:
    return [*tables(plotted(known, *address))]


KINDS: dict[str, Kind] = {
    "claim": Kind(_claim),
    "claim-small": Kind(_small),
    "example": Kind(_example),
    "explorer": Kind(_explorer),
    "numbers": Kind(_drawn(_numbers), _written(_numbers)),
    "plot": Kind(lambda known, *address: draw_plot(plotted(known, *address))),
    "plot-numbers": Kind(_drawn(_of_plot), _written(_of_plot)),
    "thumbnail": Kind(lambda known, *address: draw_thumbnail(plotted(known, *address))),
}
