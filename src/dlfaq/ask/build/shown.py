"""An entry's rows that are shown: parsed, safe, with numbers in place of placeholders."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from dlfaq.ask.blocks import Span, pack, pack_spans
from dlfaq.ask.build.markdown import blocks, inline
from dlfaq.evidence.record import ClaimEvidence, Evidence, Side
from dlfaq.evidence.verdict import Verdict, verdict_of
from dlfaq.evidence.words import interval, measured, predicted, where
from dlfaq.knowledge.citations import references_of, replace_citations, short_name
from dlfaq.knowledge.entry import PRACTICE, Claim, Entry, Faq, Reference, Step
from dlfaq.knowledge.placeholders import render
from dlfaq.sanitise import sanitise

Row = tuple[str | int | float | bytes | None, ...]
UNMEASURED = "not measured"
UNKNOWN = ("·", "dim")  # the mark and the colour of a claim that was never measured
KINDS = {"measured": "{} measured", "exact": "{} exact", "library": "{} of PyTorch"}
WORST = (Verdict.REFUTED, Verdict.OVERSTATED, Verdict.VACUOUS, Verdict.INCONCLUSIVE)


@dataclass(frozen=True)
class Texts:
    """How the texts of an entry are made ready to show: numbers, then citations, then Markdown.

    Attributes:
        evidence: What was measured for the entry; None if nothing was recorded.
        references: What its texts may cite, by id.
    """

    evidence: Evidence | None
    references: Mapping[str, Reference] = field(default_factory=dict)

    def numbers(self, text: str, claim: str = "") -> str:
        """The text as Markdown with numbers in it; `claim`: whose own `shows` it is."""
        values = self.evidence.values if self.evidence else {}
        return render(text, values, claim=claim).strip()

    def line(self, text: str, claim: str = "") -> str:
        """A paragraph, packed."""
        return packed_line(self._cited(self.numbers(text, claim)))

    def page(self, text: str) -> str:
        """Blocks, packed."""
        return pack(blocks(self._cited(self.numbers(text))))

    def _cited(self, text: str) -> str:
        return replace_citations(text, self.references, lambda one: f"({short_name(one)})")


def texts_of(entry: Entry, evidence: Evidence | None) -> Texts:
    """How this entry's texts are made ready."""
    return Texts(evidence, references_of(entry))


def packed_line(text: str) -> str:
    """A paragraph without placeholders, packed."""
    return pack_spans(inline(sanitise(text)))


def recorded(entry: Entry, evidence: Evidence | None) -> dict[str, ClaimEvidence]:
    """What was measured, by claim; nothing of a claim whose expectation was changed since."""
    ruled = evidence.claims if evidence else {}
    now = {claim.id: claim.expect for claim in entry.claims}
    return {name: one for name, one in ruled.items() if now.get(name) == one.expect}


def insert(db: sqlite3.Connection, table: str, rows: Iterable[Row]) -> None:
    """Write rows of a table."""
    for row in rows:
        places = ", ".join("?" * len(row))
        db.execute(f"INSERT INTO {table} VALUES ({places})", row)  # noqa: S608 - names of ours


def add_shown(
    db: sqlite3.Connection, num: int, entry: Entry, faq: Faq, evidence: Evidence | None
) -> None:
    """Write the rows from which `ask` and `show` compose what a person reads."""
    texts = texts_of(entry, evidence)
    ruled = recorded(entry, evidence)
    insert(db, "steps", _numbered(num, (_step(one, texts) for one in entry.answer.do)))
    parts = ((one.id, texts.line(one.title), texts.page(one.text)) for one in entry.answer.parts)
    insert(db, "parts", _numbered(num, parts))
    claims = (_claim(one, ruled.get(one.id), texts) for one in entry.claims)
    insert(db, "claims", _numbered(num, claims))
    for place, claim in enumerate(entry.claims):
        sides = enumerate(_sides(claim, ruled.get(claim.id), texts))
        insert(db, "sides", ((num, place, order, *side) for order, side in sides))
    insert(db, "sources", _numbered(num, _sources(entry, faq, texts)))
    insert(db, "refs", _numbered(num, _references(entry, texts)))


