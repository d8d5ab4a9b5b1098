"""Where an FAQ lies, and where what can be rebuilt is kept."""

import os
import zlib
from collections.abc import Iterator
from pathlib import Path

MARK = Path("faq") / "topics.yml"  # what makes a folder the root of an FAQ


def find_root(start: Path | None = None) -> Path:
    """The nearest folder with an FAQ, from `start` (default: here) upward, or the bundled FAQ."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / MARK).is_file():
            return folder
    return bundled_root()


def bundled_root() -> Path:
    """The FAQ that came with the package: inside it once installed, beside it in a checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "_bundled"
    return installed if installed.is_dir() else package.parents[1]


def cache_dir(root: Path) -> Path | None:
    """A writable folder for what can be rebuilt of the FAQ at `root`: the index, trials, rulings.

    `DLFAQ_CACHE_DIR`, else the user's cache folder, else the temporary folder; None where nothing
    can be written. Each root has a folder of its own.
    """
    # not hashlib, which takes 2 ms to load
    key = f"{zlib.crc32(str(root.resolve()).encode('utf-8', 'surrogateescape')):08x}"
    for base in _cache_bases():
        folder = base / f"{root.resolve().name or 'root'}-{key}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return None


def state_dir() -> Path:
    """The user's folder for what is to be remembered.

    It need not exist, and it cannot always be made.
    """
    given = os.environ.get("XDG_STATE_HOME")
    return Path(given or os.path.expanduser("~/.local/state")) / "dlfaq"  # noqa: PTH111 - as below


def _cache_bases() -> Iterator[Path]:
    given = os.environ.get("DLFAQ_CACHE_DIR")
    if given:
        yield Path(given)
    elif os.environ.get("XDG_CACHE_HOME"):
        yield Path(os.environ["XDG_CACHE_HOME"]) / "dlfaq"
    else:
        # Path.home() raises where there is none
        yield Path(os.path.expanduser("~/.cache")) / "dlfaq"  # noqa: PTH111
    import tempfile  # loaded only where the folder above cannot be written

    user = os.getuid() if hasattr(os, "getuid") else "user"
    try:
        yield Path(tempfile.gettempdir()) / f"dlfaq-{user}"
        yield Path(tempfile.mkdtemp(prefix="dlfaq-"))  # another user has taken the name
    except OSError:  # there is no temporary folder
        return
