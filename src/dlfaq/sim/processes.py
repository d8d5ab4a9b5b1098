"""Real processes: run a function on a few ranks, joined by torch.distributed's gloo.

    sums = run_ranks(_add, 4, x)  # [_add(x) on rank 0, … on rank 3]

A process that has loaded torch and computed nothing, the nursery, is started by the first call and
kept. It forks the ranks of every call, which takes milliseconds where new interpreters take
seconds; and it has neither threads nor a GPU in use: forking would be unsafe with them.

No process outlives its use. The nursery reads from a socket that the caller holds: when that
closes, however the caller ended, the nursery kills its ranks and ends. Ranks watch the nursery
likewise. The ranks meet in a temporary folder and talk over the loopback interface.
"""

import atexit
import importlib.util
import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from datetime import timedelta
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import torch
from torch import distributed

NAME = "_dlfaq_on_a_rank"  # the module that holds the function, on a rank
GRACE = 0.4  # seconds in which a rank that died is found, once another one has complained
SETTINGS = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1") | {
    # ranks are of the CPU, and a process that has looked at a GPU should not fork
    "CUDA_VISIBLE_DEVICES": ""
}


class RankError(RuntimeError):
    """A rank that raised, died or did not end in time; the message says which and why."""


class Job(NamedTuple):
    """What the ranks are to do."""

    source: str
    function: str
    ranks: int
    limit: float
    inputs: bytes


def run_ranks(
    function: Callable[..., Any], ranks: int, *inputs: Any, limit: float = 50.0
) -> list[Any]:
    """Run `function(*inputs)` in several new processes that form a gloo process group.

    Each has one thread. `torch.distributed.get_rank()` tells them apart. All replicates go at once,
    as the first dimension of the tensors, so that one call serves them all.

    Args:
        function: A function at the top level of a file, which the ranks import anew; not a lambda
            or an inner function.
        ranks: Number of processes, at least 1.
        inputs: The same for all ranks: tensors on the CPU, numbers, anything that can be pickled.
        limit: Seconds until all ranks must have ended.

    Returns:
        What the function returned on rank 0, 1, …

    Raises:
        RankError: If a rank raised, died or did not end in time; the others are stopped.
        ValueError: If the function is not one that another process can import, if there is no rank,
            or on a rank.
    """
    if "." in function.__qualname__:
        msg = (
            f"ranks cannot import {function.__qualname__}: it must stand at the top level of a file"
        )
        raise ValueError(msg)
    if ranks < 1:
        msg = f"there must be at least one rank, not {ranks}"
        raise ValueError(msg)
    if (
        NAME in sys.modules
    ):  # else a file that calls this when it is imported would start processes without end
        msg = "a rank cannot start ranks; is the call under `if __name__ == '__main__'`?"
        raise ValueError(msg)
    if not hasattr(os, "fork"):
        msg = "ranks are forked, which this system cannot do"
        raise RankError(msg)
    source = str(Path(function.__code__.co_filename).resolve())
    job = Job(source, function.__name__, ranks, limit, pickle.dumps(inputs))
    results, error = _nursery.call(pickle.dumps(tuple(job)))
    if error:
        raise RankError(error)
    return [pickle.loads(result) for result in results]  # noqa: S301 - our own


