"""Verify within a time: what changed in any case, then other claims, from another entry every day.

A claim that is left out is one whose evidence was recorded of this very claim and this very code.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from dlfaq.evidence.record import Evidence
from dlfaq.evidence.stale import is_as_recorded
from dlfaq.evidence.verdict import verdict_of
from dlfaq.knowledge.entry import Claim, Entry, Faq
from dlfaq.verify.ruling import Request, Ruling
from dlfaq.verify.session import MakeRunner, read_all
from dlfaq.verify.store import open_store
from dlfaq.verify.verify import Claims, known, verify

TOGETHER = 4  # entries: enough for all processes, and few enough to end soon


def verify_within(
    faq: Faq,
    claims: Claims,
    runner: MakeRunner,
    request: Request,
    until: float,
    *,
    first: int,
    clock: Callable[[], float] = time.time,
) -> list[Ruling]:
    """Verify claims until the time is over.

    Args:
        faq: The FAQ.
        claims: Any of its claims, each with its entry.
        runner: Makes what runs the trials.
        request: How to verify them; the recorded evidence is read here.
        until: From then on no claim is begun that is as recorded; by the clock.
        first: Where to begin among the entries, by any number: today's date, so that in time
            every claim has its turn.
        clock: Tells the time, in seconds.

    Returns:
        The rulings on what was verified now or is cached. A claim that is not among them was
        verified when it was recorded, and neither it nor its code has changed since.
    """
    asked = replace(request, recorded=read_all(faq.root, {entry.id for entry, _ in claims}))
    changed, rest = [], {}
    for entry, claim in claims:
        if _is_kept(faq, entry, claim, asked.recorded.get(entry.id)):
            rest.setdefault(entry.id, []).append((entry, claim))
        else:
            changed.append((entry, claim))
    with open_store(faq.root) as store, runner(faq.root) as running:
        rulings = verify(faq, changed, running, store, asked)
        for some in _in_turn([*rest.values()], first):
            if clock() < until:
                rulings += verify(faq, some, running, store, asked)
            else:
                rulings += known(faq, some, store, asked)
    return rulings


def _in_turn(entries: Sequence[Claims], first: int) -> Iterator[Claims]:
    """The claims of a few entries at a time, from one that the number picks."""
    batches = [
        [one for claims in entries[at : at + TOGETHER] for one in claims]
        for at in range(0, len(entries), TOGETHER)
    ]
    start = first % max(len(batches), 1)
    yield from (*batches[start:], *batches[:start])


def _is_kept(faq: Faq, entry: Entry, claim: Claim, evidence: Evidence | None) -> bool:
    """Whether its evidence still speaks for it."""
    if evidence is None or not is_as_recorded(faq.root, entry, claim, evidence):
        return False
    return verdict_of(evidence.claims[claim.id].verdict).is_good
