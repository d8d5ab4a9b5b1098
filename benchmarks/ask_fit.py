"""Fit the weights and limits of `dlfaq ask` (`rank.TUNED`) to questions with known entries.

python benchmarks/ask_fit.py [QUERIES.jsonl…] [--root FOLDER]

The weights are learned from the FAQ, where one in four phrasings of an entry is asked as if it were
not among them, and each line of `elsewhere.txt` as a question that must be refused, as if it were
not in the list; and, with as much weight, from real queries: files with one JSON object a line,
{"query": "...", "entries": ["id"]}. Real queries alone set the limits, since people ask worse than
phrasings do. What is at least as probable as `fits` is no worse than a guess: it is the highest
limit at which 97.5 % of those that an entry answers are not refused, somewhat more than are hoped
for, since the next people ask still worse. `sure` says how probable it is that the first entry is
the right one, from its log-odds and from how far the second is behind.

Two questions, two fits, without a random number. A softmax over the candidates says which entry is
meant, from the signals that differ between entries. A logistic function of the best one's score
and of the signals that all entries share says whether any is meant. The first weights times their
weight in the second, beside those of the second, are the log-odds that `rank` sums.
"""

import argparse
import json
import math
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

from dlfaq.ask.build import thesaurus
from dlfaq.ask.build.english import elsewhere_lines
from dlfaq.ask.build.postings import grams_in
from dlfaq.ask.freshness import ensure_index
from dlfaq.ask.grams import grams_for, weights_of
from dlfaq.ask.logs import read_log
from dlfaq.ask.query import Query, understand
from dlfaq.ask.rank import TUNED, Tuning
from dlfaq.ask.schema import connect
from dlfaq.ask.signals import GRAMS, SHARED, SIGNALS, candidates
from dlfaq.paths import find_root

CANDIDATES = 24
EVERY = 4  # of an entry's phrasings one is asked: more take long and change little
RIDGE = 0.003  # on the weights: signals overlap
# Of the signs' weight, which real queries have no part in: rules were written with them at hand, so
# that a new one finds fewer rules that fit it.
TRUST = 0.7
KEPT = 0.975  # of the real queries that an entry answers
WHICH = [place for place, name in enumerate(SIGNALS) if name not in {*SHARED, "same"}]
SIGNS = WHICH.index(SIGNALS.index("signs"))
WHETHER = [place for place, name in enumerate(SIGNALS) if name in SHARED]


class Example(NamedTuple):
    """A question's candidates: signals (C, S), which are right (C,), in scope or not, weight."""

    signals: np.ndarray
    right: np.ndarray
    inside: bool
    weight: float


