"""Where trials run: a pool of worker processes.

A cluster takes its place behind the same protocol.
"""

import os
import signal
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from dlfaq.verify.closing import Closing
from dlfaq.verify.confine import MEMORY
from dlfaq.verify.plan import Trial
from dlfaq.verify.worker import TrialError, measure, prepare

if TYPE_CHECKING:
    import numpy as np
    from pebble import ProcessFuture, ProcessPool

HEARTBEAT = 1.0  # seconds between two looks whether the pool itself still lives
ATTEMPTS = 2  # a pool that breaks as a whole, which no single trial explains, is started again once


@dataclass(frozen=True)
class Result:
    """What a trial came to: its measurements, or the error that it ended with.

    Attributes:
        trial: What was run.
        measurements: By name.
        seconds: What it took.
        error: Why there are no measurements.
        source: The hash of the code that ran, as `source_hash` gives it; empty if it is not known.
    """

    trial: Trial
    measurements: "Mapping[str, np.ndarray]" = field(default_factory=dict)
    seconds: float = 0.0
    error: str = ""
    source: str = ""


class Runner(Protocol):
    """Runs trials, wherever that is.

    Attributes:
        workers: How many of them there are at present.
    """

    workers: int

    def run(self, trials: Sequence[Trial], started: Callable[[Trial], None]) -> Iterator[Result]:
        """Yield one result for each trial, in the order in which they finish.

        A trial that breaks stops no other.
        """
        ...


class PoolRunner(Closing):
    """Runs trials in worker processes of this machine, which stay warm until it is closed.

    No process is started before there is a trial to run.

    Args:
        root: The FAQ's folder.
        jobs: The most processes.
        time_limit: Seconds that one trial may take.
        threads: Threads that one process may compute with.
        memory: Bytes that a trial may take, beside what torch takes itself.
    """

    def __init__(
        self,
        root: Path,
        jobs: int,
        time_limit: float = 60.0,
        threads: int = 1,
        memory: int = MEMORY,
    ) -> None:
        self.root, self.jobs, self.time_limit = root, jobs, time_limit
        self.threads, self.memory = threads, memory
        self._pool: ProcessPool | None = None
        self.workers = 0

    def close(self) -> None:
        """Stop the processes, whatever they are doing."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()
            # Pebble removes the workers' locks before it ends them, one by one. A worker that is
            # just starting would not find them and print a traceback, so all of them end first.
            for worker in list(pool._pool_manager.worker_manager.workers.values()):  # noqa: SLF001
                worker.kill()
            pool.join()

    def run(
        self, trials: Sequence[Trial], started: Callable[[Trial], None] = lambda _: None
    ) -> Iterator[Result]:
        """Yield one result a trial, in the order in which they finish.

        Raises:
            KeyboardInterrupt: When interrupted; the processes are stopped at once.
        """
        from concurrent.futures import FIRST_COMPLETED, wait
        from concurrent.futures.process import BrokenProcessPool

        waiting, attempts = deque(trials), Counter[Trial]()
        running: dict[ProcessFuture, Trial] = {}
        self._start(len(trials))
        try:
            while waiting or running:
                while (
                    waiting and len(running) <= self.workers
                ):  # one more than can run, so that none waits for us
                    trial = waiting.popleft()
                    running[self._schedule(trial)] = trial
                    started(trial)
                done, _ = wait(running, timeout=HEARTBEAT, return_when=FIRST_COMPLETED)
                broken = [
                    future for future in done if isinstance(future.exception(), BrokenProcessPool)
                ]
                for future in set(done).difference(broken):
                    yield self._result(running.pop(future), future)
                if broken or not self._pool.active:
                    lost = list(running.values())
                    running.clear()
                    attempts.update(lost)
                    waiting.extendleft(trial for trial in lost if attempts[trial] < ATTEMPTS)
                    self._start(len(trials), again=True)
                    yield from (_lost(trial) for trial in lost if attempts[trial] >= ATTEMPTS)
        except BaseException:
            self.close()
            raise

    def _start(self, trials: int, *, again: bool = False) -> None:
        workers = min(self.jobs, trials)
        if again or workers > self.workers:
            self.close()
        if self._pool is None and workers:
            import multiprocessing  # all of this is loaded where there is something to run

            from pebble import ProcessPool

            self.workers = workers
            self._pool = ProcessPool(
                max_workers=workers,
                initializer=prepare,
                initargs=(os.getpid(), self.threads, self.memory),
                context=multiprocessing.get_context(
                    "spawn"
                ),  # torch does not survive a fork once it has threads
            )

    def _schedule(self, trial: Trial) -> "ProcessFuture":
        try:
            return self._pool.schedule(measure, args=(self.root, trial), timeout=self.time_limit)
        except RuntimeError as error:  # the pool found out between two trials that it is broken
            from concurrent.futures.process import BrokenProcessPool

            from pebble import ProcessFuture

            future = ProcessFuture()
            future.set_exception(BrokenProcessPool(str(error)))
            return future

    def _result(self, trial: Trial, future: "ProcessFuture") -> Result:
        from pebble import ProcessExpired

        try:
            measurements, seconds, source = future.result()
        except TrialError as error:
            return Result(trial, error=str(error))
        except TimeoutError:
            return Result(trial, error=f"it did not finish within {self.time_limit:g} s")
        except ProcessExpired as error:
            return Result(trial, error=f"its process ended: {_ending(error.exitcode)}")
        except Exception as error:  # noqa: BLE001 - whatever it is, it costs this trial alone
            return Result(trial, error=f"{type(error).__name__}: {error}")
        return Result(trial, measurements, seconds, source=source)


def _ending(code: int) -> str:
    try:
        name = signal.Signals(-code).name
    except ValueError:
        return f"exit code {code}"
    return f"killed by {name}" + (" (was there enough memory?)" if name == "SIGKILL" else "")


def _lost(trial: Trial) -> Result:
    return Result(trial, error="the worker processes ended before it was done, twice")
