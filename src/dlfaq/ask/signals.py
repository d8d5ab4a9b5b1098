"""How well an entry fits a question: a handful of signals, each between 0 and 1 or nearly so.

`words`: the share of the asker's words that the entry holds. `signs`: the same of what they may
mean. `phrasing`: likeness of the words to the entry's question, or to the phrasing most like it.
`order`: neighbouring words that are neighbours there too. `meaning` and `centre`: the cosine to
the nearest phrasing's meaning, and to the middle of them all. `elsewhere` and `outside`: the
nearness, in meaning and in words, of a question that no FAQ on training answers. `grams`: likeness
of the words' pieces to those of all its phrasings; `scope`: how much more usual they are here than
elsewhere. `same`: whether the question is a phrasing itself, word for word. `elsewhere`, `outside`
and `scope` are the same for every entry.
"""

import math
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from dlfaq.ask.grams import Grams, grams_for, likest
from dlfaq.ask.query import SHARE_OF_COMMON, Query, rows
from dlfaq.ask.schema import COLUMNS
from dlfaq.ask.vectors import alike, cosine, packed, unit, unpacked
from dlfaq.ask.words import COMMON, NOT

WORTH = {"question": 1.0, "also": 0.9, "short": 0.65, "topics": 0.6, "claims": 0.5, "long": 0.4}
SIGNALS = (
    "words", "signs", "phrasing", "order", "meaning", "centre", "elsewhere", "outside",
    "grams", "scope", "same",
)  # fmt: skip
SHARED = ("elsewhere", "outside", "scope")  # they say whether any entry fits, not which
CANDIDATES, MAX_TERMS = 12, 60
NEAR = 6  # candidates that are near in meaning, and as many whose phrasings are written alike
ALIKE = 0.9  # likeness of words from which on a question is the phrasing itself: one in `same`
GRAMS, SCOPE = 4.0, 10.0  # which brings `grams` and `scope` to the size of the other signals
EXACT = 6  # of an entry's phrasings, those that get a cosine
# entries that are compared by meaning, whether or not a word is shared; more would take too long
COMPARED = 2000
SHARE_OF_SIGNS = 0.6  # how much a word that is only meant counts in a phrasing
COLUMN_WEIGHTS = (10, 8, 4, 4, 3, 1)  # of the full-text index
IN_ORDER = 3  # neighbouring words from which on more say nothing
EVERYDAY, TELLING = 1.2, 3.5  # rarity of an entry's words that were not asked for


class Scored(NamedTuple):
    """A candidate.

    Attributes:
        num: Its number in the index.
        signals: By name.
        matched: (word, column) of each word found, the best column only.
    """

    num: int
    signals: dict[str, float]
    matched: tuple[tuple[str, str], ...]


def candidates(
    db: sqlite3.Connection, query: Query, n: int, leave_out: tuple[int, int] | None = None
) -> list[Scored]:
    """The entries that may fit, with their signals.

    Args:
        db: The index.
        query: What is looked for.
        n: At least so many, if there are.
        leave_out: An entry's number and the place of one of its phrasings, to be ranked as if it
            were not there: for fitting.
    """
    columns = ", ".join(COLUMNS)
    grams = grams_for(db, query.grams, ignored=query.ignored, left_out=leave_out is not None)
    found = rows(
        db,
        f"SELECT num, centre, phrasings, {columns} FROM fields "  # noqa: S608 - names of ours
        "JOIN meanings USING (num) WHERE num IN ({})",
        _numbers(db, query, n, grams),
    )
    elsewhere = _elsewhere(db, query) | {"scope": grams.scope / SCOPE}
    scored = []
    for num, centre, phrasings, *texts in found:
        fields = dict(zip(COLUMNS, texts, strict=True))
        meanings = (centre, phrasings)
        if leave_out and num == leave_out[0]:
            meanings = _left_out(fields, phrasings, leave_out[1], len(query.meaning))
        where = _where(query, fields)
        signals = _of_words(query, fields, where) | _of_meaning(query, *meanings) | elsewhere
        signals["grams"] = grams.of(num) * GRAMS
        signals["same"] = max(0.0, (signals["phrasing"] - ALIKE) / (1 - ALIKE))
        scored.append(
            Scored(num, signals, tuple((word, where[word]) for word in query.own if word in where))
        )
    return scored


def _left_out(
    fields: dict[str, str], phrasings: bytes, place: int, size: int
) -> tuple[bytes, bytes]:
    """Take a phrasing out of an entry's words; return centre and phrasings' meanings without it."""
    lines = fields["also"].split("\n")
    fields["also"] = "\n".join(lines[:place] + lines[place + 1 :])
    at = (place + 1) * size  # the question stands in front of them
    left = phrasings[:at] + phrasings[at + size :]
    flat = unpacked(left)
    return packed(unit(sum(flat[column::size]) for column in range(size))), left


