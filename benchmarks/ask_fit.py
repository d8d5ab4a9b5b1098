"""Fit the weights and the limit of `dlfaq ask` (`rank.TUNED`) to questions with known answers.

python benchmarks/ask_fit.py [QUERIES.jsonl…] [--root FOLDER]

The weights are learned from the FAQ alone: each phrasing of an entry is asked as if it were not
among them, and each line of `elsewhere.txt` as a question that must be refused, as if it were not
in the list. Only the limit needs real queries, since people ask worse than phrasings do: files
with one JSON object a line, {"query": "...", "entries": ["id"]}. It is the highest at which 95.5
% of those that an entry answers are answered.

The score is the log-odds that an entry answers the question: a softmax over the candidates says
which one, a logistic function of the best whether any. Both losses are minimized together,
without a random number.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

from dlfaq.ask.build.index import ELSEWHERE
from dlfaq.ask.freshness import ensure_index
from dlfaq.ask.query import understand
from dlfaq.ask.rank import Tuning
from dlfaq.ask.schema import connect
from dlfaq.ask.signals import SIGNALS, candidates
from dlfaq.paths import find_root

CANDIDATES = 24
RIDGE = 0.003  # on the weights: signals overlap
# of the signs' weight: rules were written with real queries at hand, so a new one finds fewer that
# fit it
TRUST = 0.7
ANSWERED = 0.955  # of the real queries that an entry answers


class Example(NamedTuple):
    """A question's candidates.

    Their signals (C, S), which of them are right (C,), whether the question should be answered, and
    its weight.
    """

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
    tuning = fit(examples)
    print(
        "weights",
        {name: round(weight, 2) for name, weight in tuning.weights.items()},
        "base",
        round(tuning.base, 2),
    )
    print(f"{len(examples)} of the FAQ's own: {summary(examples, tuning)}")
    rows = [
        json.loads(line)
        for path in arguments.queries
        for line in path.read_text("utf-8").splitlines()
    ]
    if rows:
        asked = real(index, [(row["query"], tuple(row.get("entries", ()))) for row in rows])
        tuning = tuning._replace(fits=limit(asked, tuning))
        print(f"limit {tuning.fits:.3f}; {len(asked)} real queries: {summary(asked, tuning)}")


def phrasings(index: Path) -> Iterator[Example]:
    """Every phrasing of every entry, asked as if it were not among them."""
    with closing(connect(index)) as db:
        said = db.execute("SELECT num, also_asked FROM entries").fetchall()
        count = sum(len(also.splitlines()) for _, also in said)
        for num, also in said:
            for place, text in enumerate(also.splitlines()):
                query = understand(db, text)
                found = candidates(db, query, CANDIDATES, leave_out=(num, place))
                yield _example(found, {num}, inside=True, weight=1 / count)


def elsewhere(index: Path) -> Iterator[Example]:
    """Every question that no FAQ on training answers, asked as if it were not in the list."""
    lines = [line.split("#")[0].strip() for line in ELSEWHERE.read_text("utf-8").splitlines()]
    lines = [line for line in lines if line]
    with closing(connect(index)) as db:
        for place, text in enumerate(lines, 1):
            found = candidates(db, understand(db, text)._replace(ignored=place), CANDIDATES)
            yield _example(found, set(), inside=False, weight=1 / len(lines))


def real(index: Path, rows: Sequence[tuple[str, Sequence[str]]]) -> list[Example]:
    """Real queries with their right entries, none for those to be refused."""
    with closing(connect(index)) as db:
        numbers = dict(db.execute("SELECT id, num FROM entries"))
        made = []
        for text, names in rows:
            right = {numbers[name] for name in names if name in numbers}
            found = candidates(db, understand(db, text), CANDIDATES)
            made.append(_example(found, right, inside=bool(right), weight=1 / len(rows)))
        return made


def fit(examples: Sequence[Example]) -> Tuning:
    """The weights and the base that make the examples likeliest.

    The limit is a probability of one half.
    """
    most = max(len(one.signals) for one in examples)
    signals = np.zeros((len(examples), most, len(SIGNALS)))
    there, right = np.zeros((2, len(examples), most), dtype=bool)
    for i, one in enumerate(examples):
        signals[i, : len(one.signals)], right[i, : len(one.right)] = one.signals, one.right
        there[i, : len(one.signals)] = True
    inside = np.array([one.inside for one in examples])
    weight = np.array([one.weight for one in examples])
    findable = inside & right.any(1)

    def loss(parameters: np.ndarray) -> float:
        score = np.where(there, signals @ parameters[:-1], -1e9)
        best = score.max(1)
        which = np.logaddexp.reduce(score, 1) - np.logaddexp.reduce(np.where(right, score, -1e9), 1)
        whether = np.logaddexp(0, np.where(inside, -1, 1) * (best + parameters[-1]))
        return float(
            (weight * (np.where(findable, which, 0) + whether)).sum()
            + RIDGE * (parameters[:-1] ** 2).sum()
        )

    found = minimize(
        loss, np.array([3.0] * (len(SIGNALS) - 2) + [-1.0, -1.0, -5.0]), method="L-BFGS-B"
    )
    *weights, base = map(float, found.x)
    fitted = dict(zip(SIGNALS, weights, strict=True))
    return Tuning(fitted | {"signs": TRUST * fitted["signs"]}, base, 0.5)


def limit(examples: Sequence[Example], tuning: Tuning) -> float:
    """The highest probability at which enough of those that should be answered are."""
    best = [_scores(one, tuning).max() for one in examples if one.inside]
    return 1 / (1 + float(np.exp(-np.quantile(best, 1 - ANSWERED, method="lower"))))


def summary(examples: Sequence[Example], tuning: Tuning) -> str:
    """How often the right one is first, how many are answered, how many refused, at the limit."""
    first, answered, refused = [], [], []
    for one in examples:
        score = _scores(one, tuning)
        fits = 1 / (1 + np.exp(-score.max())) >= tuning.fits
        if one.inside:
            first.append(bool(one.right[score.argmax()]))
            answered.append(fits)
        else:
            refused.append(not fits)
    return (
        f"first {np.mean(first):.3f}, answered {np.mean(answered):.3f}, "
        f"refused {np.mean(refused):.3f}"
    )


def _scores(one: Example, tuning: Tuning) -> np.ndarray:
    return one.signals @ np.array([*tuning.weights.values()]) + tuning.base


def _example(found: Sequence, right: set[int], *, inside: bool, weight: float) -> Example:
    signals = np.array([[one.signals[name] for name in SIGNALS] for one in found])
    return Example(signals, np.array([one.num in right for one in found]), inside, weight)


if __name__ == "__main__":
    main()
