"""Read whole entries from the index, ready to show, and documents for programs.

Standard library only; nothing is parsed.
"""

import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from dlfaq.ask.blocks import Blocks, Spans, unpack, unpack_spans
from dlfaq.errors import Problem

FORM = 2  # of every written entry, in JSON: programs tell it from the one before by it


class StepText(NamedTuple):
    """What to do: a sentence, lines of code, and the ground on which it stands."""

    step: Spans
    code: tuple[str, ...]
    because: Spans


class PartText(NamedTuple):
    """A section of the explanation; one without an id cannot be shown alone."""

    id: str
    title: Spans
    body: Blocks


class SideText(NamedTuple):
    """A claim in its own setting or under a condition.

    Attributes:
        role: `own`, `holds` (it is said to hold here too) or `fails` (a control).
        name: The condition's; empty for the claim's own setting.
        why: The reason for which a control fails.
        outcome: `holds`, `fails` or `inconclusive`; empty if it was not measured.
        expect: The expectation as it is written.
        predicted: The prediction in words.
        measured: The estimate in words.
        at: Where along the sweep, e.g. `classes = 10`.
    """

    role: str
    name: str
    why: Spans
    outcome: str
    expect: str
    predicted: str
    measured: str
    at: str


class ClaimText(NamedTuple):
    """A claim with its verdict's word (empty without evidence), its mark and its colour.

    The claim's own side comes first.
    """

    id: str
    kind: str
    says: Spans
    shows: Spans
    verdict: str
    mark: str
    colour: str
    sides: tuple[SideText, ...]


class SourceText(NamedTuple):
    """What a source document says, and our ruling."""

    title: Spans
    ruling: str
    says: Spans
    because: Spans


class ReferenceText(NamedTuple):
    """A primary source, and what it is cited for."""

    text: str
    url: str
    purpose: Spans


class EntryText(NamedTuple):
    """An entry as it is shown: placeholders are numbers, Markdown is spans.

    Attributes:
        topics: (id, title).
        evidence: How many claims hold, in one line.
        related: (id, question).
    """

    id: str
    title: Spans
    short: Blocks
    evidence: Spans
    steps: tuple[StepText, ...]
    parts: tuple[PartText, ...]
    claims: tuple[ClaimText, ...]
    sources: tuple[SourceText, ...]
    references: tuple[ReferenceText, ...]
    topics: tuple[tuple[str, str], ...]
    also_asked: tuple[str, ...]
    related: tuple[tuple[str, Spans], ...]
    verified: int
    planned: bool
    draft: bool

    def part(self, name: str) -> PartText | None:
        """The part of an id; None if there is none."""
        return next((one for one in self.parts if one.id == name), None)


class Row(NamedTuple):
    """An entry in a list; `topics` are ids, `verified` of its `claims` are verified."""

    id: str
    question: str
    topics: tuple[str, ...]
    claims: int
    verified: int
    planned: bool
    draft: bool
    title: Spans

    def as_json(self) -> dict[str, object]:
        """Plain values for a program, which makes of the question what it likes."""
        raw = self._asdict()
        del raw["title"]
        return {**raw, "form": None if self.planned else FORM}


def ids(db: sqlite3.Connection) -> tuple[str, ...]:
    """Every entry's id, planned ones too, sorted."""
    return tuple(name for (name,) in db.execute("SELECT id FROM entries ORDER BY id"))


def problems(db: sqlite3.Connection) -> tuple[Problem, ...]:
    """What is to be mended in the FAQ's files, because of which something is missing here."""
    rows = db.execute("SELECT file, line, what, hint FROM problems ORDER BY place")
    return tuple(Problem(*row) for row in rows)


def problems_of(db: sqlite3.Connection, name: str) -> tuple[Problem, ...]:
    """What is wrong with an entry that is left out; nothing if there is no such entry."""
    if not db.execute("SELECT 1 FROM missing WHERE id = ?", (name,)).fetchone():
        return ()
    found = problems(db)
    return tuple(one for one in found if one.file == f"faq/{name}.yaml") or found


def topics(db: sqlite3.Connection) -> dict[str, str]:
    """Title by topic id, in the FAQ's order."""
    return dict(db.execute("SELECT id, title FROM topics ORDER BY place"))


