"""An index that is as new as the files. Standard library only.

The builder, with YAML and all that is known of entries, is loaded only when something changed.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from dlfaq.ask.schema import connect
from dlfaq.ask.stamps import mark_of, stamps, stored_mark
from dlfaq.paths import cache_dir

T = TypeVar("T")
NAME = "ask.sqlite"


def read_index(root: Path, read: Callable[[sqlite3.Connection], T]) -> T:
    """Open the index of the FAQ at `root` once, and read it.

    It is built if it is missing or older than a file, and built anew if it is damaged.

    Args:
        root: The FAQ's folder.
        read: Takes what it wants from the open index.

    Raises:
        Problems: If the index must be built and the FAQ's files have problems.
    """
    return _read(root, cache_dir(root) / NAME, read)


def ensure_index(root: Path) -> Path:
    """The path of an index that is up to date.

    Raises:
        Problems: If it must be built and the FAQ's files have problems.
    """
    path = cache_dir(root) / NAME
    _read(root, path, lambda _: None)
    return path


def _read(root: Path, path: Path, read: Callable[[sqlite3.Connection], T]) -> T:
    now = stamps(root)
    damaged = False
    if path.is_file():
        try:
            with closing(connect(path)) as db:
                if stored_mark(db) == mark_of(now, root):
                    return read(db)
        except sqlite3.DatabaseError:
            damaged = True
    from dlfaq.ask.build.index import build

    build(root, path, now, anew=damaged)
    with closing(connect(path)) as db:
        return read(db)
