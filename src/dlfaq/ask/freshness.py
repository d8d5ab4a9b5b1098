"""An index that is as new as the files. Standard library only.

The builder, with YAML and all that is known of entries, is loaded only when something changed.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from dlfaq.ask.schema import connect
from dlfaq.ask.stamps import is_current, stamps
from dlfaq.paths import cache_dir

T = TypeVar("T")
NAME = "ask.sqlite"


def read_index(root: Path, read: Callable[[sqlite3.Connection], T]) -> T:
    """Open the index of the FAQ at `root` once, and read it.

    It is built if it is missing or older than a file, and built anew if it is damaged; in memory
    where it cannot be written.

    Args:
        root: The FAQ's folder.
        read: Takes what it wants from the open index.

    Raises:
        Problems: If the index must be built and the FAQ's files have problems.
    """
    folder = cache_dir(root)
    if folder is not None:
        try:
            return _read(root, folder / NAME, read)
        except (OSError, sqlite3.Error):  # the disk is full, or the folder was taken away
            pass
    from dlfaq.ask.build.index import in_memory

    with closing(in_memory(root)) as db:
        return read(db)


def ensure_index(root: Path) -> Path:
    """The path of an index that is up to date.

    Raises:
        Problems: If it must be built and the FAQ's files have problems.
        OSError, sqlite3.Error: If it cannot be written.
    """
    folder = cache_dir(root)
    if folder is None:
        msg = "there is no folder that can be written"
        raise OSError(msg)
    _read(root, folder / NAME, lambda _: None)
    return folder / NAME


def _read(root: Path, path: Path, read: Callable[[sqlite3.Connection], T]) -> T:
    now = stamps(root)
    damaged = False
    if path.is_file():
        try:
            with closing(connect(path)) as db:
                if is_current(db, now, root):
                    return read(db)
        except sqlite3.DatabaseError:
            damaged = True
    from dlfaq.ask.build.index import build

    build(root, path, now, anew=damaged)
    with closing(connect(path)) as db:
        return read(db)
