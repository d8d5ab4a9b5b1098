"""The query behind `dlfaq ask`, beside a raw FTS5 query of the same index, for many entries.

python benchmarks/ask_scale.py [--entries 10000 100000] [--rounds 40] [--files 1000]

The raw query asks the full-text index for the same words, ranked by bm25, and reads the questions
of the first 24: what any search over this index would cost. Bar: at most twice that. Then the
index of an FAQ of files is built again after one entry changed, beside the time that reading and
checking this entry takes.
"""

import argparse
import os
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import accumulate
from pathlib import Path

from ask_speed import generate as generate_files

from dlfaq.ask.build import thesaurus
from dlfaq.ask.build.index import asked_as, count_all
from dlfaq.ask.build.postings import Postings
from dlfaq.ask.build.rows import add
from dlfaq.ask.freshness import ensure_index
from dlfaq.ask.query import understand
from dlfaq.ask.rank import ask
from dlfaq.ask.schema import SCHEMA, connect
from dlfaq.knowledge.entry import Answer, Claim, Entry, Faq, Part, Step
from dlfaq.knowledge.experiment import Condition, Experiment
from dlfaq.knowledge.load import load_changed

QUESTIONS = [
    "my loss is nan after warmup with adam",
    "why does the network not learn with a high learning rate",
    "validation accuracy is lower than training accuracy",
    "gradient of the first layers is almost zero",
    "how do I choose the batch size",
]
FIELD = [
    "gradient", "batch", "learning", "rate", "network", "training", "accuracy", "layer", "weight",
    "decay", "loss", "nan", "warmup", "adam", "validation", "epoch",
]  # fmt: skip


def main() -> None:
    """Generate, ask, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--entries", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--files", type=int, default=1000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for count in arguments.entries:
            path = Path(folder) / f"{count}.sqlite"
            started = time.perf_counter()
            generate(path, count)
            built = time.perf_counter() - started
            raw, asked = measure(path, arguments.rounds)
            print(
                f"{count:7,} entries, {path.stat().st_size / 1e6:6.0f} MB, "
                f"written in {built:5.0f} s: raw FTS5 {raw:6.1f} ms, "
                f"ask {asked:6.1f} ms, ratio {asked / raw:.2f}"
            )
        rebuild(Path(folder) / "faq", arguments.files)


def rebuild(root: Path, count: int) -> None:
    """Seconds to build the index of an FAQ of files, and milliseconds after one entry changed."""
    generate_files(root, count)
    os.environ["DLFAQ_CACHE_DIR"] = str(root / "cache")
    started = time.perf_counter()
    ensure_index(root)
    whole = time.perf_counter() - started
    again, reading = [], []
    for i in range(9):
        path = root / "faq" / f"entry-{i:04}.yaml"
        path.write_text(
            path.read_text("utf-8").replace("text: |\n", "text: |\n        Changed.\n", 1), "utf-8"
        )
        started = time.perf_counter()
        load_changed(root, [path.stem], planned=False)
        between = time.perf_counter()
        ensure_index(root)
        reading.append(1000 * (between - started))
        again.append(1000 * (time.perf_counter() - between))
    print(
        f"{count:7,} files: the index in {whole:.1f} s; after one changed in "
        f"{statistics.median(again):.0f} ms, of which reading "
        f"and checking it takes {statistics.median(reading):.0f} ms"
    )


def measure(path: Path, rounds: int) -> tuple[float, float]:
    """Median milliseconds of the raw query and of `ask`, interleaved."""
    raw_times, ask_times = [], []
    for i in range(rounds):
        text = QUESTIONS[i % len(QUESTIONS)]
        with closing(connect(path)) as db:
            query = understand(db, text)
            words = [*query.own, *query.added]
        started = time.perf_counter()
        raw(path, words)
        between = time.perf_counter()
        with closing(connect(path)) as db:
            ask(db, text)
        raw_times.append(1000 * (between - started))
        ask_times.append(1000 * (time.perf_counter() - between))
    return statistics.median(raw_times[5:]), statistics.median(ask_times[5:])


def raw(path: Path, words: list[str]) -> list[tuple]:
    """The same words, ranked by bm25."""
    match = " OR ".join(f'"{word}"' for word in words)
    found = (
        "SELECT question FROM entries JOIN (SELECT rowid FROM words WHERE words MATCH ? "
        "ORDER BY bm25(words, 10, 8, 4, 4, 3, 1) LIMIT 24) ON num = rowid"
    )
    with closing(connect(path)) as db:
        return db.execute(found, (match,)).fetchall()


def generate(path: Path, count: int) -> None:
    """An index of entries of ordinary size, as if their files had been read."""
    faq = Faq(Path(), (), {"training": "Training"}, {})
    rules = thesaurus.compiled()
    docs: dict[str, int] = dict.fromkeys(rules.words, 0)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN; {SCHEMA}")
        db.executemany("INSERT INTO same VALUES (?, ?)", rules.same.items())
        db.executemany("INSERT INTO signs VALUES (?, ?, ?, ?)", rules.signs)
        postings = Postings(db, rules.same)
        for num, entry in enumerate(entries(count)):
            postings.add(num, asked_as(entry))
            for word in add(db, num, entry, faq, None, rules.same):
                docs[word] = docs.get(word, 0) + 1
        db.executemany(
            "INSERT INTO vocab VALUES (?, ?, ?, ?)",
            [(word, word[0], len(word), n) for word, n in docs.items()],
        )
        count_all(db, postings)
        db.execute("COMMIT")


def entries(count: int) -> Iterator[Entry]:
    """Texts whose words are as unevenly frequent as any language's."""
    draw = random.Random(0)  # noqa: S311 - words, no secrets
    syllables = ["lo", "ra", "mi", "ne", "tu", "ga", "sto", "pen", "dri", "val", "kor", "bas"]
    vocabulary = ["".join(draw.choices(syllables, k=draw.randint(2, 4))) for _ in range(20_000)]
    vocabulary[5 : 5 + 9 * len(FIELD) : 9] = FIELD
    frequency = list(accumulate(1 / (5 + place) for place in range(len(vocabulary))))

    def words(number: int) -> str:
        return " ".join(draw.choices(vocabulary, cum_weights=frequency, k=number))

    for i in range(count):
        claims = tuple(
            Claim(
                f"claim-{k}",
                "measured",
                words(14),
                "toy",
                "mean(loss) < 1",
                fails_under={"one": words(6)},
            )
            for k in range(3)
        )
        steps = tuple(Step(words(12), because=(claim.id,)) for claim in claims)
        parts = tuple(
            Part(f"part-{k}", words(4), words(60), (words(8), words(8))) for k in range(2)
        )
        answer = Answer(words(30), steps, parts)
        experiments = {
            "toy": Experiment("toy", "toy", conditions={"one": Condition("one", {"size": 1})})
        }
        yield Entry(f"entry-{i}", words(9), ("training",), answer, experiments, claims, Path())


if __name__ == "__main__":
    main()
