"""Find the entries that fit a question, and say honestly when none does.

The walk: words of the question → typing errors mended → canonical terms → what signs may mean → candidates from the
full-text index → four signals a candidate → one score. The score is also the confidence: below `FITS` nothing fits.

Standard library and `dlfaq.ask.words` only.
"""

import math
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from dlfaq.ask.words import COMMON, NOT, canonical, clean, informative, names, nearest, negated, ngrams, stems

FITS = 0.36  # tuned: benchmarks/ask_quality.py prints what is answered and what is refused
FITS_PLANNED = 0.22  # a planned entry is a question alone: less of what people ask can be found in it
SHORTEST_MENDED = 5  # letters; shorter words are near too many others
CANDIDATES, MAX_TERMS, MAX_STEMS = 24, 60, 120
BACKGROUND = 60  # a small FAQ does not know how common a word is: it is mixed with this many questions of the field
COLUMNS = {"question": 1.0, "also": 0.9, "short": 0.65, "topics": 0.6, "claims": 0.5, "long": 0.4}
PARTS = {"words": 0.40, "signs": 0.20, "phrasing": 0.30, "order": 0.10}  # the signals' shares of the score
SHARE_OF_COMMON = 0.3  # how much a word that every question holds counts
SHARE_OF_SIGNS = 0.6  # how much a word that is only meant counts in a phrasing
_EVERYDAY, _TELLING = 1.2, 3.5  # rarity of an entry's words that were not asked for


class Result(NamedTuple):
    """An entry that was found; `score` is between 0 and 1, `verified` of its `claims` are verified."""

    id: str
    question: str
    score: float
    short: str
    verified: int
    claims: int
    planned: bool


class Explanation(NamedTuple):
    """Why the results are as they are.

    Attributes:
        terms: The words that were looked for.
        corrections: (as typed, as read).
        synonyms: (as typed, the term that stands for it), in stems.
        signs: (what was recognised, what it may mean).
        unknown: Telling words that no entry holds.
        parts: For each result, in order: each signal's part of the score.
        matched: For each result, in order: (word, column) of each word found, the best column only.
    """

    terms: tuple[str, ...]
    corrections: tuple[tuple[str, str], ...]
    synonyms: tuple[tuple[str, str], ...]
    signs: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]
    parts: tuple[dict[str, float], ...]
    matched: tuple[tuple[tuple[str, str], ...], ...]


class Answer(NamedTuple):
    """What was found for a question; `results` are best first, whether or not they fit well enough to answer."""

    question: str
    answered: bool
    results: tuple[Result, ...]
    explanation: Explanation

    def as_json(self) -> dict[str, object]:
        """Plain values for a program."""
        results = [{**one._asdict(), "score": round(one.score, 4)} for one in self.results]
        return {"question": self.question, "answered": self.answered, "results": results}


class _Query(NamedTuple):
    own: dict[str, float]  # the asker's words and their weights
    added: dict[str, float]  # what the signs among them may mean
    pairs: frozenset[tuple[str, str]]  # neighbours, for word order
    rarity: dict[str, float]
    unknown: tuple[str, ...]


def ask(index: Path, text: str, n: int = 5) -> Answer:
    """Rank the entries of an index for a question, a symptom, or a pasted log.

    Args:
        index: What `dlfaq.ask.fresh.read_index` gives.
        text: Anything; whatever cannot be read as text is left out.
        n: How many results to return, if the FAQ has that many.

    Raises:
        sqlite3.DatabaseError: If the index is damaged; `read_index` then builds it anew.
    """
    question = " ".join(clean(text).split())
    seen = stems(informative(clean(text)))[:MAX_STEMS]
    with closing(sqlite3.connect(f"{index.as_uri()}?mode=ro&immutable=1", uri=True)) as db:
        mended, corrections = _mend(db, seen)
        words, synonyms = _canonical(db, mended)
        signs = _signs(db, words)
        query = _query(db, words, names(informative(clean(text))), signs)
        scored = [(*_score(query, fields), num) for num, fields in _candidates(db, query, n).items()]
        scored.sort(key=lambda one: (-sum(one[0].values()), one[2]))
        best = scored[:n]
        results = tuple(_result(db, num, sum(parts.values())) for parts, _, num in best)
    explanation = Explanation(
        terms=tuple(query.own),
        corrections=corrections,
        synonyms=synonyms,
        signs=tuple((sign, means) for sign, means in signs),
        unknown=query.unknown,
        parts=tuple(parts for parts, _, _ in best),
        matched=tuple(matched for _, matched, _ in best),
    )
    return Answer(question, bool(results) and fits(results[0]), results, explanation)


