"""How often `dlfaq ask` puts the right entry first, and refuses what no entry answers.

python benchmarks/ask_quality.py QUERIES.jsonl… [--root FOLDER] [--misses] [--tune]

One JSON object a line: {"query": "...", "entries": ["best-id", "also-right-id"]}. A query without entries, or whose
entries are all missing from the FAQ, should be refused. `--tune` prints what other limits would do.
"""

import argparse
import json
from pathlib import Path

from dlfaq.ask.fresh import read_index
from dlfaq.ask.rank import Answer, ask
from dlfaq.ask.shelf import ids
from dlfaq.paths import find_root


def main() -> None:
    """Read the queries, ask each, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("queries", type=Path, nargs="+")
    parser.add_argument("--root", type=Path, default=None)
    parser.add_argument("--misses", action="store_true", help="print every query that went wrong")
    parser.add_argument("--tune", action="store_true", help="print the rates at other limits")
    arguments = parser.parse_args()
    root = arguments.root or find_root()
    known = read_index(root, ids)
    inside, outside = [], []
    for path in arguments.queries:
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            right = [one for one in row.get("entries", []) if one in known]
            answer = read_index(root, lambda index, query=row["query"]: ask(index, query))
            (inside if right else outside).append((row["query"], right, answer))
    report(inside, outside, None)
    if arguments.tune:
        for percent in range(16, 64, 4):
            report(inside, outside, percent / 100)
    if arguments.misses:
        misses(inside, outside)


def report(inside: list, outside: list, limit: float | None) -> None:
    """One line: ranking of what the FAQ answers, and the share that is answered and refused, as it is or at a limit."""
    places = [place(right, answer) for _, right, answer in inside]
    answered = [fits(answer, limit) for _, _, answer in inside]
    refused = [not fits(answer, limit) for _, _, answer in outside]
    good = [ok and first == 1 for ok, first in zip(answered, places, strict=True)]
    print(
        f"limit {'as set' if limit is None else f'{limit:.2f}'} | in scope {len(inside)}: first {share(one == 1 for one in places)}, "
        f"within three {share(one <= 3 for one in places)}, answered {share(answered)}, "
        f"answered and right {share(good)} | out of scope {len(outside)}: refused {share(refused)}"
    )


def fits(answer: Answer, limit: float | None) -> bool:
    """Was it answered, or would it be at another limit?"""
    return answer.answered if limit is None else answer.results[0].score >= limit


def place(right: list[str], answer: Answer) -> int:
    """Rank of the first right entry; 99 if it is not among the results."""
    return next((i for i, one in enumerate(answer.results, 1) if one.id in right), 99)


def share(values: object) -> str:
    """Percent of true values."""
    values = list(values)
    return f"{100 * sum(values) / len(values):.1f} %" if values else "-"


def misses(inside: list, outside: list) -> None:
    """Every query whose right entry was not first or not answered, and every one that should have been refused."""
    for query, right, answer in inside:
        if place(right, answer) != 1 or not answer.answered:
            found = ", ".join(f"{one.id} {one.score:.2f}" for one in answer.results[:3])
            print(f"MISS {place(right, answer)} {query[:150]}\n   right {', '.join(right)} | found {found}")
    for query, _, answer in outside:
        if answer.answered:
            print(f"ANSWERED {answer.results[0].score:.2f} {query[:110]} | {answer.results[0].id}")


if __name__ == "__main__":
    main()
