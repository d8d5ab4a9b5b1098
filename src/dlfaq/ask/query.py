"""What an asker means: words as entries write them, typing errors mended, signs understood.

With them goes a direction of meaning.
"""

import math
import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from dlfaq.ask.grams import grams_of
from dlfaq.ask.spelling import MOST, PLAIN_WORD, nearest
from dlfaq.ask.vectors import embed
from dlfaq.ask.words import (
    COMMON,
    NOT,
    canonical,
    clean,
    informative,
    names,
    negated,
    ngrams,
    stem,
    stems,
)

MAX_STEMS = 120
FEW, FAR = 2, 20  # entries that may share a typing error; how much more usual the right word is
# a small FAQ does not know how common a word is: it is mixed with this many questions of the field
BACKGROUND = 60
OF_COMMON, OF_OTHERS = 0.3, 0.02  # the share of those that hold a common word, and any other
SHARE_OF_COMMON = 0.3  # how much a word that every question holds counts


class Reading(NamedTuple):
    """How a text was read.

    Attributes:
        corrections: (as typed, as read).
        synonyms: (as typed, the term that stands for it), in stems.
        signs: (what was recognised, what it may mean).
        unknown: Telling words that no entry holds.
    """

    corrections: tuple[tuple[str, str], ...]
    synonyms: tuple[tuple[str, str], ...]
    signs: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]


class Query(NamedTuple):
    """What is looked for.

    Attributes:
        own: The asker's words and their weights.
        added: What the signs among them may mean, with weights.
        pairs: Neighbouring words, for word order.
        rarity: Of each word, own or added: how much it tells.
        meaning: The text's direction; see `vectors.embed`.
        grams: Its pieces; see `grams.grams_of`.
        reading: How it came about.
        ignored: A line of what belongs elsewhere that is not looked at: for fitting.
    """

    own: dict[str, float]
    added: dict[str, float]
    pairs: frozenset[tuple[str, str]]
    rarity: dict[str, float]
    meaning: list[int]
    grams: list[str]
    reading: Reading
    ignored: int = 0


def understand(db: sqlite3.Connection, text: str) -> Query:
    """Read a text with an index's words and thesaurus."""
    telling, corrections = _mended(db, informative(clean(text)))
    words, synonyms = _canonical(db, stems(telling)[:MAX_STEMS])
    signs = _signs(db, words)
    whole = names(telling)
    own = _own(words, whole)
    added = _added(own, signs)
    docs = dict(rows(db, "SELECT term, docs FROM vocab WHERE term IN ({})", {*own, *added}))
    # names and numbers that no entry holds tell nothing about what is asked
    own = {
        word: weight for word, weight in own.items() if docs.get(word, 0) > 0 or _tells(word, whole)
    }
    rarity = _rarity(db, {*own, *added}, docs)
    unknown = tuple(word for word in own if docs.get(word, 0) <= 0)
    return Query(
        own,
        added,
        frozenset(pairwise(words)),
        rarity,
        embed(telling),
        grams_of(telling, words),
        Reading(corrections, synonyms, signs, unknown),
    )


def rows(db: sqlite3.Connection, query: str, values: Iterable[object]) -> list[tuple]:
    """Rows of a query with one `IN ({})`."""
    values = list(values)
    return db.execute(query.format(",".join("?" * len(values))), values).fetchall()


def _mended(db: sqlite3.Connection, text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Replace what looks like a typing error by the known word that it most likely meant."""
    words = list(dict.fromkeys(word.lower() for word in re.findall(PLAIN_WORD, text)))
    uses = dict(rows(db, "SELECT word, uses FROM spelled WHERE word IN ({})", words))
    by_stem = {stem(word): word for word in words if word not in uses}
    found = rows(db, "SELECT term, docs FROM vocab WHERE term IN ({})", by_stem)
    uses |= {by_stem[term]: max(docs, 0) for term, docs in found}
    mended: dict[str, str] = {}
    for word in [one for one in words if 0 < uses.get(one, 1) <= FEW][:MOST]:
        query = (
            "SELECT word, uses FROM spelled "
            "WHERE initial = ? AND length BETWEEN ? AND ? AND uses >= ?"
        )
        # what an entry holds may be a typing error of its author, if another word is far more usual
        least = FAR * uses.get(word, 0)
        near = nearest(word, db.execute(query, (word[0], len(word) - 2, len(word) + 2, least)))
        if near and near != word:
            mended[word] = near
    if mended:
        text = re.sub(PLAIN_WORD, lambda found: mended.get(found[0].lower(), found[0]), text)
    return text, tuple(mended.items())


def _canonical(
    db: sqlite3.Connection, words: Sequence[str]
) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    runs = {run for _, _, run in ngrams(words)}
    same = dict(rows(db, "SELECT key, value FROM same WHERE key IN ({})", runs))
    return canonical(words, same), tuple(same.items())


def _signs(db: sqlite3.Connection, words: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """(what was recognised, what it may mean) for every rule whose parts all occur."""
    runs = {run for _, _, run in ngrams(words)}
    rules = rows(db, "SELECT anchor, needs, means, place FROM signs WHERE anchor IN ({})", runs)
    found = []
    for anchor, needs, means, _ in sorted(rules, key=lambda rule: rule[3]):
        needed = needs.split("+") if needs else []
        if runs.issuperset(needed):
            found.append((" + ".join([anchor, *needed]), means))
    return tuple(found)


def _own(words: Sequence[str], whole: Mapping[str, Sequence[str]]) -> dict[str, float]:
    own = {word: SHARE_OF_COMMON if word in COMMON else 1.0 for word in words if word != NOT}
    own |= dict.fromkeys(negated(words), 0.5)
    return own | dict.fromkeys(whole, 1.0)


def _added(own: Mapping[str, float], signs: Sequence[tuple[str, str]]) -> dict[str, float]:
    added: dict[str, float] = {}
    for _, means in signs:
        for word in means.split():
            if word not in own and word != NOT:
                added[word] = min(
                    1.0, added.get(word, 0.0) + (SHARE_OF_COMMON if word in COMMON else 1.0) / 2
                )
    return added


def _rarity(
    db: sqlite3.Connection, words: Iterable[str], docs: Mapping[str, int]
) -> dict[str, float]:
    (entries,) = db.execute("SELECT value FROM meta WHERE key = 'entries'").fetchone()
    total = int(entries) + BACKGROUND
    rarity = {}
    for word in words:
        background = BACKGROUND * (OF_COMMON if word in COMMON else OF_OTHERS)
        rarity[word] = math.log((total + 1) / (max(docs.get(word, 0), 0) + background + 0.5))
    return rarity


def _tells(word: str, whole: Mapping[str, Sequence[str]]) -> bool:
    in_name = word in whole or any(word in parts for parts in whole.values())
    return word[0].isalpha() and not in_name and ":" not in word