def fits(best: Result) -> bool:
    """Is the best result good enough to be given as the answer?"""
    return best.score >= (FITS_PLANNED if best.planned else FITS)


def _mend(db: sqlite3.Connection, words: Sequence[str]) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    """Replace what looks like a typing error by the known word that it most likely meant."""
    known = {word for (word,) in _rows(db, "SELECT term FROM vocab WHERE term IN ({})", set(words))}
    mended: dict[str, str] = {}
    for word in dict.fromkeys(words):
        if word not in known and len(word) >= SHORTEST_MENDED and word.isalpha():
            query = "SELECT term, docs FROM vocab WHERE initial = ? AND length BETWEEN ? AND ? AND docs >= 0"
            near = nearest(word, db.execute(query, (word[0], len(word) - 2, len(word) + 2)))
            if near:
                mended[word] = near
    return [mended.get(word, word) for word in words], tuple(mended.items())


def _canonical(db: sqlite3.Connection, words: Sequence[str]) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    runs = {run for _, _, run in ngrams(words)}
    same = dict(_rows(db, "SELECT key, value FROM same WHERE key IN ({})", runs))
    return canonical(words, same), tuple(same.items())


def _signs(db: sqlite3.Connection, words: Sequence[str]) -> list[tuple[str, str]]:
    """(what was recognised, what it may mean) for every rule of the thesaurus whose parts all occur."""
    runs = {run for _, _, run in ngrams(words)}
    rules = _rows(db, "SELECT anchor, needs, means, place FROM signs WHERE anchor IN ({})", runs)
    found = []
    for anchor, needs, means, _ in sorted(rules, key=lambda rule: rule[3]):
        needed = needs.split("+") if needs else []
        if runs.issuperset(needed):
            found.append((" + ".join([anchor, *needed]), means))
    return found


def _query(
    db: sqlite3.Connection, words: Sequence[str], whole: Mapping[str, Sequence[str]], signs: Sequence[tuple[str, str]]
) -> _Query:
    own = {word: SHARE_OF_COMMON if word in COMMON else 1.0 for word in words if word != NOT}
    own |= dict.fromkeys(negated(words), 0.5)
    own |= dict.fromkeys(whole, 1.0)
    added: dict[str, float] = {}
    for _, means in signs:
        for word in means.split():
            if word not in own and word != NOT:
                added[word] = min(1.0, added.get(word, 0.0) + (SHARE_OF_COMMON if word in COMMON else 1.0) / 2)
    docs = dict(_rows(db, "SELECT term, docs FROM vocab WHERE term IN ({})", {*own, *added}))
    # names and numbers that no entry holds tell nothing about what is asked
    own = {word: weight for word, weight in own.items() if docs.get(word, 0) > 0 or _tells(word, whole)}
    (entries,) = db.execute("SELECT value FROM meta WHERE key = 'entries'").fetchone()
    total = int(entries) + BACKGROUND
    rarity = {}
    for word in {*own, *added}:
        background = BACKGROUND * (0.3 if word in COMMON else 0.02)
        rarity[word] = math.log((total + 1) / (max(docs.get(word, 0), 0) + background + 0.5))
    pairs = frozenset(pairwise(words))
    unknown = tuple(word for word in own if docs.get(word, 0) <= 0)
    return _Query(own, added, pairs, rarity, unknown)


def _tells(word: str, whole: Mapping[str, Sequence[str]]) -> bool:
    in_name = word in whole or any(word in parts for parts in whole.values())
    return word[0].isalpha() and not in_name and ":" not in word