def _numbered(num: int, rows: Iterable[Row]) -> Iterator[Row]:
    return ((num, place, *row) for place, row in enumerate(rows))


def evidence_line(entry: Entry, evidence: Evidence | None) -> str:
    """How many claims hold, packed: the one line that stands below an answer."""
    ruled = recorded(entry, evidence)
    if not entry.claims:
        return ""
    held = [
        one for one in entry.claims if one.id in ruled and verdict_of(ruled[one.id].verdict).is_good
    ]
    if len(held) == len(entry.claims):
        good = Verdict.VERIFIED
        return _marked((good.mark, good.colour), _all_hold(entry))
    if not ruled:
        count = len(entry.claims)
        return _marked(UNKNOWN, f"{count} claim{'s' * (count > 1)}, not measured yet")
    words = [ruled[one.id].verdict if one.id in ruled else UNMEASURED for one in entry.claims]
    bad = [one for one in WORST if one.word in words]
    names = [*(one.word for one in bad), *([UNMEASURED] if UNMEASURED in words else [])]
    others = ", ".join(f"{words.count(name)} {name}" for name in names)
    look = (bad[0].mark, bad[0].colour) if bad else UNKNOWN
    return _marked(look, f"{len(held)} of {len(words)} claims hold; {others}")


def _all_hold(entry: Entry) -> str:
    """In words: of which kind how many claims there are."""
    count = len(entry.claims)
    claims = "claim holds" if count == 1 else "claims hold"
    if all(claim.fails_under for claim in entry.claims):
        claims += ", with a control" if count == 1 else ", each with a control"
    kinds = [claim.kind for claim in entry.claims]
    told = [words.format(kinds.count(kind)) for kind, words in KINDS.items() if kind in kinds]
    return f"{told[0]} {claims}" if len(told) == 1 else f"{', '.join(told)}: all hold"


def _marked(look: tuple[str, str], words: str) -> str:
    mark, colour = look
    return pack_spans((Span(f"{mark} ", f"mark:{colour}"), Span(words)))


def _step(step: Step, texts: Texts) -> Row:
    code = sanitise(step.code).rstrip("\n")
    grounds = [
        f"{short_name(texts.references[one])}" if one in texts.references else one
        for one in step.because
    ]
    because = "" if step.because == (PRACTICE,) else ", ".join(grounds)
    return (texts.line(step.text), code, pack_spans([Span(sanitise(because or PRACTICE))]))


def _claim(claim: Claim, found: ClaimEvidence | None, texts: Texts) -> Row:
    verdict = verdict_of(found.verdict) if found else None
    look = (verdict.word, verdict.mark, verdict.colour) if verdict else ("", *UNKNOWN)
    shows = texts.line(claim.shows, claim.id) if found else ""
    return (claim.id, claim.kind, texts.line(claim.says), shows, *look)


def _sides(claim: Claim, found: ClaimEvidence | None, texts: Texts) -> Iterator[Row]:
    """The claim's own side first, then where it also holds, then where it fails."""
    yield ("own", "", "", *_side(claim, found.own if found else None))
    for name in claim.holds_under:
        yield ("holds", name, "", *_side(claim, found.holds_under.get(name) if found else None))
    for name, why in claim.fails_under.items():
        side = found.fails_under.get(name) if found else None
        yield ("fails", name, texts.line(why), *_side(claim, side))


def _side(claim: Claim, side: Side | None) -> Row:
    """Outcome, expectation, prediction and measurement in words, and where along the sweep."""
    if side is None or not side.points:
        return ("", claim.expect, "", "", "")
    point = side.decisive()
    estimate = " ".join(filter(None, (measured(point), interval(point))))
    return (side.outcome, claim.expect, predicted(point), estimate, where(point))


def _sources(entry: Entry, faq: Faq, texts: Texts) -> Iterator[Row]:
    for one in entry.sources:
        title = packed_line(faq.documents[one.document].title)
        yield (title, one.ruling, texts.line(one.says), texts.line(one.because))


def _references(entry: Entry, texts: Texts) -> Iterator[Row]:
    for one in entry.references:
        text = sanitise(f"{one.authors} ({one.year}). {one.title}.")
        yield (text, sanitise(one.url), texts.line(one.purpose))
