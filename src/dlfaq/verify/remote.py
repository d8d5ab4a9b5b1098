"""What a worker of a cluster does.

It runs each trial in a process of its own, with the limits it has at home.

A worker that goes on to the next trial keeps its process warm, since loading torch takes seconds.
"""

import hashlib
import multiprocessing
import platform
import tempfile
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path

from dlfaq.verify.parcel import Parcel
from dlfaq.verify.run import PoolRunner, Result

_SIM = Path(__file__).parents[1] / "sim"

_runners: dict[int, PoolRunner] = {}  # one for each thread of the worker, which runs one trial
_lock = threading.Lock()
_folder: tempfile.TemporaryDirectory | None = None


def carry_out(parcel: Parcel, versions: tuple[tuple[str, str], ...], time_limit: float) -> Result:
    """Run a parcel's trial on this worker.

    Args:
        parcel: What to run.
        versions: Of the one who asks, as `installed` gives them.
        time_limit: Seconds that the trial may take.

    Returns:
        Its measurements, or why there are none.
    """
    differing = differences(dict(versions), installed())
    if differing:  # a worker that joined later than the first comparison
        return Result(parcel.trial, error=f"a worker of the cluster has {differing}")
    runner = _runner(time_limit)
    runner.root = _unpacked(parcel)
    [result] = runner.run([parcel.trial])
    return result


def dismiss() -> None:
    """End this worker's processes and remove what was unpacked."""
    global _folder  # noqa: PLW0603 - a worker is one process, and functions reach it from outside
    with _lock:
        runners, folder = list(_runners.values()), _folder
        _runners.clear()
        _folder = None
    for runner in runners:
        runner.close()
    if folder is not None:
        with suppress(OSError):
            folder.cleanup()


@cache
def installed() -> dict[str, str]:
    """What measurements depend on beside a trial's source: versions, and the `dlfaq.sim` code."""
    from importlib.metadata import version

    digest = hashlib.sha256()
    for path in sorted(_SIM.rglob("*.py")):
        digest.update(path.read_bytes())
    return {
        "Python": ".".join(platform.python_version_tuple()[:2]),
        "torch": version("torch").partition("+")[0],
        "dlfaq": f"{version('dlfaq')} ({digest.hexdigest()[:8]})",
    }


def differences(here: dict[str, str], there: dict[str, str]) -> str:
    """What is another version there, in words; empty if nothing is.

    >>> differences({"torch": "2.13.0"}, {"torch": "2.12.1"})
    'torch 2.12.1 instead of 2.13.0'
    """
    return ", ".join(
        f"{name} {there.get(name, 'missing')} instead of {wanted}"
        for name, wanted in here.items()
        if there.get(name) != wanted
    )


def _runner(time_limit: float) -> PoolRunner:
    # Dask marks its workers as daemons, which may not have children. Ours end with their parent.
    multiprocessing.current_process()._config["daemon"] = False  # noqa: SLF001
    with _lock:
        runner = _runners.setdefault(threading.get_ident(), PoolRunner(Path(), jobs=1))
    runner.time_limit = time_limit
    return runner


def _unpacked(parcel: Parcel) -> Path:
    """The root of the parcel's files; no thread sees what another has half written."""
    global _folder  # noqa: PLW0603 - see above
    with _lock:
        if _folder is None:
            _folder = tempfile.TemporaryDirectory(prefix="dlfaq-", ignore_cleanup_errors=True)
        return parcel.unpack(Path(_folder.name))