def _candidates(db: sqlite3.Connection, query: _Query, n: int) -> dict[int, dict[str, str]]:
    """The texts, in stems, of the entries that the full-text index ranks first; others only to fill up."""
    terms = sorted([*query.own, *query.added], key=lambda word: -query.rarity[word])[:MAX_TERMS]
    nums: list[int] = []
    if terms:
        match = " OR ".join(f'"{word}"' for word in terms)
        ranked = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY bm25(words, 10, 8, 4, 4, 3, 1) LIMIT ?"
        nums = [num for (num,) in db.execute(ranked, (match, max(CANDIDATES, n)))]
    if len(nums) < n:
        others = db.execute("SELECT num FROM entries ORDER BY planned, num LIMIT ?", (n + len(nums),))
        nums = list(dict.fromkeys([*nums, *(num for (num,) in others)]))[:n]
    columns = ", ".join(COLUMNS)
    rows = _rows(db, f"SELECT num, {columns} FROM fields WHERE num IN ({{}})", nums)  # noqa: S608 - names of ours
    return {row[0]: dict(zip(COLUMNS, row[1:], strict=True)) for row in rows}


def _score(query: _Query, fields: Mapping[str, str]) -> tuple[dict[str, float], tuple[tuple[str, str], ...]]:
    """Each signal's part of the score, and where each word was found."""
    asked = query.own.keys() | query.added.keys()
    where: dict[str, str] = {}
    for column in reversed(COLUMNS):  # the best column comes last and stays
        where |= dict.fromkeys(asked.intersection(fields[column].split()), column)
    phrasings = [line.split() for line in (fields["question"], *fields["also"].splitlines())]
    signals = {
        "words": _covered(query.own, query.rarity, where),
        "signs": _covered(query.added, query.rarity, where),
        "phrasing": _alike(query, phrasings),
        "order": _order(query, phrasings),
    }
    parts = {name: PARTS[name] * signal for name, signal in signals.items()}
    matched = tuple((word, where[word]) for word in query.own if word in where)
    return parts, matched


def _covered(weights: Mapping[str, float], rarity: Mapping[str, float], where: Mapping[str, str]) -> float:
    """The share of the words' weight that an entry holds, each in its best column."""
    whole = held = 0.0
    for word, weight in weights.items():
        worth = weight * rarity[word]
        whole += worth
        if word in where:
            held += worth * COLUMNS[where[word]]
    return held / whole if whole else 0.0


def _alike(query: _Query, phrasings: Iterable[Sequence[str]]) -> float:
    """How much the question and the phrasing most like it share, of what both say: a weighted cosine of their words."""
    asked = sum(query.rarity[word] ** 2 * weight for word, weight in query.own.items())
    best = 0.0
    for phrasing in phrasings:
        words = set(phrasing)
        common = size = 0.0
        for word in query.rarity.keys() & words:
            square = query.rarity[word] ** 2
            size += square * _weight(word)
            common += square * (query.own.get(word) or SHARE_OF_SIGNS * query.added.get(word, 0.0))
        if common:
            others = words - query.rarity.keys()
            everyday = len(others & COMMON)
            size += everyday * SHARE_OF_COMMON * _EVERYDAY**2 + (len(others) - everyday) * _TELLING**2
            best = max(best, common / math.sqrt(size * asked))
    return min(1.0, best)


def _weight(word: str) -> float:
    return SHARE_OF_COMMON if word in COMMON else 0.5 if word.startswith(f"{NOT}:") else 1.0


def _order(query: _Query, phrasings: Iterable[Sequence[str]]) -> float:
    """The share of neighbouring words of the question that are neighbours in a phrasing too."""
    pairs = {pair for phrasing in phrasings for pair in pairwise(phrasing)}
    return min(1.0, len(query.pairs & pairs) / 3) if query.pairs else 0.0


def _result(db: sqlite3.Connection, num: int, score: float) -> Result:
    query = "SELECT id, question, short, verified, claims, planned FROM entries WHERE num = ?"
    name, question, short, verified, claims, planned = db.execute(query, (num,)).fetchone()
    return Result(name, question, score, short, verified, claims, bool(planned))


def _rows(db: sqlite3.Connection, query: str, values: Iterable[object]) -> list[tuple]:
    """Rows of a query with one `IN ({})`."""
    values = list(values)
    return db.execute(query.format(",".join("?" * len(values))), values).fetchall()
