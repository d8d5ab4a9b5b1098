"""One entry's rows in the index: what is shown, what is searched, and what it means."""

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping

from dlfaq.ask.build.document import document
from dlfaq.ask.build.shown import (
    Row,
    Texts,
    add_shown,
    evidence_line,
    insert,
    packed_line,
    recorded,
    texts_of,
)
from dlfaq.ask.failures import failure_in
from dlfaq.ask.schema import COLUMNS, OF_ENTRY
from dlfaq.ask.spelling import PLAIN_WORD
from dlfaq.ask.vectors import embed, packed, unit
from dlfaq.ask.words import canonical, clean, negated, stems
from dlfaq.evidence.record import Evidence
from dlfaq.evidence.verdict import verdict_of
from dlfaq.knowledge.entry import Entry, Faq, Part, Planned

MOST_PHRASINGS = 96  # of an entry that are compared by meaning


def add(
    db: sqlite3.Connection,
    num: int,
    entry: Entry | Planned,
    faq: Faq,
    evidence: Evidence | None,
    same: Mapping[str, str],
) -> set[str]:
    """Write an entry's rows.

    Args:
        db: The index.
        num: The entry's number in it.
        entry: What is written.
        faq: Whose topics and documents the entry names.
        evidence: What was measured of it, if it was recorded.
        same: Canonical form by other form, from the thesaurus.

    Returns:
        The words that it holds.
    """
    short = Texts(evidence).numbers(entry.short) if isinstance(entry, Entry) else ""
    insert(db, "entries", [(num, *_head(entry, short, evidence))])
    insert(db, "documents", [(num, *_document(entry, faq, evidence))])
    if isinstance(entry, Entry):
        add_shown(db, num, entry, faq, evidence)
        parts = enumerate(entry.answer.parts)
        insert(db, "passages", ((num, place, *_passage(part, same)) for place, part in parts))
    fields = _fields(entry, short, faq, same)
    insert(db, "fields", [(num, *fields)])
    columns = ", ".join(COLUMNS)
    places = ", ".join("?" * len(COLUMNS))
    db.execute(f"INSERT INTO words (rowid, {columns}) VALUES (?, {places})", (num, *fields))  # noqa: S608 - names of ours
    insert(db, "meanings", [(num, *_meaning(entry, short))])
    insert(db, "spellings", [(num, " ".join(spelled_in(said(entry, short))))])
    insert(db, "failures", ((num, *row) for row in _failures(entry, same)))
    return {word for field in fields for word in field.split()}


def remove(db: sqlite3.Connection, num: int) -> set[str]:
    """Take an entry's rows out; return the words that it held."""
    columns = ", ".join(COLUMNS)
    places = ", ".join("?" * len(COLUMNS))
    fields = db.execute(f"SELECT {columns} FROM fields WHERE num = ?", (num,)).fetchone()  # noqa: S608 - names of ours
    gone = f"INSERT INTO words (words, rowid, {columns}) VALUES ('delete', ?, {places})"  # noqa: S608 - names of ours
    db.execute(gone, (num, *fields))
    for table in OF_ENTRY:
        db.execute(f"DELETE FROM {table} WHERE num = ?", (num,))  # noqa: S608 - names of ours
    return {word for field in fields for word in field.split()}


def _head(entry: Entry | Planned, short: str, evidence: Evidence | None) -> Row:
    """An entry's row in a list, and how many of its claims are verified."""
    title = packed_line(entry.question)
    names = (entry.id, entry.question, title, short)
    if isinstance(entry, Planned):
        lists = ("\n".join(one) for one in (entry.topics, phrasings(entry), ()))
        return (*names, *lists, 0, 0, True, False)
    lists = ("\n".join(one) for one in (entry.topics, phrasings(entry), entry.related))
    ruled = recorded(entry, evidence).values()
    verified = sum(verdict_of(one.verdict).is_good for one in ruled)
    return (*names, *lists, len(entry.claims), verified, False, entry.draft)


def _document(entry: Entry | Planned, faq: Faq, evidence: Evidence | None) -> Row:
    """What is shown first, how it was verified, and everything for programs."""
    found = document(entry, faq, evidence)
    raw = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    if isinstance(entry, Planned):
        return ("", "", raw)
    short = texts_of(entry, evidence).page(entry.short)
    return (short, evidence_line(entry, evidence), raw)


def _passage(part: Part, same: Mapping[str, str]) -> Row:
    """What a part is asked as, what it says, and what its phrasings mean."""
    phrasings = [part.title, *part.asked]
    vectors = (packed(embed(clean(one))) for one in phrasings)
    asked = "\n".join(in_stems(one, same) for one in phrasings)
    return (asked, in_stems(part.text, same), b"".join(vectors))


def _fields(entry: Entry | Planned, short: str, faq: Faq, same: Mapping[str, str]) -> list[str]:
    """An entry's texts as canonical stems, column by column; each phrasing has its line."""
    titles = " ".join(f"{topic} {faq.topics.get(topic, '')}" for topic in entry.topics)
    topics = f"{titles} {entry.id.replace('-', ' ')}"
    also = "\n".join(in_stems(line, same) for line in phrasings(entry))
    claims, long = _long(entry)
    others = (in_stems(text, same) for text in (short, topics, claims, long))
    return [in_stems(entry.question, same), also, *others]


def phrasings(entry: Entry | Planned) -> tuple[str, ...]:
    """Every way in which an entry or one of its parts is asked, beside its question."""
    return entry.asked() if isinstance(entry, Entry) else entry.also_asked


def _long(entry: Entry | Planned) -> tuple[str, str]:
    """What is claimed, here and by the sources; what to do, and the explanation."""
    sources = (one.says for one in entry.sources)
    if isinstance(entry, Planned):
        return "\n".join(sources), ""
    claims = (one.says for one in entry.claims)
    steps = (f"{one.text}\n{one.code}" for one in entry.answer.do)
    parts = (f"{one.title}\n{one.text}" for one in entry.answer.parts)
    return "\n".join((*claims, *sources)), "\n".join((*steps, *parts))


def in_stems(text: str, same: Mapping[str, str]) -> str:
    """A text as the words that are looked for: canonical stems, and what is negated."""
    words = canonical(stems(clean(text.replace("\\", " ").replace("$", " "))), same)
    return " ".join([*words, *negated(words)])


def spelled_in(texts: Iterable[str]) -> list[str]:
    """The words of prose in texts, as they are spelled."""
    found = (word.lower() for text in texts for word in re.findall(PLAIN_WORD, text))
    return sorted(set(found))


def _failures(entry: Entry | Planned, same: Mapping[str, str]) -> Iterator[Row]:
    """The phrasings that are errors, by type."""
    for phrasing in (entry.question, *phrasings(entry)):
        if failure := failure_in(phrasing):
            yield failure, in_stems(phrasing, same)


def _meaning(entry: Entry | Planned, short: str) -> tuple[bytes, bytes]:
    """The middle of what an entry's phrasings mean, and each of them."""
    vectors = [embed(text) for text in said(entry, short)]
    centre = unit(map(sum, zip(*vectors, strict=True)))
    return packed(centre), b"".join(map(packed, vectors))


def said(entry: Entry | Planned, short: str) -> Iterator[str]:
    """The texts whose meaning counts: phrasings, the short answer, what the sources say."""
    yield clean(entry.question)
    for phrasing in phrasings(entry)[:MOST_PHRASINGS]:
        yield clean(phrasing)
    if short:
        yield clean(short)
    for source in entry.sources[:MOST_PHRASINGS]:
        yield clean(source.says)
