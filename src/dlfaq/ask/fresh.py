"""Is the index as new as the files? Standard library only: every `ask`, `show` and `list` passes through here.

What made an index is compared by name, time and size of each file, so that looking costs a few milliseconds for a
thousand entries. The builder, with YAML and all that is known of entries, is loaded only when something changed.
"""

import os
import sqlite3
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from dlfaq.ask.schema import connect
from dlfaq.paths import cache_dir

T = TypeVar("T")
NAME = "ask.sqlite"


def read_index(root: Path, read: Callable[[Path], T]) -> T:
    """Give `read` the path of an index that is up to date; an index that turns out to be damaged is built anew.

    Raises:
        Problems: If the index must be built and the FAQ's files have problems.
    """
    path = ensure_index(root)
    try:
        return read(path)
    except sqlite3.DatabaseError:
        return read(ensure_index(root, anew=True))


def ensure_index(root: Path, *, anew: bool = False) -> Path:
    """The path of the index of the FAQ at `root`, built if it is missing, older than a file, damaged, or `anew`.

    Raises:
        Problems: If it must be built and the FAQ's files have problems.
    """
    path = cache_dir(root) / NAME
    now = fingerprint(root)
    if anew or stored_mark(path) != now:
        from dlfaq.ask.index import build

        build(root, path, now, anew=anew)
    return path


def stored_mark(path: Path) -> str | None:
    """The fingerprint that an index was made from; None if there is no index, or none that can be read."""
    if not path.is_file():
        return None
    try:
        with closing(connect(path)) as db:
            row = db.execute("SELECT value FROM meta WHERE key = 'mark'").fetchone()
    except sqlite3.DatabaseError:
        return None
    return row[0] if row else None


def fingerprint(root: Path) -> str:
    """A checksum over name, time and size of every file that the index is made from, and of the code that makes it."""
    lines = [str(root)]
    for folder in (f"{root}/faq", f"{root}/evidence", str(Path(__file__).parent)):
        lines += _files(folder)
    text = "\n".join(lines).encode("utf-8", "surrogateescape")
    return f"{len(lines)}-{zlib.crc32(text):08x}-{zlib.adler32(text):08x}"  # hashlib takes 2 ms to load


def stamps(root: Path) -> dict[str, str]:
    """Time and size of every file that the index is made from, by its name: `faq/x.yaml`, `code/rank.py`."""
    folders = {"faq": f"{root}/faq", "evidence": f"{root}/evidence", "code": str(Path(__file__).parent)}
    found = {}
    for name, folder in folders.items():
        for line in _files(folder):
            file, time, size = line.rsplit("/", 2)
            found[f"{name}/{file}"] = f"{time}/{size}"
    return found


def _files(folder: str) -> list[str]:
    """One line a file. Unsorted: a folder that did not change is listed in the same order."""
    found = []
    try:
        with os.scandir(folder) as files:
            for file in files:
                if file.name[0] not in "._":
                    stat = file.stat()
                    found.append(f"{file.name}/{stat.st_mtime_ns}/{stat.st_size}")
    except OSError:  # a folder that is not there holds nothing; a file that just went shows by its missing line
        pass
    return found
