"""What an index was made from, by name, time and size of each file. Standard library only.

Every `ask`, `show` and `list` passes through here: looking costs a few milliseconds for a thousand
entries.
"""

import os
import sqlite3
import zlib
from collections.abc import Mapping
from pathlib import Path

_CODE = Path(__file__).parents[1]
# whatever decides what stands in an index: a change of it makes every index old
MAKERS = ("ask", "knowledge", "evidence", "sanitise.py")


def stamps(root: Path) -> dict[str, str]:
    """Time and size of every file that the index of the FAQ at `root` is made from.

    Returns:
        By name: `faq/x.yaml`, `evidence/x.json`, `code/ask/rank.py`.
    """
    found: dict[str, str] = {}
    for name in ("faq", "evidence"):
        _add(found, name, f"{root}/{name}")
    for name in MAKERS:
        _add(found, f"code/{name}", f"{_CODE}/{name}")
    return found


def simulation_stamps(root: Path) -> dict[str, str]:
    """Time and size of every simulation, on which what is wrong with an entry may depend."""
    found: dict[str, str] = {}
    _add(found, "sims", f"{root}/sims")
    return found


def mark_of(found: Mapping[str, str], root: Path) -> str:
    """A checksum over stamps: equal for equal files of the same FAQ."""
    lines = "\n".join([str(root), *found, *found.values()])
    text = lines.encode("utf-8", "surrogateescape")
    # hashlib takes 2 ms to load
    return f"{len(found)}-{zlib.crc32(text):08x}-{zlib.adler32(text):08x}"


def stored_mark(db: sqlite3.Connection) -> str | None:
    """The checksum that an index was made from.

    Raises:
        sqlite3.DatabaseError: If that cannot be read.
    """
    row = db.execute("SELECT value FROM meta WHERE key = 'mark'").fetchone()
    return row[0] if row else None


def is_current(db: sqlite3.Connection, now: Mapping[str, str], root: Path) -> bool:
    """Whether an index is as new as the files.

    One that lacks entries is also as old as the simulations: mending one may bring an entry back.

    Raises:
        sqlite3.DatabaseError: If that cannot be read.
    """
    if stored_mark(db) != mark_of(now, root):
        return False
    row = db.execute("SELECT value FROM meta WHERE key = 'simulations'").fetchone()
    return row is None or row[0] == mark_of(simulation_stamps(root), root)


def _add(found: dict[str, str], name: str, path: str) -> None:
    """A file, or all files of a folder.

    Unsorted, because a folder that did not change is listed in the same order.
    """
    try:
        if path.endswith(".py"):
            stat = os.stat(path)  # noqa: PTH116 - a Path would take longer to make
            found[name] = f"{stat.st_mtime_ns}/{stat.st_size}"
            return
        with os.scandir(path) as files:
            for file in files:
                if file.name[0] == "." or file.name == "__pycache__":
                    continue
                if file.is_dir():
                    _add(found, f"{name}/{file.name}", file.path)
                else:
                    stat = file.stat()
                    found[f"{name}/{file.name}"] = f"{stat.st_mtime_ns}/{stat.st_size}"
    except OSError:  # a folder that is not there holds nothing; a file that just went has no line
        pass
