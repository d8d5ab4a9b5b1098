"""What was already measured and ruled, in one SQLite file that may be deleted at any time.

It survives a kill at any moment and serves two processes at once. A file that is damaged is begun
anew, and where nothing can be written nothing is kept: a cache must never be the reason why a
verification fails.
"""

import hashlib
import json
import math
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from dlfaq.paths import cache_dir
from dlfaq.verify.closing import Closing

if TYPE_CHECKING:
    import numpy as np

VERSION = 2  # of the tables below
SEAL = 32  # bytes of a hash before everything that is kept
BUSY = 30.0  # seconds to wait for another process to write
TURN = 3600.0  # seconds to wait for another process to verify
SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS trials
    (key TEXT PRIMARY KEY, measurements BLOB NOT NULL, seconds REAL NOT NULL);
CREATE TABLE IF NOT EXISTS rulings (key TEXT PRIMARY KEY, ruling BLOB NOT NULL);
PRAGMA user_version = {VERSION};
COMMIT;
"""

T = TypeVar("T")


class Store(Closing):
    """Measurements of trials and rulings on claims, by key.

    Args:
        path: The file; made when it is not there. None keeps nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._db = self._open()

    def close(self) -> None:
        """Let go of the file."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def measurements(self, key: str) -> "tuple[dict[str, np.ndarray], float] | None":
        """A trial's measurements and the seconds it took; None if they are not there."""
        row = self._ask("SELECT measurements, seconds FROM trials WHERE key = ?", key)
        unpacked = _unpacked(key, row[0]) if row else None
        is_time = row is not None and isinstance(row[1], float) and 0 <= row[1] < math.inf
        return (unpacked, row[1]) if unpacked is not None and is_time else None

    def keep_measurements(
        self, key: str, measurements: "Mapping[str, np.ndarray]", seconds: float
    ) -> None:
        """Keep a trial's measurements."""
        self._write(
            "INSERT OR REPLACE INTO trials VALUES (?, ?, ?)",
            key,
            _packed(key, measurements),
            seconds,
        )

    def ruling(self, key: str) -> dict[str, Any] | None:
        """What was kept of a ruling; None if it is not there."""
        row = self._ask("SELECT ruling FROM rulings WHERE key = ?", key)
        text = _unsealed(key, row[0]) if row else None
        return None if text is None else json.loads(text)

    def keep_ruling(self, key: str, ruling: Mapping[str, Any]) -> None:
        """Keep a ruling, as plain values."""
        self._write(
            "INSERT OR REPLACE INTO rulings VALUES (?, ?)",
            key,
            _sealed(key, json.dumps(ruling).encode()),
        )

    def _ask(self, query: str, *values: object) -> Any:
        return self._try(lambda db: db.execute(query, values).fetchone())

    def _write(self, query: str, *values: object) -> None:
        self._try(lambda db: db.execute(query, values).close())

    def _try(self, act: Callable[[sqlite3.Connection], T]) -> T | None:
        if self._db is None:
            return None
        try:
            return act(self._db)
        except sqlite3.OperationalError:  # busy, full, read-only: go on without
            return None
        except (sqlite3.DatabaseError, MemoryError, OverflowError, UnicodeError):  # damaged
            self.close()
            self._remove()
            self._db = self._open()
            return None

    def _open(self) -> sqlite3.Connection | None:
        if self.path is None:
            return None
        try:
            db = self._connect()
            if db is None:
                self._remove()
                db = self._connect()
        except sqlite3.OperationalError:  # busy or not writable: that is no reason to begin anew
            return None
        return db

    def _connect(self) -> sqlite3.Connection | None:
        """Open the file; None if it is damaged or of another version."""
        db = sqlite3.connect(self.path, timeout=BUSY, isolation_level=None)
        db.text_factory = lambda raw: raw.decode("utf-8", "replace")
        try:
            db.execute(
                "PRAGMA synchronous = OFF"
            )  # a kill loses nothing; only a power cut may, and then it is rebuilt
            version = db.execute("PRAGMA user_version").fetchone()[0]
            tables = {
                row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            }
            if version == VERSION and {"trials", "rulings"} <= tables:
                return db
            if version == 0 and not tables:
                db.executescript(SCHEMA)
                return db
        except sqlite3.OperationalError:
            db.close()
            raise
        except (sqlite3.DatabaseError, MemoryError, OverflowError, UnicodeError):
            pass
        db.close()
        return None

    def _remove(self) -> None:
        for path in (self.path, self.path.with_name(self.path.name + "-journal")):
            with suppress(OSError):
                path.unlink(missing_ok=True)


def open_store(root: Path) -> Store:
    """The store of the FAQ at `root`."""
    folder = cache_dir(root)
    return Store(folder / "trials.sqlite" if folder else None)


@contextmanager
def one_at_a_time(root: Path) -> Iterator[None]:
    """Wait until no other process verifies this FAQ.

    One then measures, and the others read what it measured.
    """
    with ExitStack() as stack:
        folder = cache_dir(root)
        if folder is None:  # where there is no lock to be had, work is only done twice
            yield
            return
        with suppress(sqlite3.Error):
            db = sqlite3.connect(folder / "turn.sqlite", timeout=TURN, isolation_level=None)
            stack.callback(db.close)
            db.execute("BEGIN EXCLUSIVE")
        yield


def _packed(key: str, measurements: "Mapping[str, np.ndarray]") -> bytes:
    import io

    import numpy as np

    buffer = io.BytesIO()
    # savez has a parameter `file`, so no name may be that
    np.savez(buffer, **{f"_{name}": values for name, values in measurements.items()})
    return _sealed(key, buffer.getvalue())


def _unpacked(key: str, blob: object) -> "dict[str, np.ndarray] | None":
    import io

    import numpy as np

    content = _unsealed(key, blob)
    if content is None:
        return None
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        return {name[1:]: values for name, values in archive.items()}


def _sealed(key: str, content: bytes) -> bytes:
    """What is kept under a key: it tells by itself whether it is whole and lies in its place."""
    return _seal(key, content) + content


def _unsealed(key: str, kept: object) -> bytes | None:
    """What was kept under a key; None if it was damaged."""
    if not isinstance(kept, bytes):
        return None
    seal, content = kept[:SEAL], kept[SEAL:]
    return content if seal == _seal(key, content) else None


def _seal(key: str, content: bytes) -> bytes:
    return hashlib.sha256(key.encode() + b"\0" + content).digest()
