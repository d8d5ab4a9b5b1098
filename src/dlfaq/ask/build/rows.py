"""One entry's rows in the index: everything as it will be shown, as it will be searched, and what it means."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence

from dlfaq.ask.build.document import document
from dlfaq.ask.build.shown import Row, Texts, add_shown, evidence_line, insert, packed_line
from dlfaq.ask.schema import COLUMNS, OF_ENTRY
from dlfaq.ask.vectors import embed, packed, unit
from dlfaq.ask.words import canonical, clean, negated, stems
from dlfaq.knowledge.entry import Claim, Entry, Faq, Planned
from dlfaq.verify.evidence import Evidence

MOST_PHRASINGS = 64  # of an entry that are compared by meaning


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
    said_of = Texts(evidence)
    texts = [said_of.numbers(one) for one in _answer(entry)]
    insert(db, "entries", [(num, *_head(entry, texts[0], evidence))])
    insert(db, "documents", [(num, *_document(entry, faq, evidence))])
    if isinstance(entry, Entry):
        add_shown(db, num, entry, faq, evidence)
    fields = _fields(entry, texts, faq, same)
    insert(db, "fields", [(num, *fields)])
    columns = ", ".join(COLUMNS)
    places = ", ".join("?" * len(COLUMNS))
    db.execute(f"INSERT INTO words (rowid, {columns}) VALUES (?, {places})", (num, *fields))  # noqa: S608 - names of ours
    insert(db, "meanings", [(num, *_meaning(entry, texts[0]))])
    return {word for field in fields for word in field.split()}


def remove(db: sqlite3.Connection, num: int) -> set[str]:
    """Take an entry's rows out; return the words that it held."""
    columns = ", ".join(COLUMNS)
    fields = db.execute(f"SELECT {columns} FROM fields WHERE num = ?", (num,)).fetchone()  # noqa: S608 - names of ours
    gone = f"INSERT INTO words (words, rowid, {columns}) VALUES ('delete', ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
    db.execute(gone, (num, *fields))
    for table in OF_ENTRY:
        db.execute(f"DELETE FROM {table} WHERE num = ?", (num,))  # noqa: S608 - names of ours
    return {word for field in fields for word in field.split()}


def _answer(entry: Entry | Planned) -> tuple[str, str]:
    """The short and the long answer."""
    return (entry.short, entry.long) if isinstance(entry, Entry) else ("", "")


def _head(entry: Entry | Planned, short: str, evidence: Evidence | None) -> Row:
    """An entry's row in a list, and how many of its claims are verified."""
    planned = isinstance(entry, Planned)
    related = () if planned else entry.related
    lists = ("\n".join(names) for names in (entry.topics, entry.also_asked, related))
    ruled = evidence.claims if evidence else {}
    verdicts = [ruled[claim.id].verdict for claim in _claims(entry) if claim.id in ruled]
    counts = len(_claims(entry)), verdicts.count("verified")
    title = packed_line(entry.question)
    return (entry.id, entry.question, title, short, *lists, *counts, planned, 1, False)


def _document(entry: Entry | Planned, faq: Faq, evidence: Evidence | None) -> Row:
    """What is shown first, how it was verified, and everything for programs."""
    found = document(entry, faq, evidence)
    raw = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    if isinstance(entry, Planned):
        return ("", "", raw)
    return (Texts(evidence).page(entry.short), evidence_line(entry, evidence), raw)


def _fields(
    entry: Entry | Planned, texts: list[str], faq: Faq, same: Mapping[str, str]
) -> list[str]:
    """An entry's texts as canonical stems, column by column; the phrasings stay apart, line by line."""
    titles = " ".join(f"{topic} {faq.topics.get(topic, '')}" for topic in entry.topics)
    claims = "\n".join(
        [*(one.says for one in _claims(entry)), *(one.says for one in entry.sources)]
    )
    topics = f"{titles} {entry.id.replace('-', ' ')}"
    also = "\n".join(in_stems(line, same) for line in entry.also_asked)
    short, long = texts
    return [
        in_stems(entry.question, same),
        also,
        *(in_stems(text, same) for text in (short, topics, claims, long)),
    ]


def _claims(entry: Entry | Planned) -> Sequence[Claim]:
    return entry.claims if isinstance(entry, Entry) else ()


def in_stems(text: str, same: Mapping[str, str]) -> str:
    """A text as the words that are looked for: canonical stems, and what is negated."""
    words = canonical(stems(clean(text.replace("\\", " ").replace("$", " "))), same)
    return " ".join([*words, *negated(words)])


def _meaning(entry: Entry | Planned, short: str) -> tuple[bytes, bytes]:
    """The middle of what an entry's phrasings mean, and each of them."""
    vectors = [embed(text) for text in said(entry, short)]
    centre = unit(map(sum, zip(*vectors, strict=True)))
    return packed(centre), b"".join(map(packed, vectors))


def said(entry: Entry | Planned, short: str) -> Iterator[str]:
    """What an entry is asked as, what it answers in short, and what others say of it: the texts whose meaning counts."""
    yield clean(entry.question)
    for phrasing in entry.also_asked[:MOST_PHRASINGS]:
        yield clean(phrasing)
    if short:
        yield clean(short)
    for source in entry.sources[:MOST_PHRASINGS]:
        yield clean(source.says)