class _Nursery:
    """The caller's end of the process that forks ranks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # process id: a copy of this object in a forked process must not use its parent's socket
        self._owner = 0
        self._socket: Connection | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def call(self, job: bytes) -> tuple[list[bytes], str]:
        """Send one job and wait for its results, or for what went wrong."""
        with self._lock:
            if (
                self._owner != os.getpid()
                or self._process is None
                or self._process.poll() is not None
            ):
                self._start()
            try:
                self._socket.send_bytes(job)
                return pickle.loads(self._socket.recv_bytes())  # noqa: S301 - our own
            except (EOFError, OSError) as error:
                self.close()
                msg = f"the process that starts ranks ended ({error or 'killed'})"
                raise RankError(msg) from error
            except BaseException:  # interrupted: nobody waits for the answer any more
                self.close()
                raise

    def close(self) -> None:
        """End the nursery, and with it whatever it started."""
        if self._owner != os.getpid() or self._process is None:
            return
        self._socket.close()
        self._process.wait()
        self._process = None

    def _start(self) -> None:
        self.close()
        self._socket, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - this interpreter
                [
                    sys.executable,
                    "-P",
                    "-c",
                    f"from {__name__} import _serve; _serve({theirs.fileno()})",
                ],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env=os.environ | SETTINGS | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                start_new_session=True,  # Ctrl-C is for the caller; its end is theirs
            )
        self._owner = os.getpid()


_nursery = _Nursery()
atexit.register(_nursery.close)


def _serve(fileno: int) -> None:
    """What the nursery does: one job after the other, until the caller is gone."""
    torch.set_num_threads(1)
    torch.optim.SGD(
        [torch.zeros(1)]
    )  # loads what PyTorch leaves to the first optimizer: once here, not on every rank
    os.environ["GLOO_SOCKET_IFNAME"] = next(
        name for _, name in socket.if_nameindex() if name.startswith("lo")
    )
    with Connection(fileno) as caller:
        while True:
            try:
                job = Job(*pickle.loads(caller.recv_bytes()))  # noqa: S301 - our parent's
            except (EOFError, OSError):
                return
            with tempfile.TemporaryDirectory(prefix="dlfaq-ranks-") as folder:
                answer = _run(caller, job, folder)
            caller.send_bytes(pickle.dumps(answer))


def _run(caller: Connection, job: Job, folder: str) -> tuple[list[bytes], str]:
    """Fork the ranks, and wait for their results or the first error."""
    alive, ours = (
        os.pipe()
    )  # ends with this process, as nobody else keeps the end that can be written to
    pipes: list[Connection] = []
    pids: list[int] = []
    for rank in range(job.ranks):
        mine, theirs = Pipe(duplex=False)
        pid = os.fork()
        if pid == 0:
            os.close(ours)
            caller.close()
            _be_rank(rank, job, folder, alive, theirs)
        theirs.close()
        pids.append(pid)
        pipes.append(mine)
    os.close(alive)
    try:
        return _collect(caller, job, pipes, pids)
    finally:
        for pid in filter(None, pids):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        os.close(ours)
        for pipe in pipes:
            pipe.close()


def _collect(
    caller: Connection, job: Job, pipes: list[Connection], pids: list[int]
) -> tuple[list[bytes], str]:
    results, end = {}, time.monotonic() + job.limit
    while len(results) < job.ranks:
        waiting = [rank for rank in range(job.ranks) if rank not in results]
        ready = wait([caller, *(pipes[rank] for rank in waiting)], max(0.0, end - time.monotonic()))
        if caller in ready:  # it has nothing to say before it has an answer: it is gone
            raise SystemExit
        if not ready:
            return (
                [],
                f"rank {', '.join(map(str, waiting))} of {job.ranks} did not end within "
                f"{job.limit:g} s",
            )
        errors = {}
        for rank in [rank for rank in waiting if pipes[rank] in ready]:
            try:
                good, content = pickle.loads(pipes[rank].recv_bytes())  # noqa: S301 - our own
            except (EOFError, OSError):  # it died
                good, content = False, "its answer broke off"
            (results if good else errors)[rank] = content
        if errors:
            errors = _dead(pids) or errors  # a death is the cause of the others' errors
            return [], "; ".join(
                f"rank {rank} of {job.ranks}: {content}" for rank, content in errors.items()
            )
    return [results[rank] for rank in range(job.ranks)], ""


def _dead(pids: list[int]) -> dict[int, str]:
    """The ranks that died, and how, found within GRACE seconds; their ids are forgotten."""
    dead, end = {}, time.monotonic() + GRACE
    while not dead and time.monotonic() < end:
        time.sleep(GRACE / 20)
        for rank, pid in enumerate(pids):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                dead[rank] = _ending(os.waitstatus_to_exitcode(status))
                pids[rank] = 0
    return dead


def _be_rank(rank: int, job: Job, folder: str, alive: int, answer: Connection) -> None:
    """What a rank does, from its birth to its end."""
    threading.Thread(target=_follow, args=(alive,), daemon=True).start()
    try:
        store = distributed.FileStore(f"{folder}/store", job.ranks)
        patience = timedelta(seconds=job.limit)
        distributed.init_process_group(
            "gloo", store=store, rank=rank, world_size=job.ranks, timeout=patience
        )
        function = getattr(_imported(job.source), job.function)
        content = (True, pickle.dumps(function(*pickle.loads(job.inputs))))  # noqa: S301 - our own
    except BaseException as error:  # noqa: BLE001 - whatever it is, the caller has to hear of it
        lines = [
            frame.lineno
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename == job.source
        ]
        where = f" (line {lines[-1]} of {Path(job.source).name})" if lines else ""
        content = (False, f"{type(error).__name__}: {error}{where}")
    answer.send_bytes(pickle.dumps(content))
    while (
        True
    ):  # until the nursery kills it: to leave early would break the other ranks' connections
        signal.pause()


def _imported(source: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(NAME, source)
    module = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = module
    spec.loader.exec_module(module)
    return module


def _follow(alive: int) -> None:
    os.read(alive, 1)  # returns when the nursery has ended
    os._exit(1)


def _ending(code: int) -> str:
    return (
        f"killed by {signal.Signals(-code).name}" if code < 0 else f"it ended with exit code {code}"
    )
