"""Write the index that `dlfaq ask`, `show` and `list` read: one SQLite file, ready to show.

It is written in a temporary file that is renamed when it is complete, so that a reader never sees
half an index. Where an older index is at hand, only the entries whose files changed are read again.
`dlfaq.ask.freshness` decides when; while nothing changes, nothing of this module is loaded.
"""

import os
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from dlfaq.ask.build import thesaurus
from dlfaq.ask.build.english import count_spellings, elsewhere_lines
from dlfaq.ask.build.postings import Postings
from dlfaq.ask.build.rows import add, in_stems, phrasings, remove
from dlfaq.ask.grams import MOST_ENTRIES
from dlfaq.ask.schema import SCHEMA
from dlfaq.ask.stamps import mark_of, simulation_stamps, stamps
from dlfaq.ask.vectors import embed, packed
from dlfaq.errors import Problem, Problems
from dlfaq.evidence import file as evidence_files
from dlfaq.evidence.record import Evidence
from dlfaq.evidence.strict import DamageError
from dlfaq.knowledge.entry import Entry, Faq, Planned
from dlfaq.knowledge.load import load, load_changed

LISTS = ("faq/topics.yml", "faq/documents.yml")  # every entry's rows hold something of them
PLANNED = "faq/planned.yml"


class _WholeError(Exception):
    """What changed is not an entry or two: the index is built anew."""


def build(root: Path, path: Path, now: Mapping[str, str], *, anew: bool = False) -> None:
    """Write the index of the FAQ at `root` to `path`.

    Args:
        root: The FAQ's folder.
        path: Where the index goes.
        now: The stamps of the files that it is made from.
        anew: Take nothing over from an older index.

    An entry that is to be mended is left out, and evidence that cannot be read is taken as if it
    were not there; the index holds what is wrong with them.

    Raises:
        Problems: If nothing can be read; an older index then stays as it was.
        OSError, sqlite3.Error: If it cannot be written.
    """
    mark = mark_of(now, root)
    try:
        if anew or not path.is_file():
            raise _WholeError
        with _replacing(path) as temporary:
            shutil.copyfile(path, temporary)
            with _writing(temporary, mark, now) as db:
                _update(db, root, now)
    except (_WholeError, Problems, sqlite3.DatabaseError):
        with _replacing(path) as temporary, _writing(temporary, mark, now) as db:
            _whole(db, root)


def in_memory(root: Path) -> sqlite3.Connection:
    """An index of the FAQ at `root` that lies nowhere.

    Raises:
        Problems: If nothing can be read.
    """
    db = sqlite3.connect(":memory:", isolation_level=None)
    now = stamps(root)
    _whole(db, root)
    _finish(db, mark_of(now, root), now)
    return db


@contextmanager
def _replacing(path: Path) -> Iterable[Path]:
    """A file beside `path` that takes its place if all goes well."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    try:
        yield Path(name)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def _writing(path: Path, mark: str, now: Mapping[str, str]) -> Iterable[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;")
        yield db
        _finish(db, mark, now)


def _finish(db: sqlite3.Connection, mark: str, now: Mapping[str, str]) -> None:
    db.execute("INSERT OR REPLACE INTO meta VALUES ('mark', ?)", (mark,))
    db.execute("DELETE FROM files")
    db.executemany("INSERT INTO files VALUES (?, ?)", now.items())
    db.execute("COMMIT")


def _whole(db: sqlite3.Connection, root: Path) -> None:
    faq = load(root)
    evidence, damaged = _evidence(root, [entry.id for entry in faq.entries])
    db.executescript(f"BEGIN; {SCHEMA}")
    _fill(db, faq, evidence)
    problems = [*faq.problems, *damaged]
    rows = [(place, *problem) for place, problem in enumerate(problems)]
    db.executemany("INSERT INTO problems VALUES (?, ?, ?, ?, ?)", rows)
    db.executemany("INSERT INTO missing VALUES (?)", [(name,) for name in faq.missing])
    if problems:
        mark = mark_of(simulation_stamps(root), root)
        db.execute("INSERT INTO meta VALUES ('simulations', ?)", (mark,))


def _evidence(root: Path, ids: Iterable[str]) -> tuple[dict[str, Evidence], list[Problem]]:
    found, problems = {}, []
    for name in ids:
        try:
            one = evidence_files.read(root, name)
        except DamageError as error:
            problems.append(
                Problem(
                    f"evidence/{name}.json", error.line, str(error), f"dlfaq verify {name} --record"
                )
            )
        else:
            if one is not None:
                found[name] = one
    return found, problems


def _fill(db: sqlite3.Connection, faq: Faq, evidence: dict[str, Evidence]) -> None:
    db.executemany(
        "INSERT INTO topics VALUES (?, ?, ?)",
        [(i, *topic) for i, topic in enumerate(faq.topics.items())],
    )
    rules = thesaurus.compiled()
    db.executemany("INSERT INTO same VALUES (?, ?)", rules.same.items())
    db.executemany("INSERT INTO signs VALUES (?, ?, ?, ?)", rules.signs)
    lines = elsewhere_lines()
    rows = [(in_stems(line, rules.same), packed(embed(line))) for line in lines]
    db.executemany("INSERT INTO elsewhere (words, meaning) VALUES (?, ?)", rows)
    postings = Postings(db, rules.same)
    postings.add_elsewhere(lines)
    counts: Counter[str] = Counter()
    for num, entry in enumerate(sorted([*faq.entries, *faq.planned], key=lambda one: one.id)):
        counts.update(add(db, num, entry, faq, evidence.get(entry.id), rules.same))
        postings.add(num, asked_as(entry))
    unused = dict.fromkeys(thesaurus.plain_english(), -1) | dict.fromkeys(rules.words, 0)
    rows = [(word, word[0], len(word), docs) for word, docs in (unused | counts).items()]
    db.executemany("INSERT INTO vocab VALUES (?, ?, ?, ?)", rows)
    count_all(db, postings)


def asked_as(entry: Entry | Planned) -> tuple[str, ...]:
    """An entry's question and all its phrasings."""
    return (entry.question, *phrasings(entry))


