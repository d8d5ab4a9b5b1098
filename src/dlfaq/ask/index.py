"""Write the index that `dlfaq ask`, `show` and `list` read: one SQLite file, with everything as it will be shown.

It is rebuilt whole, in a temporary file that is renamed when it is complete, so that a reader never sees half an index.
`dlfaq.ask.fresh` decides when; nothing of this module is loaded when nothing changed.
"""

import os
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from dlfaq.ask import thesaurus
from dlfaq.ask.words import canonical, clean, negated, stems
from dlfaq.errors import Problem, Problems
from dlfaq.knowledge.entry import Claim, Entry, Faq, Planned
from dlfaq.knowledge.load import load_faq
from dlfaq.knowledge.placeholders import render
from dlfaq.verify import evidence as evidence_files
from dlfaq.verify.evidence import ClaimEvidence, Evidence, Side

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE topics (place INTEGER PRIMARY KEY, id TEXT, title TEXT);
CREATE TABLE entries (num INTEGER PRIMARY KEY, id TEXT UNIQUE, question TEXT, short TEXT, long TEXT, topics TEXT,
    also_asked TEXT, related TEXT, claims INTEGER, verified INTEGER, planned INTEGER);
CREATE TABLE claims (num INTEGER, place INTEGER, id TEXT, says TEXT, verdict TEXT,
    PRIMARY KEY (num, place)) WITHOUT ROWID;
CREATE TABLE sides (num INTEGER, claim INTEGER, place INTEGER, why TEXT, outcome TEXT, expectation TEXT, at TEXT,
    estimate REAL, low REAL, high REAL, replicates INTEGER, PRIMARY KEY (num, claim, place)) WITHOUT ROWID;
CREATE TABLE sources (num INTEGER, place INTEGER, document TEXT, title TEXT, says TEXT, ruling TEXT, because TEXT,
    PRIMARY KEY (num, place)) WITHOUT ROWID;
CREATE TABLE refs (num INTEGER, place INTEGER, title TEXT, authors TEXT, year INTEGER, url TEXT,
    PRIMARY KEY (num, place)) WITHOUT ROWID;
CREATE TABLE fields (num INTEGER PRIMARY KEY, question TEXT, also TEXT, short TEXT, topics TEXT, claims TEXT,
    long TEXT);
CREATE VIRTUAL TABLE words USING fts5(question, also, short, topics, claims, long, content='',
    tokenize="unicode61 remove_diacritics 0 tokenchars '._:<>%-'");
