"""An entry as programs read it: what `dlfaq show --json` prints. Texts are Markdown with numbers."""

from collections.abc import Iterable
from typing import Any

from dlfaq.ask.build.shown import Texts
from dlfaq.knowledge.entry import Claim, Entry, Faq, Planned
from dlfaq.verify.evidence import ClaimEvidence, Evidence, Side

Object = dict[str, Any]


def document(entry: Entry | Planned, faq: Faq, evidence: Evidence | None) -> Object:
    """Everything that is said and was measured of an entry, as plain values."""
    head = {"id": entry.id, "question": entry.question}
    tail = {
        "topics": [{"id": one, "title": faq.topics.get(one, one)} for one in entry.topics],
        "also_asked": list(entry.also_asked),
        "planned": isinstance(entry, Planned),
    }
    if isinstance(entry, Planned):
        return head | tail
    texts = Texts(evidence)
    ruled = evidence.claims if evidence else {}
    return {
        **head,
        "form": 1,
        "draft": False,
        "short": texts.numbers(entry.short),
        "do": [],
        "parts": [{"id": "", "title": "", "asked": [], "text": texts.numbers(entry.long)}],
        "claims": [_claim(one, ruled.get(one.id)) for one in entry.claims],
        "references": [
            _fields(one, ("title", "authors", "year", "url")) for one in entry.references
        ],
        "related": list(entry.related),
        "sources": [
            _fields(one, ("document", "says", "ruling")) | {"because": texts.numbers(one.because)}
            for one in entry.sources
        ],
        **tail,
    }


def _fields(value: object, names: Iterable[str]) -> Object:
    return {name: getattr(value, name) for name in names}


def _claim(claim: Claim, found: ClaimEvidence | None) -> Object:
    controls = found.controls if found else [None] * len(claim.controls)
    return {
        "id": claim.id,
        "kind": "measured",
        "says": claim.says,
        "expect": " and ".join(claim.expect),
        "shows": "",
        "verdict": found.verdict if found else None,
        "measured": _side(found.claim if found else None),
        "holds_under": {},
        "fails_under": {
            f"control-{place}": {"why": control.why} | _side(side)
            for place, (control, side) in enumerate(zip(claim.controls, controls, strict=True), 1)
        },
    }


def _side(side: Side | None) -> Object:
    """The point that decides; only empty values where nothing was measured."""
    empty = dict.fromkeys(("outcome", "estimate", "interval", "replicates", "at"))
    try:
        _, point = side.decisive() if side else (None, None)
    except LookupError:
        point = None
    if side is None or point is None:
        return empty
    return empty | {
        "outcome": side.outcome,
        "estimate": point.estimate,
        "interval": list(point.interval),
        "replicates": point.replicates,
        "at": dict(point.at),
    }