def count_all(db: sqlite3.Connection, postings: Postings) -> None:
    """How many entries there are, and what was gathered meanwhile.

    Raises:
        _WholeError: If the FAQ has become too large for lists of entries, or no longer is.
    """
    before = db.execute("SELECT value FROM meta WHERE key = 'entries'").fetchone()
    (entries,) = db.execute("SELECT count(*) FROM entries").fetchone()
    if before and (int(before[0]) > MOST_ENTRIES) != (entries > MOST_ENTRIES):
        raise _WholeError
    db.execute("INSERT OR REPLACE INTO meta VALUES ('entries', ?)", (str(entries),))
    postings.write(entries)
    count_spellings(db)


def _update(db: sqlite3.Connection, root: Path, now: Mapping[str, str]) -> None:
    """Read again what changed since the index was made.

    Raises:
        _WholeError: If that is no matter of single entries.
        Problems: If the changed files have any.
    """
    if db.execute("SELECT 1 FROM problems").fetchone():
        raise _WholeError
    then = dict(db.execute("SELECT name, stamp FROM files"))
    changed = {name for name in now.keys() | then.keys() if now.get(name) != then.get(name)}
    ids = {Path(name).stem for name in changed if name.endswith((".yaml", ".json"))}
    written = {name for name in ids if f"faq/{name}.yaml" in now}
    gone = {name for name in changed if name.endswith(".yaml")} - now.keys()
    others = {
        name for name in changed if not name.startswith(("faq/", "evidence/"))
    } | changed.intersection(LISTS)
    if gone or others or not then or 2 * len(written) > len(now):
        raise _WholeError
    faq = load_changed(root, sorted(written), planned=PLANNED in changed)
    db.execute("BEGIN")
    postings = Postings(db, thesaurus.compiled().same)
    numbers = dict(db.execute("SELECT id, num FROM entries"))
    entries: dict[str, Entry | Planned] = {entry.id: entry for entry in faq.entries}
    if PLANNED in changed:
        entries |= _replanned(db, faq, postings)
    elif any(
        db.execute("SELECT 1 FROM entries WHERE id = ? AND planned", (name,)).fetchone()
        for name in entries
    ):
        raise _WholeError  # it is written now, and still in the list: that is told
    evidence, damaged = _evidence(root, written)
    if damaged:
        raise Problems(damaged)
    _replace(db, numbers, entries, faq, evidence, postings)
    count_all(db, postings)


def _replanned(db: sqlite3.Connection, faq: Faq, postings: Postings) -> dict[str, Planned]:
    """The planned entries that are new or changed; those that left the list leave the index."""
    known = {
        name: (num, question, topics, also)
        for num, name, question, topics, also in db.execute(
            "SELECT num, id, question, topics, also_asked FROM entries WHERE planned"
        )
    }
    for name in known.keys() - {one.id for one in faq.planned}:
        num, question, _, also = known[name]
        postings.remove(num, (question, *also.splitlines()))
        _forget(db, remove(db, num))
    return {
        one.id: one
        for one in faq.planned
        if known.get(one.id, ())[1:]
        != (one.question, "\n".join(one.topics), "\n".join(one.also_asked))
    }


def _replace(
    db: sqlite3.Connection,
    numbers: dict[str, int],
    entries: dict[str, Entry | Planned],
    faq: Faq,
    evidence: dict[str, Evidence],
    postings: Postings,
) -> None:
    same = thesaurus.compiled().same
    free = max(numbers.values(), default=-1) + 1
    for name, entry in sorted(entries.items()):
        query = "SELECT question, also_asked FROM entries WHERE id = ?"
        before: tuple[str, ...] = ()
        if row := db.execute(query, (name,)).fetchone():
            before = (row[0], *row[1].splitlines())
            _forget(db, remove(db, numbers[name]))
        num = numbers.get(name, free)
        free = max(free, num + 1)
        if before != asked_as(entry):
            postings.remove(num, before)
            postings.add(num, asked_as(entry))
        _learn(db, add(db, num, entry, faq, evidence.get(name), same))


def _learn(db: sqlite3.Connection, words: Iterable[str]) -> None:
    insert = (
        "INSERT INTO vocab VALUES (?, ?, ?, 1) "
        "ON CONFLICT (term) DO UPDATE SET docs = max(docs, 0) + 1"
    )
    db.executemany(insert, [(word, word[0], len(word)) for word in words])


def _forget(db: sqlite3.Connection, words: Iterable[str]) -> None:
    """Words that no entry holds any more go, unless the thesaurus or English keeps them."""
    words = list(words)
    db.executemany("UPDATE vocab SET docs = docs - 1 WHERE term = ?", [(word,) for word in words])
    rules, english = thesaurus.compiled().words, thesaurus.plain_english()
    unused = [
        word for (word,) in db.execute("SELECT term FROM vocab WHERE docs = 0") if word not in rules
    ]
    db.executemany(
        "DELETE FROM vocab WHERE term = ?", [(word,) for word in unused if word not in english]
    )
    db.executemany(
        "UPDATE vocab SET docs = -1 WHERE term = ?", [(word,) for word in unused if word in english]
    )
