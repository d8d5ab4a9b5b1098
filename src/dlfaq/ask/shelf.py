"""Read whole entries from the index, as `show` and `list` need them. Standard library only."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from dlfaq.ask.schema import connect


class Measurement(NamedTuple):
    """What one side of a claim expected and what was measured.

    Without evidence `outcome` is empty and the numbers are None.

    Attributes:
        why: A control's reason; empty on the claim's own side.
        outcome: `holds`, `fails` or `inconclusive`.
        expectation: The one that decides.
        at: Where along the sweep, e.g. `classes = 10`.
        low: Lower end of the confidence interval; None where it has none.
        high: Upper end of the confidence interval; None where it has none.
    """

    why: str
    outcome: str
    expectation: str
    at: str
    estimate: float | None
    low: float | None
    high: float | None
    replicates: int


class ClaimText(NamedTuple):
    """A claim with its verdict's word (empty without evidence), its own measurement and its controls'."""

    id: str
    says: str
    verdict: str
    measured: Measurement
    controls: tuple[Measurement, ...]


class Source(NamedTuple):
    """What a source document says, and our ruling."""

    document: str
    title: str
    says: str
    ruling: str
    because: str


class ReferenceText(NamedTuple):
    """A primary source."""

    title: str
    authors: str
    year: int
    url: str


class EntryText(NamedTuple):
    """An entry as it is shown: placeholders are numbers already.

    Attributes:
        topics: (id, title).
        related: (id, question).
    """

    id: str
    question: str
    short: str
    long: str
    topics: tuple[tuple[str, str], ...]
    also_asked: tuple[str, ...]
    related: tuple[tuple[str, str], ...]
    claims: tuple[ClaimText, ...]
    sources: tuple[Source, ...]
    references: tuple[ReferenceText, ...]
    verified: int
    planned: bool


class Row(NamedTuple):
    """An entry in a list; `topics` are ids, `verified` of its `claims` are verified."""

    id: str
    question: str
    topics: tuple[str, ...]
    claims: int
    verified: int
    planned: bool


def ids(index: Path) -> tuple[str, ...]:
    """Every entry's id, planned ones too, sorted."""
    with _open(index) as db:
        return tuple(name for (name,) in db.execute("SELECT id FROM entries ORDER BY id"))


def topics(index: Path) -> dict[str, str]:
    """Title by topic id, in the FAQ's order."""
    with _open(index) as db:
        return dict(db.execute("SELECT id, title FROM topics ORDER BY place"))


def rows(index: Path, topic: str | None = None) -> tuple[Row, ...]:
    """Every entry, or those of one topic: written ones first, then planned ones, each sorted by id."""
    with _open(index) as db:
        query = "SELECT id, question, topics, claims, verified, planned FROM entries ORDER BY planned, id"
        found = [Row(*one[:2], tuple(one[2].split("\n")), *one[3:5], bool(one[5])) for one in db.execute(query)]
    return tuple(row for row in found if topic is None or topic in row.topics)


def entry(index: Path, name: str) -> EntryText | None:
    """An entry by its id; None if there is none."""
    with _open(index) as db:
        query = (
            "SELECT num, id, question, short, long, topics, also_asked, related, verified, planned "
            "FROM entries WHERE id = ?"
        )
        found = db.execute(query, (name,)).fetchone()
        if found is None:
            return None
        num, *texts, topic_ids, also, related, verified, planned = found
        titles = dict(db.execute("SELECT id, title FROM topics"))
        questions = dict(db.execute("SELECT id, question FROM entries")) if related else {}
        return EntryText(
            *texts,
            topics=tuple((one, titles.get(one, one)) for one in topic_ids.split("\n")),
            also_asked=tuple(also.splitlines()),
            related=tuple((one, questions.get(one, "")) for one in related.split("\n") if one),
            claims=tuple(_claims(db, num)),
            sources=tuple(Source(*one) for one in _of(db, "document, title, says, ruling, because", "sources", num)),
            references=tuple(ReferenceText(*one) for one in _of(db, "title, authors, year, url", "refs", num)),
            verified=verified,
            planned=bool(planned),
        )


def _claims(db: sqlite3.Connection, num: int) -> Iterator[ClaimText]:
    columns = "why, outcome, expectation, at, estimate, low, high, replicates"
    for place, (name, says, verdict) in enumerate(_of(db, "id, says, verdict", "claims", num)):
        query = f"SELECT {columns} FROM sides WHERE num = ? AND claim = ? ORDER BY place"  # noqa: S608 - names of ours
        own, *controls = (Measurement(*side) for side in db.execute(query, (num, place)))
        yield ClaimText(name, says, verdict, own, tuple(controls))


def _of(db: sqlite3.Connection, columns: str, table: str, num: int) -> list[tuple]:
    query = f"SELECT {columns} FROM {table} WHERE num = ? ORDER BY place"  # noqa: S608 - names of ours
    return db.execute(query, (num,)).fetchall()


@contextmanager
def _open(index: Path) -> Iterator[sqlite3.Connection]:
    with closing(connect(index)) as db:
        yield db