def _numbers(db: sqlite3.Connection, query: Query, n: int, grams: Grams) -> list[int]:
    """What the full-text index ranks first, what is near otherwise, and others only to fill up."""
    terms = sorted([*query.own, *query.added], key=lambda word: -query.rarity[word])[:MAX_TERMS]
    nums: list[int] = []
    if terms:
        match = " OR ".join(f'"{word}"' for word in terms)
        weights = ", ".join(map(str, COLUMN_WEIGHTS))
        ranked = (
            f"SELECT rowid FROM words WHERE words MATCH ? ORDER BY bm25(words, {weights}) LIMIT ?"  # noqa: S608
        )
        nums = [num for (num,) in db.execute(ranked, (match, max(CANDIDATES, n)))]
    nums = list(dict.fromkeys([*nums, *_near(db, query), *likest(grams, NEAR)]))
    if len(nums) < n:
        others = db.execute(
            "SELECT num FROM entries ORDER BY planned, id LIMIT ?", (n + len(nums),)
        )
        nums = list(dict.fromkeys([*nums, *(num for (num,) in others)]))[:n]
    return nums


def _near(db: sqlite3.Connection, query: Query) -> list[int]:
    if not any(query.meaning):
        return []
    centres = db.execute("SELECT num, centre FROM meanings LIMIT ?", (COMPARED + 1,)).fetchall()
    if len(centres) > COMPARED:
        return []
    return [
        centres[place][0]
        for _, place in alike(query.meaning, [centre for _, centre in centres], NEAR)
    ]


def _elsewhere(db: sqlite3.Connection, query: Query) -> dict[str, float]:
    found = db.execute(
        "SELECT words, meaning FROM elsewhere WHERE place <> ?", (query.ignored,)
    ).fetchall()
    near = alike(query.meaning, [meaning for _, meaning in found], 8 * EXACT)
    return {
        "elsewhere": near[0][0] if near else 0.0,
        "outside": likeness(query, [words.split() for words, _ in found]),
    }


def _where(query: Query, fields: Mapping[str, str]) -> dict[str, str]:
    asked = query.own.keys() | query.added.keys()
    where: dict[str, str] = {}
    for column in reversed(COLUMNS):  # the best column comes last and stays
        where |= dict.fromkeys(asked.intersection(fields[column].split()), column)
    return where


def _of_words(
    query: Query, fields: Mapping[str, str], where: Mapping[str, str]
) -> dict[str, float]:
    phrasings = [line.split() for line in (fields["question"], *fields["also"].splitlines())]
    return {
        "words": covered(query.own, query.rarity, where),
        "signs": covered(query.added, query.rarity, where),
        "phrasing": likeness(query, phrasings),
        "order": _order(query, phrasings),
    }


def _of_meaning(query: Query, centre: bytes, phrasings: bytes) -> dict[str, float]:
    size = len(query.meaning)
    nearest = alike(
        query.meaning, [phrasings[at : at + size] for at in range(0, len(phrasings), size)], EXACT
    )
    return {"meaning": nearest[0][0], "centre": cosine(query.meaning, unpacked(centre))}


def covered(
    weights: Mapping[str, float], rarity: Mapping[str, float], where: Mapping[str, str]
) -> float:
    """The share of the words' weight that an entry holds, each in its best column."""
    whole = held = 0.0
    for word, weight in weights.items():
        worth = weight * rarity[word]
        whole += worth
        if word in where:
            held += worth * WORTH[where[word]]
    return held / whole if whole else 0.0


def likeness(query: Query, phrasings: Iterable[Sequence[str]]) -> float:
    """How alike the question and the nearest phrasing are: a weighted cosine of their words."""
    asked = sum(query.rarity[word] ** 2 * weight for word, weight in query.own.items())
    best = 0.0
    for phrasing in phrasings:
        if query.rarity.keys().isdisjoint(phrasing):
            continue
        words = set(phrasing)
        common = size = 0.0
        for word in query.rarity.keys() & words:
            square = query.rarity[word] ** 2
            size += square * _weight(word)
            common += square * (query.own.get(word) or SHARE_OF_SIGNS * query.added.get(word, 0.0))
        if common and asked:
            others = words - query.rarity.keys()
            everyday = len(others & COMMON)
            size += everyday * SHARE_OF_COMMON * EVERYDAY**2 + (len(others) - everyday) * TELLING**2
            best = max(best, common / math.sqrt(size * asked))
    return min(1.0, best)


def _weight(word: str) -> float:
    return SHARE_OF_COMMON if word in COMMON else 0.5 if word.startswith(f"{NOT}:") else 1.0


def _order(query: Query, phrasings: Iterable[Sequence[str]]) -> float:
    """The share of neighbouring words of the question that are neighbours in a phrasing too."""
    if not query.pairs:
        return 0.0
    pairs = {pair for phrasing in phrasings for pair in pairwise(phrasing)}
    return min(1.0, len(query.pairs & pairs) / IN_ORDER)
