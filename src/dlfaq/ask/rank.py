"""Find the entries that fit a question, and say honestly when none does.

The walk: the text is understood (`query`); candidates come from the full-text index and from what
is near in meaning; each gets a handful of signals (`signals`), and their weighted sum is the
log-odds that the entry answers the question. So the score is a probability, and there are three
levels: an answer, a guess, none. A pasted log is asked as what its numbers show (`logs`); a pasted
error that no entry is about is refused by its type (`failures`). `benchmarks/ask_fit.py` fitted
weights and limits.

Standard library only.
"""

import math
import sqlite3
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dlfaq.ask.blocks import Spans, unpack_spans
from dlfaq.ask.failures import beside_error, failure_in, has_entry
from dlfaq.ask.logs import read_log
from dlfaq.ask.passages import PartFound, part_for
from dlfaq.ask.query import Query, understand
from dlfaq.ask.signals import Scored, candidates
from dlfaq.ask.words import clean

ANSWER, GUESS, NONE = "answer", "guess", "none"


PROBABLE = 0.6  # an answer is right with at least this probability; a guess with less
BEHIND = 0.1  # how probable a written entry must be to be named where the best is planned
ALONE = 2.0  # the lead of an entry without a second


class Tuning(NamedTuple):
    """What was fitted.

    Attributes:
        weights: Log-odds a unit of each signal.
        base: Log-odds of an entry without any signal.
        fits: The least probability of what is not refused.
        sure: What the log-odds of the first entry, its lead over the second, and one add to the
            log-odds that it is the right one.
    """

    weights: Mapping[str, float]
    base: float
    fits: float
    sure: tuple[float, float, float]


TUNED = Tuning(
    weights={
        "words": 1.03, "signs": 0.19, "phrasing": 0.77, "order": 0.97, "meaning": 0.89,
        "centre": 0.66, "elsewhere": -0.99, "outside": -1.46, "grams": 1.42, "scope": 4.16,
        "same": 3.0,
    },
    base=-2.74,
    fits=0.586,
    sure=(0.39, 1.11, -1.04),
)  # fmt: skip


class Result(NamedTuple):
    """An entry that was found.

    Attributes:
        score: Between 0 and 1.
        verified: So many of its claims are verified.
        claims: So many claims it has.
        title: The question as it is shown.
        faq: The FAQ that it comes from; see `together`.
    """

    id: str
    question: str
    score: float
    short: str
    verified: int
    claims: int
    planned: bool
    title: Spans
    faq: str = ""


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
        confidence: In the first result: `answer`, `guess` or `none`.
        probability: That the first result is the right one.
        results: Best first, whether or not they fit well enough to answer.
        nearest_written: Where the best is planned, the best that can be read, if it fits.
        part: The part of the best entry that answers the very words, if there is one.
        log: What the numbers of a pasted log show; empty if none was read.
        failure: The type of a pasted error for which the question is refused; else empty.
        faq: The FAQ that was asked first, whose results need not say where they come from.
    """

    question: str
    confidence: str
    probability: float
    results: tuple[Result, ...]
    explanation: Explanation
    nearest_written: Result | None = None
    part: PartFound | None = None
    log: str = ""
    failure: str = ""
    faq: str = ""

    @property
    def planned(self) -> bool:
        """Is what fits planned, and so not answered?"""
        return self.confidence != NONE and self.results[0].planned

    @property
    def answered(self) -> bool:
        """Is there something to read that fits?"""
        return self.confidence != NONE and not self.planned

    def as_json(self) -> dict[str, object]:
        """Plain values for a program."""
        written = _plain(self.nearest_written) if self.nearest_written else None
        return {
            "question": self.question,
            "answered": self.answered,
            "planned": self.planned,
            "confidence": self.confidence,
            "probability": round(self.probability, 4),
            "log": self.log,
            "error": self.failure,
            "results": [_plain(one) for one in self.results],
            "nearest_written": written,
            "part": self.part.id if self.part else None,
        }


def ask(db: sqlite3.Connection, text: str, n: int = 5, tuning: Tuning = TUNED) -> Answer:
    """Rank the entries of an index for a question, a symptom, a pasted log or error.

    Args:
        db: The open index, as `dlfaq.ask.freshness.read_index` gives it.
        text: Anything; whatever cannot be read as text is left out.
        n: How many results to return, if the FAQ has that many.
        tuning: Weights and limits, as they were fitted.

    Raises:
        sqlite3.DatabaseError: If the index is damaged; `read_index` then builds it anew.
    """
    log = read_log(text)  # as it is: tabs stand between the columns of a table
    text = clean(text)
    asked = " ".join(text.split())
    found = _ranked(db, f"{log.words}\n{log.means}" if log else text, n, tuning)
    failure = "" if log else failure_in(text)
    if failure and not has_entry(db, found.query, failure):
        own = _ranked(db, words, n, tuning) if (words := beside_error(text)) else None
        if own and own.confidence == ANSWER:
            found, failure = own, ""
        else:
            found = found._replace(confidence=NONE, probability=0.0)
    else:
        failure = ""
    answered = found.confidence != NONE
    part = part_for(db, found.query, found.nums[0]) if answered else None
    return Answer(
        asked, found.confidence, found.probability, found.results, found.explanation,
        found.nearest_written if answered else None, part, log.said if log else "", failure,
    )  # fmt: skip


class _Ranked(NamedTuple):
    """What was found for words."""

    query: Query
    confidence: str
    probability: float
    nums: tuple[int, ...]
    results: tuple[Result, ...]
    nearest_written: Result | None
    explanation: Explanation


def _ranked(db: sqlite3.Connection, text: str, n: int, tuning: Tuning) -> _Ranked:
    query = understand(db, text)
    ranked = sorted(candidates(db, query, n), key=lambda one: (-log_odds(one, tuning), one.num))
    best = ranked[:n]
    results = tuple(_result(db, one, tuning) for one in best)
    odds = [log_odds(one, tuning) for one in ranked[:2]]
    probability = _right(odds, tuning) if query.own else 0.0
    confidence = NONE
    if query.own and results and results[0].score >= tuning.fits:
        confidence = ANSWER if probability >= PROBABLE else GUESS
    written = None
    if confidence != NONE and results[0].planned:
        enough = (one for one in ranked if _fits_behind(odds[0], log_odds(one, tuning), tuning))
        near = (_result(db, one, tuning) for one in enough)
        written = next((one for one in near if not one.planned), None)
    explanation = Explanation(
        terms=tuple(query.own),
        **query.reading._asdict(),
        base=tuning.base,
        parts=tuple(_parts(one, tuning) for one in best),
        matched=tuple(one.matched for one in best),
    )
    nums = tuple(one.num for one in best)
    return _Ranked(query, confidence, probability, nums, results, written, explanation)


def _right(odds: Sequence[float], tuning: Tuning) -> float:
    """How probable it is that the first entry is right, from its log-odds and the second's."""
    if not odds:
        return 0.0
    lead = odds[0] - odds[1] if len(odds) > 1 else ALONE
    of_odds, of_lead, rest = tuning.sure
    return _probability(of_odds * odds[0] + of_lead * min(lead, ALONE) + rest)


def _fits_behind(first: float, odds: float, tuning: Tuning) -> bool:
    """Is an entry that is not the best near enough to be named in its place?"""
    of_odds, of_lead, rest = tuning.sure
    return _probability(of_odds * odds + of_lead * (odds - first) + rest) >= BEHIND


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