CREATE TABLE vocab (term TEXT PRIMARY KEY, initial TEXT, length INTEGER, docs INTEGER) WITHOUT ROWID;
CREATE INDEX vocab_near ON vocab (initial, length);
CREATE TABLE same (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE signs (anchor TEXT, place INTEGER, needs TEXT, means TEXT, PRIMARY KEY (anchor, place)) WITHOUT ROWID;
"""
Row = tuple[str | int | float | None, ...]


def build(root: Path, path: Path, mark: str) -> None:
    """Write the index of the FAQ at `root` to `path`, marked with the fingerprint of the files that it was made from.

    Raises:
        Problems: If the FAQ or its evidence has any; an older index then stays as it was.
    """
    faq = load_faq(root)
    evidence = _evidence(faq)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    try:
        with closing(sqlite3.connect(temporary, isolation_level=None)) as db:
            db.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN;" + _SCHEMA)
            _fill(db, faq, evidence)
            db.execute("INSERT INTO meta VALUES ('mark', ?)", (mark,))
            db.execute("COMMIT")
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _evidence(faq: Faq) -> dict[str, Evidence]:
    found, problems = {}, []
    for entry in faq.entries:
        try:
            one = evidence_files.read(faq.root, entry.id)
        except ValueError as error:
            problems.append(Problem(f"evidence/{entry.id}.json", None, str(error), f"dlfaq verify {entry.id} --record"))
        else:
            if one is not None:
                found[entry.id] = one
    if problems:
        raise Problems(problems)
    return found


def _fill(db: sqlite3.Connection, faq: Faq, evidence: dict[str, Evidence]) -> None:
    db.executemany("INSERT INTO topics VALUES (?, ?, ?)", [(i, *topic) for i, topic in enumerate(faq.topics.items())])
    rules = thesaurus.compiled()
    db.executemany("INSERT INTO same VALUES (?, ?)", rules.same.items())
    db.executemany("INSERT INTO signs VALUES (?, ?, ?, ?)", rules.signs)
    counts: Counter[str] = Counter()
    for num, entry in enumerate(sorted([*faq.entries, *faq.planned], key=lambda one: one.id)):
        _add(db, num, entry, faq, evidence.get(entry.id))
        fields = _fields(db, num, faq, rules.same)
        db.execute("INSERT INTO fields VALUES (?, ?, ?, ?, ?, ?, ?)", (num, *fields))
        text = "INSERT INTO words (rowid, question, also, short, topics, claims, long) VALUES (?, ?, ?, ?, ?, ?, ?)"
        db.execute(text, (num, *fields))
        counts.update({word for field in fields for word in field.split()})
    known = dict.fromkeys(rules.words, 0) | counts
    plain = {word: -1 for word in thesaurus.plain_english() if word not in known}
    rows = [(word, word[0], len(word), docs) for word, docs in (plain | known).items()]
    db.executemany("INSERT INTO vocab VALUES (?, ?, ?, ?)", rows)
    db.execute("INSERT INTO meta VALUES ('entries', ?)", (len(faq.entries) + len(faq.planned),))


def _add(db: sqlite3.Connection, num: int, entry: Entry | Planned, faq: Faq, evidence: Evidence | None) -> None:
    lists = ["\n".join(entry.topics), "\n".join(entry.also_asked)]
    if isinstance(entry, Planned):
        row: Row = (num, entry.id, entry.question, "", "", *lists, "", 0, 0, 1)
        db.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        return
    values = evidence.values if evidence else {}
    ruled = evidence.claims if evidence else {}
    verdicts = [ruled[claim.id].verdict if claim.id in ruled else "" for claim in entry.claims]
    texts = [render(entry.short, values).strip(), render(entry.long, values).strip()]
    counted = (len(entry.claims), verdicts.count("verified"), 0)
    row = (num, entry.id, entry.question, *texts, *lists, "\n".join(entry.related), *counted)
    db.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    for place, (claim, verdict) in enumerate(zip(entry.claims, verdicts, strict=True)):
        db.execute("INSERT INTO claims VALUES (?, ?, ?, ?, ?)", (num, place, claim.id, claim.says, verdict))
        rows = [(num, place, *side) for side in _sides(claim, ruled.get(claim.id))]
        db.executemany("INSERT INTO sides VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    for place, source in enumerate(entry.sources):
        title = faq.documents[source.document].title
        said = (source.says, source.ruling, render(source.because, values))
        db.execute("INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?, ?)", (num, place, source.document, title, *said))
    for place, one in enumerate(entry.references):
        row = (num, place, one.title, one.authors, one.year, one.url)
        db.execute("INSERT INTO refs VALUES (?, ?, ?, ?, ?, ?)", row)


def _sides(claim: Claim, evidence: ClaimEvidence | None) -> Iterable[Row]:
    """One row a side, the claim's own first: what was expected, and the measurement that decides it."""
    if evidence is None:
        yield (0, "", "", " and ".join(claim.expect), "", None, None, None, 0)
        for place, control in enumerate(claim.controls, 1):
            yield (place, control.why, "", " and ".join(claim.expect), "", None, None, None, 0)
        return
    for place, side in enumerate((evidence.claim, *evidence.controls)):
        yield (place, side.why, side.outcome, *_measured(side), side.replicates)


def _measured(side: Side) -> Row:
    try:
        judged, point = side.decisive()
    except LookupError:
        return ("", "", None, None, None)
    at = ", ".join(f"{name} = {value}" for name, value in point.at.items())
    return (judged.expect, at, point.estimate, *point.interval)


def _fields(db: sqlite3.Connection, num: int, faq: Faq, same: dict[str, str]) -> list[str]:
    """An entry's texts as canonical stems, column by column; the phrasings stay apart, line by line."""
    query = "SELECT id, question, also_asked, short, topics, long FROM entries WHERE num = ?"
    name, question, also, short, topics, long = db.execute(query, (num,)).fetchone()
    titles = " ".join(f"{topic} {faq.topics.get(topic, '')}" for topic in topics.split("\n"))
    claims = [says for (says,) in db.execute("SELECT says FROM claims WHERE num = ? ORDER BY place", (num,))]
    lines = "\n".join(_line(line, same) for line in also.splitlines())
    topics = f"{titles} {name.replace('-', ' ')}"
    return [_line(question, same), lines, *(_line(text, same) for text in (short, topics, "\n".join(claims), long))]


def _line(text: str, same: dict[str, str]) -> str:
    words = canonical(stems(clean(text.replace("\\", " ").replace("$", " "))), same)
    return " ".join([*words, *negated(words)])
