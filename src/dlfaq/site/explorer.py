"""Which claim of an entry a reader can play with."""

from collections.abc import Iterator

from dlfaq.knowledge.entry import Claim, Entry
from dlfaq.site.figures.explorer import UNDER, frames_of
from dlfaq.site.figures.fence import fence
from dlfaq.site.figures.kinds import evidence_of
from dlfaq.site.shared import Known, is_good
from dlfaq.site.text import line

FEWEST = 3  # pictures that are worth turning


def explorer(entry: Entry, known: Known) -> Iterator[str]:
    """The section as Markdown: the claim in which most can be turned."""
    claim = _chosen(entry, known)
    if claim:
        yield "## Try it { #try-it data-search-exclude }\n"
        yield f"{line(claim.says)} Measured for [{claim.id}](#{claim.id}).\n{{ .dl-shows }}\n"
        yield fence("explorer", entry.id, claim.id)


def _chosen(entry: Entry, known: Known) -> Claim | None:
    """The one with most numbers to turn; then a measured one, the one with most conditions."""
    best: tuple[tuple[int, bool, int], Claim] | None = None
    for claim in entry.claims:
        found = known.of(entry, claim)
        if found is None or not is_good(found):
            continue
        frames = frames_of(*evidence_of(known, entry.id, claim.id))
        numbers = {
            tuple(value for name, value in state.items() if name != UNDER)
            for state, _, _ in frames
            if not any(
                isinstance(value, str | bool) for name, value in state.items() if name != UNDER
            )
        }
        worth = (len(numbers), claim.kind == "measured", len(frames))
        if len(frames) >= FEWEST and (best is None or worth > best[0]):
            best = worth, claim
    return best[1] if best else None
