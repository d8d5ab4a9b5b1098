"""The tables of the index, and how its file is opened. Standard library only."""

import sqlite3
from pathlib import Path

COLUMNS = ("question", "also", "short", "topics", "claims", "long")
SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE files (name TEXT PRIMARY KEY, stamp TEXT) WITHOUT ROWID;
CREATE TABLE problems (place INTEGER PRIMARY KEY, file TEXT, line INTEGER, what TEXT, hint TEXT);
CREATE TABLE missing (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE topics (place INTEGER PRIMARY KEY, id TEXT, title TEXT);
CREATE TABLE entries (num INTEGER PRIMARY KEY, id TEXT UNIQUE, question TEXT, title TEXT,
    short TEXT, topics TEXT, also_asked TEXT, related TEXT, claims INTEGER, verified INTEGER,
    planned INTEGER, draft INTEGER);
CREATE TABLE documents (num INTEGER PRIMARY KEY, short TEXT, evidence TEXT, json TEXT);
CREATE TABLE steps (num INTEGER, place INTEGER, step TEXT, code TEXT, because TEXT,
    PRIMARY KEY (num, place)) WITHOUT ROWID;
CREATE TABLE parts (num INTEGER, place INTEGER, id TEXT, title TEXT, body TEXT,
    PRIMARY KEY (num, place)) WITHOUT ROWID;
CREATE TABLE passages (num INTEGER, place INTEGER, asked TEXT, words TEXT, meanings BLOB,
    PRIMARY KEY (num, place)) WITHOUT ROWID;
CREATE TABLE claims (num INTEGER, place INTEGER, id TEXT, kind TEXT, says TEXT, shows TEXT,
    verdict TEXT, mark TEXT, colour TEXT, PRIMARY KEY (num, place)) WITHOUT ROWID;
CREATE TABLE sides (num INTEGER, claim INTEGER, place INTEGER, role TEXT, name TEXT, why TEXT,
    outcome TEXT, expect TEXT, predicted TEXT, measured TEXT, at TEXT,
    PRIMARY KEY (num, claim, place)) WITHOUT ROWID;
CREATE TABLE sources (num INTEGER, place INTEGER, title TEXT, ruling TEXT, says TEXT, because TEXT,
    PRIMARY KEY (num, place)) WITHOUT ROWID;
CREATE TABLE refs (num INTEGER, place INTEGER, text TEXT, url TEXT, purpose TEXT,
    PRIMARY KEY (num, place)) WITHOUT ROWID;
CREATE TABLE fields (num INTEGER PRIMARY KEY, question TEXT, also TEXT, short TEXT, topics TEXT,
    claims TEXT, long TEXT);
CREATE VIRTUAL TABLE words USING fts5(question, also, short, topics, claims, long,
    content='fields', content_rowid='num',
    tokenize="unicode61 remove_diacritics 0 tokenchars '._:<>%-'");
CREATE TABLE vocab (term TEXT PRIMARY KEY, initial TEXT, length INTEGER, docs INTEGER)
    WITHOUT ROWID;
CREATE TABLE spelled (word TEXT PRIMARY KEY, initial TEXT, length INTEGER, uses INTEGER)
    WITHOUT ROWID;
CREATE INDEX spelled_near ON spelled (initial, length);
CREATE TABLE spellings (num INTEGER PRIMARY KEY, words TEXT);
CREATE TABLE same (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE signs (anchor TEXT, place INTEGER, needs TEXT, means TEXT,
    PRIMARY KEY (anchor, place)) WITHOUT ROWID;
CREATE TABLE elsewhere (place INTEGER PRIMARY KEY, words TEXT, meaning BLOB);
CREATE TABLE failures (num INTEGER, failure TEXT, words TEXT);
CREATE INDEX failures_of ON failures (failure);
CREATE TABLE grams (gram TEXT PRIMARY KEY, said INTEGER, away INTEGER, nums BLOB, weights BLOB);
CREATE TABLE meanings (num INTEGER PRIMARY KEY, centre BLOB, phrasings BLOB);
"""
OF_ENTRY = (  # the tables with an entry's rows
    "documents", "steps", "parts", "passages", "claims", "sides", "sources", "refs", "meanings",
    "failures", "spellings", "fields", "entries",
)  # fmt: skip


def connect(path: Path) -> sqlite3.Connection:
    """Open an index for reading. It is never written in place, so that no locks are needed."""
    return sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
