"""The placeholders of an entry against its claims."""

from collections.abc import Iterator, Mapping

from dlfaq.errors import Problem, did_you_mean
from dlfaq.knowledge.claim_checks import check_quantity
from dlfaq.knowledge.conditions import expand
from dlfaq.knowledge.entry import Entry
from dlfaq.knowledge.placeholders import Placeholder, PlaceholderError, find
from dlfaq.knowledge.simulations import Signature


def check_placeholders(entry: Entry, signatures: Mapping[str, Signature], shown: str) -> Iterator[Problem]:
    """Each names a claim, a control, a point of the sweep and a metric that exist."""
    texts = [(entry.short, None), (entry.long, None), *((source.because, source.line) for source in entry.sources)]
    for text, line in texts:
        try:
            found = find(text)
        except PlaceholderError as error:
            yield Problem(shown, line, f"the placeholder {error}")
            continue
        for placeholder in found:
            yield from _check(placeholder, entry, signatures, shown, line)


def _check(
    placeholder: Placeholder, entry: Entry, signatures: Mapping[str, Signature], shown: str, line: int | None
) -> Iterator[Problem]:
    names = [claim.id for claim in entry.claims]
    what = f"the placeholder '{placeholder.text}'"
    if placeholder.claim not in names:
        yield Problem(
            shown,
            line,
            f"{what} names the claim '{placeholder.claim}', which the entry does not have.",
            did_you_mean(placeholder.claim, names),
        )
        return
    claim = entry.claim(placeholder.claim)
    if placeholder.control is not None and placeholder.control >= len(claim.controls):
        yield Problem(shown, line, f"{what} names control {placeholder.control + 1} of {len(claim.controls)}.")
        return
    if claim.id not in signatures:
        return
    signature = signatures[claim.id]
    yield from check_quantity(placeholder.quantity, claim, signature, shown, line or claim.line)
    control = None if placeholder.control is None else claim.controls[placeholder.control]
    points = expand(claim, control, signature).points
    matching = [point for point in points if placeholder.at.items() <= point.items()]
    if placeholder.quantity.along_sweep:
        if placeholder.at:
            yield Problem(shown, line, f"{what} looks along the whole sweep, so it names no point of it.")
    elif len(matching) != 1:
        known = "; ".join(", ".join(f"{name}={value}" for name, value in point.items()) for point in points[:12])
        hint = f"Name one of these points in [ ]: {known}." if points[0] else "There is no sweep: leave out the [ ]."
        yield Problem(shown, line, f"{what} names {len(matching)} points of the sweep, not one.", hint)
