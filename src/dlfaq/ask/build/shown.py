"""An entry's rows that are shown: parsed, safe, with measured numbers in place of placeholders."""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dlfaq.ask.blocks import Span, pack, pack_spans
from dlfaq.ask.build.markdown import blocks, inline
from dlfaq.ask.marks import UNKNOWN, VERDICTS
from dlfaq.knowledge.entry import Claim, Entry, Faq
from dlfaq.knowledge.placeholders import render
from dlfaq.sanitise import sanitise
from dlfaq.verify.evidence import ClaimEvidence, Evidence, Side

Row = tuple[str | int | float | bytes | None, ...]


@dataclass(frozen=True)
class Texts:
    """How the texts of an entry are made ready to show: numbers first, then Markdown.

    Attributes:
        evidence: What was measured for the entry; None if nothing was recorded.
    """

    evidence: Evidence | None

    def numbers(self, text: str) -> str:
        """The text as Markdown with numbers in it."""
        return render(text, self.evidence.values if self.evidence else {}).strip()

    def line(self, text: str) -> str:
        """A paragraph, packed."""
        return packed_line(self.numbers(text))

    def page(self, text: str) -> str:
        """Blocks, packed."""
        return pack(blocks(self.numbers(text)))


def packed_line(text: str) -> str:
    """A paragraph without placeholders, packed."""
    return pack_spans(inline(sanitise(text)))


def insert(db: sqlite3.Connection, table: str, rows: Iterable[Row]) -> None:
    """Write rows of a table."""
    for row in rows:
        places = ", ".join("?" * len(row))
        db.execute(f"INSERT INTO {table} VALUES ({places})", row)  # noqa: S608 - names of ours


def add_shown(
    db: sqlite3.Connection, num: int, entry: Entry, faq: Faq, evidence: Evidence | None
) -> None:
    """Write the rows from which `ask` and `show` compose what a person reads."""
    texts = Texts(evidence)
    ruled = evidence.claims if evidence else {}
    insert(db, "parts", [(num, 0, "", "", texts.page(entry.long))])
    insert(db, "claims", _numbered(num, (_claim(one, ruled.get(one.id)) for one in entry.claims)))
    for place, claim in enumerate(entry.claims):
        sides = enumerate(_sides(claim, ruled.get(claim.id)))
        insert(db, "sides", ((num, place, order, *side) for order, side in sides))
    insert(db, "sources", _numbered(num, _sources(entry, faq, texts)))
    insert(db, "refs", _numbered(num, _references(entry)))


def _numbered(num: int, rows: Iterable[Row]) -> Iterator[Row]:
    return ((num, place, *row) for place, row in enumerate(rows))


def evidence_line(entry: Entry, evidence: Evidence | None) -> str:
    """How many claims hold, packed: what stands below an answer."""
    ruled = evidence.claims if evidence else {}
    words = [ruled[one.id].verdict if one.id in ruled else "not measured" for one in entry.claims]
    held = words.count("verified")
    if not words:
        return ""
    if held == len(words):
        claims = "claim holds, with a control" if held == 1 else "claims hold, each with a control"
        return pack_spans((Span("✓ ", "mark:green"), Span(f"{held} {claims}")))
    others = [one for one in (*VERDICTS, "not measured") if one in words and one != "verified"]
    mark, colour = VERDICTS.get(others[0], UNKNOWN)
    counts = ", ".join(f"{words.count(one)} {one}" for one in others)
    hold = f"{held} of {len(words)} claims hold; {counts}"
    return pack_spans((Span(f"{mark} ", f"mark:{colour}"), Span(hold)))


def _claim(claim: Claim, found: ClaimEvidence | None) -> Row:
    verdict = found.verdict if found else ""
    mark = VERDICTS.get(verdict, UNKNOWN)
    return (claim.id, "measured", packed_line(claim.says), "", verdict, *mark)


def _sides(claim: Claim, found: ClaimEvidence | None) -> Iterator[Row]:
    """The claim's own side first, then its controls'."""
    yield ("own", "", "", *_measured(found.claim if found else None, claim))
    for place, control in enumerate(claim.controls):
        side = found.controls[place] if found else None
        yield ("fails", "", packed_line(control.why), *_measured(side, claim))


def _measured(side: Side | None, claim: Claim) -> Row:
    """Outcome, expectation, what was predicted and measured, in words, and where."""
    try:
        judged, point = side.decisive() if side else (None, None)
    except LookupError:
        judged = point = None
    if side is None or point is None:
        return ("", " and ".join(claim.expect), "", "", "")
    at = ", ".join(f"{name} = {value}" for name, value in point.at.items())
    if judged.expect.startswith("all("):  # a condition: it held in so many replicates
        words = f"{round(point.estimate * point.replicates)} of {point.replicates} replicates"
    else:
        words = (
            f"{number(point.estimate)} [{number(point.interval[0])}, {number(point.interval[1])}]"
        )
    return (side.outcome, judged.expect, "", words, at)


def number(value: float | None) -> str:
    """Four significant digits; `…` where an interval has no end."""
    return "…" if value is None else f"{value:.4g}"


def _sources(entry: Entry, faq: Faq, texts: Texts) -> Iterator[Row]:
    for one in entry.sources:
        title = packed_line(faq.documents[one.document].title)
        yield (title, one.ruling, packed_line(one.says), texts.line(one.because))


def _references(entry: Entry) -> Iterator[Row]:
    for one in entry.references:
        yield (sanitise(f"{one.authors} ({one.year}). {one.title}."), sanitise(one.url), "")