def rows(db: sqlite3.Connection, topic: str | None = None) -> tuple[Row, ...]:
    """Every entry, or those of one topic: written ones first, then planned ones, sorted by id."""
    query = (
        "SELECT id, question, topics, claims, verified, planned, draft, title FROM entries "
        "ORDER BY planned, id"
    )
    found = []
    for name, question, topic_ids, claims, verified, planned, draft, title in db.execute(query):
        of = tuple(topic_ids.split("\n"))
        if topic is None or topic in of:
            flags = bool(planned), bool(draft)
            found.append(Row(name, question, of, claims, verified, *flags, unpack_spans(title)))
    return tuple(found)


def document(db: sqlite3.Connection, name: str) -> str | None:
    """An entry as JSON for a program, by its id; None if there is none."""
    query = "SELECT json FROM documents JOIN entries USING (num) WHERE id = ?"
    found = db.execute(query, (name,)).fetchone()
    return found[0] if found else None


def entry(db: sqlite3.Connection, name: str, *, whole: bool = True) -> EntryText | None:
    """An entry by its id; None if there is none.

    Args:
        db: The open index.
        name: The id.
        whole: With the parts, claims, sources and references, which `ask` does not show.
    """
    query = (
        "SELECT num, id, title, topics, also_asked, related, verified, planned, draft "
        "FROM entries WHERE id = ?"
    )
    found = db.execute(query, (name,)).fetchone()
    if found is None:
        return None
    num, _, title, topic_ids, also, related, verified, planned, draft = found
    query = "SELECT short, evidence FROM documents WHERE num = ?"
    short, evidence = db.execute(query, (num,)).fetchone()
    return EntryText(
        name,
        unpack_spans(title),
        unpack(short),
        unpack_spans(evidence),
        steps=tuple(_steps(db, num)),
        parts=tuple(_parts(db, num)) if whole else (),
        claims=tuple(_claims(db, num)) if whole else (),
        sources=tuple(_sources(db, num)) if whole else (),
        references=tuple(_references(db, num)) if whole else (),
        topics=tuple(_topics(db, topic_ids)),
        also_asked=tuple(also.splitlines()),
        related=tuple(_related(db, related)),
        verified=verified,
        planned=bool(planned),
        draft=bool(draft),
    )


def _steps(db: sqlite3.Connection, num: int) -> Iterator[StepText]:
    for step, code, because in _of(db, "step, code, because", "steps", num):
        yield StepText(unpack_spans(step), tuple(code.splitlines()), unpack_spans(because))


def _parts(db: sqlite3.Connection, num: int) -> Iterator[PartText]:
    for name, title, body in _of(db, "id, title, body", "parts", num):
        yield PartText(name, unpack_spans(title), unpack(body))


def _claims(db: sqlite3.Connection, num: int) -> Iterator[ClaimText]:
    sides: dict[int, list[SideText]] = {}
    query = (
        "SELECT claim, role, name, why, outcome, expect, predicted, measured, at FROM sides "
        "WHERE num = ? ORDER BY claim, place"
    )
    for claim, role, name, why, *texts in db.execute(query, (num,)):
        sides.setdefault(claim, []).append(SideText(role, name, unpack_spans(why), *texts))
    found = _of(db, "place, id, kind, says, shows, verdict, mark, colour", "claims", num)
    for place, name, kind, says, shows, *verdict in found:
        spans = unpack_spans(says), unpack_spans(shows)
        yield ClaimText(name, kind, *spans, *verdict, tuple(sides[place]))


def _sources(db: sqlite3.Connection, num: int) -> Iterator[SourceText]:
    for title, ruling, says, because in _of(db, "title, ruling, says, because", "sources", num):
        yield SourceText(unpack_spans(title), ruling, unpack_spans(says), unpack_spans(because))


def _references(db: sqlite3.Connection, num: int) -> Iterator[ReferenceText]:
    for text, url, purpose in _of(db, "text, url, purpose", "refs", num):
        yield ReferenceText(text, url, unpack_spans(purpose))


def _topics(db: sqlite3.Connection, names: str) -> Iterator[tuple[str, str]]:
    titles = dict(db.execute("SELECT id, title FROM topics"))
    for name in names.split("\n"):
        yield name, titles.get(name, name)


def _related(db: sqlite3.Connection, names: str) -> Iterator[tuple[str, Spans]]:
    for name in filter(None, names.split("\n")):
        found = db.execute("SELECT title FROM entries WHERE id = ?", (name,)).fetchone()
        if found:  # its file may be to mend
            yield name, unpack_spans(found[0])


def _of(db: sqlite3.Connection, columns: str, table: str, num: int) -> list[tuple]:
    query = f"SELECT {columns} FROM {table} WHERE num = ? ORDER BY place"  # noqa: S608 - names of ours
    return db.execute(query, (num,)).fetchall()
