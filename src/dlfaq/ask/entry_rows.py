"""One entry's rows in the index: everything as it will be shown, as it will be searched, and what it means."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence

from dlfaq.ask.schema import COLUMNS, OF_ENTRY
from dlfaq.ask.vectors import embed, packed, unit
from dlfaq.ask.words import canonical, clean, negated, stems
from dlfaq.knowledge.entry import Claim, Entry, Faq, Planned
from dlfaq.knowledge.placeholders import render
from dlfaq.verify.evidence import ClaimEvidence, Evidence, Side

Row = tuple[str | int | float | bytes | None, ...]
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
    texts = _texts(entry, evidence)
    counts = _counts(entry, evidence)
    related = entry.related if isinstance(entry, Entry) else ()
    lists = ["\n".join(names) for names in (entry.topics, entry.also_asked, related)]
    _insert(db, "entries", (num, entry.id, entry.question, *texts, *lists, *counts))
    if isinstance(entry, Entry):
        _add_shown(db, num, entry, faq, evidence)
    fields = _fields(entry, texts, faq, same)
    _insert(db, "fields", (num, *fields))
    columns = ", ".join(COLUMNS)
    db.execute(f"INSERT INTO words (rowid, {columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", (num, *fields))  # noqa: S608 - names of ours
    _insert(db, "meanings", (num, *_meaning(entry, texts[0])))
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


def _insert(db: sqlite3.Connection, table: str, row: Row) -> None:
    db.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608 - names of ours


def _texts(entry: Entry | Planned, evidence: Evidence | None) -> list[str]:
    """The short and the long answer, their placeholders filled in."""
    if isinstance(entry, Planned):
        return ["", ""]
    values = evidence.values if evidence else {}
    return [render(entry.short, values).strip(), render(entry.long, values).strip()]


def _counts(entry: Entry | Planned, evidence: Evidence | None) -> tuple[int, int, int]:
    """How many claims it has, how many of them are verified, whether it is planned."""
    if isinstance(entry, Planned):
        return 0, 0, 1
    ruled = evidence.claims if evidence else {}
    verdicts = [ruled[claim.id].verdict for claim in entry.claims if claim.id in ruled]
    return len(entry.claims), verdicts.count("verified"), 0


def _add_shown(db: sqlite3.Connection, num: int, entry: Entry, faq: Faq, evidence: Evidence | None) -> None:
    values, ruled = (evidence.values, evidence.claims) if evidence else ({}, {})
    for place, claim in enumerate(entry.claims):
        found = ruled.get(claim.id)
        _insert(db, "claims", (num, place, claim.id, claim.says, found.verdict if found else ""))
        for side in _sides(claim, found):
            _insert(db, "sides", (num, place, *side))
    for place, source in enumerate(entry.sources):
        title = faq.documents[source.document].title
        said = (source.says, source.ruling, render(source.because, values))
        _insert(db, "sources", (num, place, source.document, title, *said))
    for place, one in enumerate(entry.references):
        _insert(db, "refs", (num, place, one.title, one.authors, one.year, one.url))


def _sides(claim: Claim, evidence: ClaimEvidence | None) -> Iterable[Row]:
    """One row a side, the claim's own first: what was expected, and the measurement that decides it."""
    if evidence is None:
        yield (0, "", "", " and ".join(claim.expect), "", None, None, None, 0)
        for place, control in enumerate(claim.controls, 1):
            yield (place, control.why, "", " and ".join(claim.expect), "", None, None, None, 0)
        return
    for place, side in enumerate((evidence.claim, *evidence.controls)):
        yield (place, side.why, side.outcome, *_measured(side), side.replicates)


def _measured(side: Side) -> Row:
    try:
        judged, point = side.decisive()
    except LookupError:
        return ("", "", None, None, None)
    at = ", ".join(f"{name} = {value}" for name, value in point.at.items())
    return (judged.expect, at, point.estimate, *point.interval)


def _fields(entry: Entry | Planned, texts: list[str], faq: Faq, same: Mapping[str, str]) -> list[str]:
    """An entry's texts as canonical stems, column by column; the phrasings stay apart, line by line."""
    titles = " ".join(f"{topic} {faq.topics.get(topic, '')}" for topic in entry.topics)
    claims = "\n".join([*(one.says for one in _claims(entry)), *(one.says for one in entry.sources)])
    topics = f"{titles} {entry.id.replace('-', ' ')}"
    also = "\n".join(in_stems(line, same) for line in entry.also_asked)
    short, long = texts
    return [in_stems(entry.question, same), also, *(in_stems(text, same) for text in (short, topics, claims, long))]


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
