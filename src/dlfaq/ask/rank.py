"""Find the entries that fit a question, and say honestly when none does.

The walk: the text is understood (`query`); candidates come from the full-text index and from what
is near in meaning; each gets a handful of signals (`signals`), and their weighted sum is the
log-odds that the entry answers the question. So the score is a probability; below `Tuning.fits`
nothing is given as the answer. `benchmarks/ask_fit.py` fitted weights and limit.

Standard library only.
"""

import math
import sqlite3
from collections.abc import Mapping
from itertools import chain, islice
from typing import NamedTuple

from dlfaq.ask.blocks import Spans, unpack_spans
from dlfaq.ask.passages import PartFound, part_for
from dlfaq.ask.query import understand
from dlfaq.ask.signals import Scored, candidates
from dlfaq.ask.words import clean


class Tuning(NamedTuple):
    """What was fitted.

    Attributes:
        weights: Log-odds a unit of each signal.
        base: Log-odds of an entry without any signal.
        fits: The least probability of what is given as the answer.
    """

    weights: Mapping[str, float]
    base: float
    fits: float


TUNED = Tuning(
    weights={
        "words": 2.07, "signs": 0.88, "phrasing": 2.24, "order": 2.27, "meaning": 2.92,
        "centre": 4.14, "elsewhere": -2.96, "outside": -3.11,
    },
    base=-4.73,
    fits=0.504,
)  # fmt: skip


class Result(NamedTuple):
    """An entry that was found.

    Attributes:
        score: Between 0 and 1.
        verified: So many of its claims are verified.
        claims: So many claims it has.
        title: The question as it is shown.
    """

    id: str
    question: str
    score: float
    short: str
    verified: int
    claims: int
    planned: bool
    title: Spans


class Explanation(NamedTuple):
    """Why the results are as they are.

    Attributes:
        terms: The words that were looked for.
        corrections: (as typed, as read).
        synonyms: (as typed, the term that stands for it), in stems.
        signs: (what was recognised, what it may mean).
        unknown: Telling words that no entry holds.
        base: The log-odds of an entry without any signal.
        parts: For each result, in order: what each signal adds to the log-odds.
        matched: For each result, in order: (word, column) of each word found, the best column only.
    """

    terms: tuple[str, ...]
    corrections: tuple[tuple[str, str], ...]
    synonyms: tuple[tuple[str, str], ...]
    signs: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]
    base: float
    parts: tuple[dict[str, float], ...]
    matched: tuple[tuple[tuple[str, str], ...], ...]


class Answer(NamedTuple):
    """What was found for a question.

    Attributes:
        results: Best first, whether or not they fit well enough to answer.
        nearest_written: Where the best is planned, the best that can be read, however far behind.
        part: The part of the best entry that answers the very words, if there is one.
    """

    question: str
    answered: bool
    results: tuple[Result, ...]
    explanation: Explanation
    nearest_written: Result | None = None
    part: PartFound | None = None

    def as_json(self) -> dict[str, object]:
        """Plain values for a program."""
        written = _plain(self.nearest_written) if self.nearest_written else None
        return {
            "question": self.question,
            "answered": self.answered,
            "results": [_plain(one) for one in self.results],
            "nearest_written": written,
            "part": self.part.id if self.part else None,
        }


def ask(db: sqlite3.Connection, text: str, n: int = 5, tuning: Tuning = TUNED) -> Answer:
    """Rank the entries of an index for a question, a symptom, or a pasted log.

    Args:
        db: The open index, as `dlfaq.ask.freshness.read_index` gives it.
        text: Anything; whatever cannot be read as text is left out.
        n: How many results to return, if the FAQ has that many.
        tuning: Weights and limit, as they were fitted.

    Raises:
        sqlite3.DatabaseError: If the index is damaged; `read_index` then builds it anew.
    """
    query = understand(db, text)
    ranked = sorted(candidates(db, query, n), key=lambda one: (-log_odds(one, tuning), one.num))
    best = ranked[:n]
    found = (_result(db, one, tuning) for one in ranked)
    results = tuple(islice(found, n))
    written = None
    if results and results[0].planned:
        written = next((one for one in chain(results, found) if not one.planned), None)
    answered = bool(results) and bool(query.own) and results[0].score >= tuning.fits
    part = part_for(db, query, best[0].num) if answered else None
    explanation = Explanation(
        terms=tuple(query.own),
        **query.reading._asdict(),
        base=tuning.base,
        parts=tuple(_parts(one, tuning) for one in best),
        matched=tuple(one.matched for one in best),
    )
    asked = " ".join(clean(text).split())
    return Answer(asked, answered, results, explanation, written, part)


def log_odds(one: Scored, tuning: Tuning) -> float:
    """The logarithm of the odds that a candidate answers the question."""
    return tuning.base + sum(_parts(one, tuning).values())


def _result(db: sqlite3.Connection, one: Scored, tuning: Tuning) -> Result:
    query = (
        "SELECT id, question, short, verified, claims, planned, title FROM entries WHERE num = ?"
    )
    name, question, *rest, planned, title = db.execute(query, (one.num,)).fetchone()
    score = _probability(log_odds(one, tuning))
    return Result(name, question, score, *rest, bool(planned), unpack_spans(title))


def _plain(one: Result) -> dict[str, object]:
    """A result for a program, which makes of the question what it likes."""
    raw = {**one._asdict(), "score": round(one.score, 4)}
    del raw["title"]
    return raw


def _parts(one: Scored, tuning: Tuning) -> dict[str, float]:
    return {name: weight * one.signals[name] for name, weight in tuning.weights.items()}


def _probability(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))
