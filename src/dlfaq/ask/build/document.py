"""An entry as programs read it: what `dlfaq show --json` prints.

Texts are Markdown with measured numbers in them; citations stay as they are written.
"""

from collections.abc import Iterable
from typing import Any

from dlfaq.ask.build.shown import Texts, recorded, texts_of
from dlfaq.ask.reader import FORM
from dlfaq.evidence.record import ClaimEvidence, Evidence, Side
from dlfaq.evidence.words import predicted
from dlfaq.knowledge.entry import Claim, Entry, Faq, Planned

Object = dict[str, Any]


def document(entry: Entry | Planned, faq: Faq, evidence: Evidence | None) -> Object:
    """Everything that is said and was measured of an entry, as plain values."""
    head = {"id": entry.id, "question": entry.question}
    tail = {
        "also_asked": list(entry.also_asked),
        "topics": [{"id": one, "title": faq.topics.get(one, one)} for one in entry.topics],
        "planned": isinstance(entry, Planned),
    }
    if isinstance(entry, Planned):
        return head | tail
    texts = texts_of(entry, evidence)
    ruled = recorded(entry, evidence)
    references = ("id", "title", "authors", "year", "url")
    return {
        **head,
        "form": FORM,
        "draft": entry.draft,
        "short": texts.numbers(entry.short),
        "do": [
            {"step": texts.numbers(one.text), "code": one.code, "because": list(one.because)}
            for one in entry.answer.do
        ],
        "parts": [
            _fields(one, ("id", "title"))
            | {"asked": list(one.asked), "text": texts.numbers(one.text)}
            for one in entry.answer.parts
        ],
        "claims": [_claim(one, ruled.get(one.id), texts) for one in entry.claims],
        "references": [
            {**_fields(one, references), "for": one.purpose} for one in entry.references
        ],
        "related": list(entry.related),
        "sources": [
            {**_fields(one, ("document", "says", "ruling")), "because": texts.numbers(one.because)}
            for one in entry.sources
        ],
        **tail,
    }


def _fields(value: object, names: Iterable[str]) -> Object:
    return {name: getattr(value, name) for name in names}


def _claim(claim: Claim, found: ClaimEvidence | None, texts: Texts) -> Object:
    holds, fails = (found.holds_under, found.fails_under) if found else ({}, {})
    return {
        "id": claim.id,
        "kind": claim.kind,
        "says": texts.numbers(claim.says),
        "expect": claim.expect,
        "shows": texts.numbers(claim.shows, claim.id),
        "verdict": found.verdict if found else None,
        "seeds": list(found.seeds) if found else [],
        "measured": _side(found.own if found else None),
        "holds_under": {name: _side(holds.get(name)) for name in claim.holds_under},
        "fails_under": {
            name: {"why": why} | _side(fails.get(name)) for name, why in claim.fails_under.items()
        },
    }


def _side(side: Side | None) -> Object:
    """The point that decides; only empty values where nothing was measured."""
    empty = dict.fromkeys(("outcome", "estimate", "interval", "replicates", "at", "predicted"))
    if side is None or not side.points:
        return empty
    point = side.decisive()
    return {
        "outcome": side.outcome,
        "estimate": point.estimate,
        "interval": list(point.interval),
        "replicates": point.replicates,
        "at": dict(point.at),
        "predicted": predicted(point),
    }
