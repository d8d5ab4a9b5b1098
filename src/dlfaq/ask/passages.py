"""Which part of an entry answers the very words that were asked.

The parts are compared as entries are: by their phrasings, in words and in meaning, and by the words
that their texts hold. One is named only if it is nearer than the entry's question as a whole.
"""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from dlfaq.ask.blocks import Spans, unpack_spans
from dlfaq.ask.query import Query
from dlfaq.ask.signals import covered, likeness
from dlfaq.ask.vectors import cosine, unpacked

LIKE, MEANS, HOLDS = 2.24, 2.92, 2.07  # what the fitted ranking makes of the same signals
LEAST = 0.5  # of LIKE + MEANS: what is less alike answers something else
AHEAD = 0.25  # how much nearer than the whole question, and than the next part


class PartFound(NamedTuple):
    """A part of an entry that answers what was asked."""

    id: str
    title: Spans


def part_for(db: sqlite3.Connection, query: Query, num: int) -> PartFound | None:
    """The part of an entry that answers a question better than the entry as a whole.

    Args:
        db: The index.
        query: What is looked for.
        num: The entry's number in the index.
    """
    rows = db.execute(
        "SELECT asked, words, meanings, id, title FROM passages JOIN parts USING (num, place) "
        "WHERE num = ? ORDER BY place",
        (num,),
    ).fetchall()
    if not rows or not query.own:
        return None
    whole = _whole(db, query, num)
    scores = [_score(query, *row[:3]) for row in rows]
    best = max(range(len(rows)), key=scores.__getitem__)
    others = max((one for place, one in enumerate(scores) if place != best), default=0.0)
    if scores[best] < LEAST * (LIKE + MEANS) or scores[best] < max(whole, others) + AHEAD:
        return None
    name, title = rows[best][3:]
    return PartFound(name, unpack_spans(title)) if name else None


def _whole(db: sqlite3.Connection, query: Query, num: int) -> float:
    """How near the entry's own question is, with the words of its short answer."""
    row = db.execute(
        "SELECT question, short, phrasings FROM fields JOIN meanings USING (num) WHERE num = ?",
        (num,),
    ).fetchone()
    question, short, meanings = row
    return _score(query, question, f"{question} {short}", meanings[: len(query.meaning)])


def _score(query: Query, asked: str, words: str, meanings: bytes) -> float:
    lines = [line.split() for line in asked.splitlines()]
    held = dict.fromkeys((*words.split(), *asked.split()), "question")
    return (
        LIKE * likeness(query, lines)
        + MEANS * max(_cosines(query, meanings), default=0.0)
        + HOLDS * covered(query.own, query.rarity, held)
    )


def _cosines(query: Query, meanings: bytes) -> Iterable[float]:
    size = len(query.meaning)
    for at in range(0, len(meanings), size):
        yield cosine(query.meaning, unpacked(meanings[at : at + size]))
