"""Trials on a cluster: Dask's futures carry them to wherever there are workers."""

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from dlfaq.errors import Problem, Problems
from dlfaq.verify import probe
from dlfaq.verify.closing import Closing
from dlfaq.verify.parcel import pack
from dlfaq.verify.plan import Trial
from dlfaq.verify.remote import carry_out, differences, dismiss, installed
from dlfaq.verify.run import Result

if TYPE_CHECKING:
    from distributed import Client, Future, LocalCluster

LOCAL = "local"
PATIENCE = 30.0  # seconds to wait for a scheduler, and for a worker where there is none
FETCH = 10.0  # seconds to wait for the result of a trial that is done: some kilobytes
HEARTBEAT = 1.0  # seconds between two looks whether the scheduler and its workers still live
ATTEMPTS = 5  # a trial has a process of its own: that four workers ended is hardly its doing
AHEAD = 3  # trials underway for each thread of the cluster: none waits for us, none floods it


class ClusterRunner(Closing):
    """Runs trials on the workers of a Dask scheduler.

    A worker that ends costs a retry, which Dask makes by itself. Dask gives a trial up after four
    workers, and a result may go with its worker while we fetch it. Such a trial is asked for again,
    five times in all. With a scheduler that goes away the run ends, and what finished before is
    kept.

    Args:
        root: The FAQ's folder.
        address: `tcp://host:8786`, or `local` for a cluster of processes on this machine.
        jobs: Workers of a local cluster.
        time_limit: Seconds that one trial may take.
    """

    def __init__(self, root: Path, address: str, jobs: int = 1, time_limit: float = 60.0) -> None:
        self.root, self.address, self.jobs, self.time_limit = root, address, jobs, time_limit
        self.workers = 0
        self._threads = 0
        self._alone_since: float | None = None
        self._client: Client | None = None
        self._cluster: LocalCluster | None = None

    def close(self) -> None:
        """Leave the cluster as it was: without our processes and files."""
        client, cluster = self._client, self._cluster
        self._client = self._cluster = None
        if client is not None:
            with suppress(Exception):  # the scheduler may go away at this very moment
                if client.status == "running":
                    client.run(dismiss, on_error="ignore")
            with suppress(Exception):
                client.close(timeout=HEARTBEAT)
        if cluster is not None:
            cluster.close()

    def run(
        self, trials: Sequence[Trial], started: Callable[[Trial], None] = lambda _: None
    ) -> Iterator[Result]:
        """Yield one result a trial, in the order in which they finish.

        Raises:
            Problems: If there is no scheduler or no worker, or they go away; if a worker has other
                versions.
            ModuleNotFoundError: If Dask is not installed.
        """
        if not trials:
            return
        client = self._connect()
        versions = tuple(installed().items())
        waiting, attempts = deque(trials), Counter[Trial]()
        running: dict[Future, Trial] = {}
        done: SimpleQueue[Future] = SimpleQueue()
        try:
            self._look(client)
            looked = time.monotonic()
            while waiting or running:
                while waiting and len(running) < AHEAD * max(1, self._threads):
                    trial = waiting.popleft()
                    parcel = pack(self.root, trial)
                    future = client.submit(carry_out, parcel, versions, self.time_limit, pure=False)
                    running[future] = trial
                    future.add_done_callback(done.put)
                    started(trial)
                future = self._next(done)
                if future is not None:
                    trial = running.pop(future)
                    attempts[trial] += 1
                    result = self._result(trial, future)
                    if result is not None:
                        yield result
                    elif attempts[trial] < ATTEMPTS:
                        waiting.append(trial)
                    else:
                        yield Result(trial, error="the workers that ran it ended, one by one")
                if time.monotonic() > looked + HEARTBEAT:
                    self._look(client)
                    looked = time.monotonic()
        finally:
            with suppress(Exception):  # what becomes of them does not matter any more
                client.cancel(list(running), force=True)

    def _next(self, done: "SimpleQueue[Future]") -> "Future | None":
        """A trial that is done; None if there is none for a while."""
        with suppress(Empty):
            future = done.get(timeout=HEARTBEAT)
            if future.status != "lost":
                return future
            future.add_done_callback(done.put)  # its worker ended with the result: it runs again
        return None

    def _connect(self) -> "Client":
        if self._client is not None:
            return self._client
        from distributed import Client, LocalCluster

        address = self.address
        if address == LOCAL:
            self._cluster = LocalCluster(
                n_workers=self.jobs, threads_per_worker=1, dashboard_address=None
            )
            address = self._cluster.scheduler_address
        try:
            self._client = Client(address, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError, ImportError) as error:
            cause = str(error) or type(error).__name__
            raise Problems(
                [
                    _problem(
                        f"no Dask scheduler answers at '{self.address}': {cause}.",
                        "Start one with `dask scheduler`; it prints its address. "
                        "`local` starts one here.",
                    )
                ]
            ) from None
        self._compare(self._client)
        return self._client

    def _compare(self, client: "Client") -> None:
        """Hold the versions of every worker to ours, before anything is measured."""
        import cloudpickle

        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise Problems(
                [
                    _problem(
                        f"the scheduler at '{self.address}' has no worker.",
                        f"Start one with `dask worker {self.address}`.",
                    )
                ]
            ) from None
        cloudpickle.register_pickle_by_value(probe)  # to a worker that has no dlfaq
        try:
            found = client.run(probe.probe)
        finally:
            cloudpickle.unregister_pickle_by_value(probe)
        wrong = {
            worker: there.get("missing") or differences(installed(), there)
            for worker, there in found.items()
        }
        named = [f"{worker}: {what}" for worker, what in sorted(wrong.items()) if what]
        if named:
            raise Problems(
                [
                    _problem(
                        f"{len(named)} of {len(found)} workers cannot measure what is measured "
                        "here. "
                        + "; ".join(named[:3])
                        + ("; …" if len(named) > 3 else "")  # noqa: PLR2004 - as many as were shown
                        + ".",
                        "Install the same versions of Python, torch and dlfaq on them.",
                    )
                ]
            )

    def _look(self, client: "Client") -> None:
        """See how many workers there are.

        Raises:
            Problems: If the scheduler is gone, or no worker came back.
        """
        if client.status != "running":
            raise self._gone()
        try:
            threads = client.nthreads()
        except Exception as error:  # whatever it is, nobody answers
            raise self._gone() from error
        self.workers, self._threads = len(threads), sum(threads.values())
        if threads:
            self._alone_since = None
        elif self._alone_since is None:
            self._alone_since = time.monotonic()
        elif time.monotonic() > self._alone_since + PATIENCE:
            raise Problems(
                [
                    _problem(
                        f"the last worker of '{self.address}' is gone, and none came back.",
                        "What finished is kept: run the command again when there are workers.",
                    )
                ]
            )

    def _result(self, trial: Trial, future: "Future") -> Result | None:
        """What a trial that is done gave; None if the workers that had it ended."""
        from distributed import KilledWorker

        if future.status == "cancelled":
            raise self._gone()
        try:
            return future.result(timeout=FETCH)
        except (KilledWorker, TimeoutError):  # the second: it ended while we fetched the result
            return None
        except Exception as error:
            if self._client is None or self._client.status != "running":
                raise self._gone() from error
            return Result(trial, error=f"{type(error).__name__}: {error}")

    def _gone(self) -> Problems:
        return Problems(
            [
                _problem(
                    f"the scheduler at '{self.address}' went away.",
                    "What finished is kept: run the command again when it is back.",
                )
            ]
        )


def _problem(what: str, hint: str) -> Problem:
    return Problem("dlfaq verify", None, what, hint)