def main() -> None:
    """Gather the examples, fit, and print what belongs into `rank.TUNED`."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("queries", type=Path, nargs="*")
    parser.add_argument("--root", type=Path, default=None)
    arguments = parser.parse_args()
    index = ensure_index(arguments.root or find_root())
    examples = [*phrasings(index), *elsewhere(index)]
    rows = [
        json.loads(line)
        for path in arguments.queries
        for line in path.read_text("utf-8").splitlines()
    ]
    asked = real(index, [(row["query"], tuple(row.get("entries", ()))) for row in rows])
    tuning = fit(examples, asked)
    print(f"{len(examples)} of the FAQ's own: {summary(examples, tuning)}")
    if asked:
        tuning = limited(asked, tuning)
        print(f"{len(asked)} real queries: {summary(asked, tuning)}")
    print({name: round(weight, 2) for name, weight in tuning.weights.items()})
    sure = ", ".join(f"{one:.2f}" for one in tuning.sure)
    print(f"base={tuning.base:.2f}, fits={tuning.fits:.3f}, sure=({sure})")


def phrasings(index: Path) -> Iterator[Example]:
    """One in `EVERY` phrasings of every entry, asked as if it were not among them."""
    with closing(connect(index)) as db:
        said = db.execute("SELECT num, question, also_asked FROM entries").fetchall()
        count = sum(len(also.splitlines()[::EVERY]) for *_, also in said)
        for num, question, also in said:
            lines = also.splitlines()
            pieces = [_grams(text) for text in (question, *lines)]
            for place, text in list(enumerate(lines))[::EVERY]:
                query = understand(db, text)
                found = candidates(db, query, CANDIDATES, leave_out=(num, place))
                others = pieces[: place + 1] + pieces[place + 2 :]
                for one in found:
                    if one.num == num:
                        one.signals["grams"] = _held_out(db, query, others)
                yield _example(found, {num}, inside=True, weight=1 / count)


@cache
def _grams(text: str) -> Sequence[str]:
    return grams_in(text, thesaurus.compiled().same)


def _held_out(db: sqlite3.Connection, query: Query, others: Sequence[Sequence[str]]) -> float:
    """The signal `grams` of an entry without one of its phrasings."""
    grams = grams_for(db, query.grams, left_out=True)
    weights = weights_of(others)
    near = sum(rarity * weights.get(gram, 0.0) for gram, rarity in grams.rarity.items())
    asked = math.sqrt(sum(grams.rarity.values())) or 1.0
    return GRAMS * (near / asked - grams.mean)


def elsewhere(index: Path) -> Iterator[Example]:
    """Every question that no FAQ on training answers, asked as if it were not in the list."""
    lines = elsewhere_lines()
    with closing(connect(index)) as db:
        for place, text in enumerate(lines, 1):
            found = candidates(db, understand(db, text)._replace(ignored=place), CANDIDATES)
            yield _example(found, set(), inside=False, weight=1 / len(lines))


def real(index: Path, rows: Sequence[tuple[str, Sequence[str]]]) -> list[Example]:
    """Real queries with their right entries, none for those to be refused."""
    with closing(connect(index)) as db:
        numbers = dict(db.execute("SELECT id, num FROM entries"))
        made = []
        sides = [
            sum(bool(set(names) & numbers.keys()) == side for _, names in rows)
            for side in (False, True)
        ]
        for text, names in rows:
            right = {numbers[name] for name in names if name in numbers}
            log = read_log(text)
            read = f"{log.words}\n{log.means}" if log else text
            found = candidates(db, understand(db, read), CANDIDATES)
            made.append(_example(found, right, inside=bool(right), weight=1 / sides[bool(right)]))
        return made


def fit(examples: Sequence[Example], asked: Sequence[Example] = ()) -> Tuning:
    """The weights and the base that make the examples likeliest; the limit is one half.

    Args:
        examples: The FAQ's own.
        asked: Real queries, from which all weights but that of the signs are learned, too.
    """
    first = _which(examples)
    if asked:
        first = _which([*examples, *asked], signs=TRUST * first[SIGNS])
    else:
        first[SIGNS] *= TRUST
    signals, there, _ = _stacked(examples)
    inside = np.array([one.inside for one in examples])
    weight = np.array([one.weight for one in examples])
    scores = np.where(there, signals[:, :, WHICH] @ first, -1e9)
    told = np.column_stack([scores.max(1), signals[:, 0][:, WHETHER]])

    def whether(parameters: np.ndarray) -> float:
        odds = told @ parameters[:-1] + parameters[-1]
        lost = np.logaddexp(0, np.where(inside, -1, 1) * odds)
        return float(weight @ lost + RIDGE * (parameters[:-1] ** 2).sum())

    start = np.array([1.0, *[0.0] * len(WHETHER), 0.0])
    size, *shared, base = map(float, minimize(whether, start, method="L-BFGS-B").x)
    fitted = dict(zip([SIGNALS[i] for i in WHICH], size * first, strict=True))
    fitted |= dict(zip([SIGNALS[i] for i in WHETHER], shared, strict=True))
    # a phrasing that is left out is never the question itself: what that is worth cannot be fitted
    fitted["same"] = TUNED.weights["same"]
    return Tuning({name: float(fitted[name]) for name in SIGNALS}, base, 0.5, (1.0, 0.0, 0.0))


def _which(examples: Sequence[Example], signs: float | None = None) -> np.ndarray:
    """The weights of what differs between entries; `signs` holds that of the signs fast."""
    signals, there, right = _stacked(examples)
    weight = np.array([one.weight for one in examples])
    findable = right.any(1)
    signals, there, right, weight = (one[findable] for one in (signals, there, right, weight))

    def lost(weights: np.ndarray) -> float:
        scores = np.where(there, signals[:, :, WHICH] @ weights, -1e9)
        ours = np.where(right, scores, -1e9)
        missing = np.logaddexp.reduce(scores, 1) - np.logaddexp.reduce(ours, 1)
        return float(weight @ missing + RIDGE * (weights**2).sum())

    bounds: list[tuple[float | None, float | None]] = [(None, None)] * len(WHICH)
    start = np.full(len(WHICH), 2.0)
    if signs is not None:
        bounds[SIGNS], start[SIGNS] = (signs, signs), signs
    return minimize(lost, start, method="L-BFGS-B", bounds=bounds).x


def _stacked(examples: Sequence[Example]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Signals (E, C, S), which candidates there are (E, C), which are right (E, C)."""
    most = max(len(one.signals) for one in examples)
    signals = np.zeros((len(examples), most, len(SIGNALS)))
    there, right = np.zeros((2, len(examples), most), dtype=bool)
    for i, one in enumerate(examples):
        signals[i, : len(one.signals)], right[i, : len(one.right)] = one.signals, one.right
        there[i, : len(one.signals)] = True
    return signals, there, right


def limited(examples: Sequence[Example], tuning: Tuning) -> Tuning:
    """The tuning with its limit, and with what makes an answer of a guess."""
    ranked = [np.sort(_scores(one, tuning))[::-1] for one in examples]
    best = np.array([scores[0] for scores in ranked])
    ahead = np.array([scores[0] - scores[1] for scores in ranked])
    inside = np.array([one.inside for one in examples])
    right = np.array([one.right[_scores(one, tuning).argmax()] for one in examples])
    fits = float(np.quantile(best[inside], 1 - KEPT, method="lower"))

    def unlike(sure: np.ndarray) -> float:
        odds = sure[0] * best + sure[1] * ahead + sure[2]
        return float(np.logaddexp(0, np.where(right, -1, 1) * odds).sum())

    sure = minimize(unlike, np.zeros(3), method="L-BFGS-B").x
    return tuning._replace(fits=_probability(fits), sure=tuple(map(float, sure)))


def _probability(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


def summary(examples: Sequence[Example], tuning: Tuning) -> str:
    """How often the right one is first; how many are not refused, or refused, at the limit."""
    first, kept, refused = [], [], []
    for one in examples:
        score = _scores(one, tuning)
        fits = _probability(score.max()) >= tuning.fits
        if one.inside:
            first.append(bool(one.right[score.argmax()]))
            kept.append(fits)
        else:
            refused.append(not fits)
    shares = {"first": first, "not refused": kept, "refused": refused}
    return ", ".join(f"{name} {np.mean(share):.3f}" for name, share in shares.items())


def _scores(one: Example, tuning: Tuning) -> np.ndarray:
    return one.signals @ np.array([tuning.weights[name] for name in SIGNALS]) + tuning.base


def _example(found: Sequence, right: set[int], *, inside: bool, weight: float) -> Example:
    signals = np.array([[one.signals[name] for name in SIGNALS] for one in found])
    return Example(signals, np.array([one.num in right for one in found]), inside, weight)


if __name__ == "__main__":
    main()
