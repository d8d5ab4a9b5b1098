"""What a simulation may not do to the machine: outlive us, eat all memory, flood the screen.

Linux keeps all of these promises. Elsewhere processes look for their parent themselves, and memory
is not limited.
"""

import ctypes
import io
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from pathlib import Path

GIB = 2**30
MEMORY = 4 * GIB  # that a simulation may take beside what torch has taken before
OUTPUT = 2**20  # characters that a trial may print
WATCH = 0.5  # seconds between two looks for the parent
PR_SET_PDEATHSIG = 1  # from Linux's <sys/prctl.h>


class TooMuchOutput(BaseException):  # `except Exception` in a simulation must not catch it
    """A trial printed more than anyone would read."""


def follow(parent: int) -> None:
    """End this process, and those that it forks, when their parents end, whatever they do then.

    Args:
        parent: The process that started this one.
    """
    _die_with_parent()
    _guard()
    os.register_at_fork(after_in_child=_die_with_parent)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def limit_memory(size: int = MEMORY) -> None:
    """Let allocations fail beyond `size` bytes more than what this process has now."""
    with suppress(
        ImportError, OSError, ValueError
    ):  # Windows, macOS, a stricter limit of the system
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (_taken() + size, resource.RLIM_INFINITY))


@contextmanager
def limited_output(most: int = OUTPUT) -> Iterator[None]:
    """Send what is printed to standard error, and stop the one who prints without end.

    What is written past Python, by C code or by another program, nobody could count: it goes
    nowhere.
    """
    terminal = os.fdopen(os.dup(2), "w", encoding="utf-8", errors="backslashreplace")
    stream = _Limited(most, terminal)
    with terminal, _nowhere(1), _nowhere(2), redirect_stdout(stream), redirect_stderr(stream):
        yield


@contextmanager
def _nowhere(number: int) -> Iterator[None]:
    """A file descriptor leads nowhere for a while."""
    kept, nowhere = os.dup(number), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, number)
        yield
    finally:
        os.dup2(kept, number)
        os.close(kept)
        os.close(nowhere)


@contextmanager
def one_process() -> Iterator[None]:
    """Only the process that enters may leave: a child that was forked inside ends there."""
    entered = os.getpid()
    try:
        yield
    finally:
        if os.getpid() != entered:
            os._exit(1)


class _Limited(io.TextIOBase):
    def __init__(self, most: int, stream: io.TextIOBase) -> None:
        self.left, self.most, self.stream = most, most, stream

    def write(self, text: str) -> int:
        self.left -= len(text)
        if self.left < 0:
            msg = f"it printed more than {self.most:,} characters"
            raise TooMuchOutput(msg)
        return self.stream.write(text)

    def flush(self) -> None:
        self.stream.flush()


def _guard() -> None:
    """Leave a guard beside this process, who ends its whole group when it has ended in any way.

    Programs that a simulation starts do not ask the kernel to end with us, and a process that is
    killed cannot end them itself.
    """
    if not hasattr(os, "fork"):
        return
    os.setpgid(0, 0)
    group = os.getpid()
    ends, _ = os.pipe()  # its other end stays open exactly as long as this process lives
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        os.close(ends)
        return
    if os.fork():
        os._exit(0)  # so that the guard is nobody's child, whom a simulation could wait for
    os.setsid()
    os.closerange(3, ends)
    os.closerange(ends + 1, 2**16)
    os.read(ends, 1)
    with suppress(OSError):
        os.killpg(group, signal.SIGKILL)
    os._exit(0)


def _die_with_parent() -> None:
    """Ask the kernel to kill this process with its parent, even if Python stands still in it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(WATCH)
    os._exit(1)


def _taken() -> int:
    """The writable memory of this process, in bytes, as the limit counts it."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData:"))
