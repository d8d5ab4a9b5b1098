"""Kill workers of a cluster at random moments, then the scheduler.

Nothing may be lost, and every verdict must stay.

python benchmarks/kill_workers.py [--times 20] [--entry ID …] [--seed 0]

The entries are verified on the process pool first. They are verified again on a Dask cluster of two
workers, while one of them is killed every now and then: every trial must finish, and the verdicts
must be the same. At last the scheduler is killed in the middle: the run must end with a
message, and a second run on a new scheduler must find in the cache whatever had finished.
"""

import argparse
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from dlfaq.errors import Problems
from dlfaq.knowledge.entry import Faq
from dlfaq.knowledge.load import load_faq
from dlfaq.verify.ruling import Report, Request, silent
from dlfaq.verify.session import MakeRunner, cluster, local, verify_claims
from dlfaq.verify.verify import Claims

ROOT = Path(__file__).parents[1]
MIDDLE = 10  # finished trials, after which the scheduler is killed


def started(*words: str) -> tuple[subprocess.Popen, str]:
    """A Dask process of its own, and where the scheduler is."""
    command = [sys.executable, "-m", "dask", *words]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    address = ""
    for line in process.stderr:
        if found := re.search(r"(?:Scheduler at|Registered to): *(tcp://\S+)", line):
            address = found[1]
            break
    threading.Thread(target=process.stderr.read, daemon=True).start()
    return process, address


class Cluster:
    """A scheduler and two workers that nannies start again."""

    def __enter__(self) -> "Cluster":
        self.scheduler, self.address = started("scheduler", "--port", "0", "--no-dashboard")
        self.worker, _ = started(
            "worker", self.address, "--nworkers", "2", "--nthreads", "1", "--no-dashboard"
        )
        return self

    def __exit__(self, *_: object) -> None:
        for process in (self.worker, self.scheduler):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def pids(self) -> list[int]:
        """The worker processes: what the nannies' process started, without its resource tracker."""
        listed = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(self.worker.pid)],
            capture_output=True,
            text=True,
            check=False,
        ).stdout.splitlines()
        return [int(line.split()[0]) for line in listed if "spawn_main" in line]


def main() -> int:
    """Print what happened; exit code 1 if anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--entry", nargs="*", default=["loss-spikes-nan"])
    parser.add_argument("--longest", type=float, default=6.0, help="seconds between two kills")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    faq = load_faq(ROOT)
    claims = [(entry, claim) for entry, claim in faq.claims() if entry.id in options.entry]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DLFAQ_CACHE_DIR"] = folder
        expected = ruled(faq, claims, local(2))
        wrong = kill_workers(faq, claims, expected, options)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DLFAQ_CACHE_DIR"] = folder
        lost = kill_scheduler(faq, claims, expected)
    return int(wrong or lost)


def ruled(
    faq: Faq, claims: Claims, runner: MakeRunner, report: Report = silent, *, fresh: bool = True
) -> list[str]:
    """Every verdict with its evidence."""
    rulings = verify_claims(faq, claims, runner, Request(fresh=fresh), report)
    return [f"{one.entry}/{one.claim} {one.verdict.word} {one.evidence}" for one in rulings]


def kill_workers(
    faq: Faq, claims: Claims, expected: list[str], options: argparse.Namespace
) -> bool:
    """Verify while workers are killed; True if anything came out differently."""
    chance = random.Random(options.seed)  # noqa: S311 - moments, not secrets
    killed, wrong, runs = 0, 0, 0

    def kill() -> None:
        nonlocal killed
        while killed < options.times:
            time.sleep(chance.uniform(1.0, options.longest))
            if pids := here.pids():
                os.kill(chance.choice(pids), signal.SIGKILL)
                killed += 1

    with Cluster() as here:
        killer = threading.Thread(target=kill)
        killer.start()
        while killed < options.times:
            runs += 1
            wrong += ruled(faq, claims, cluster(here.address, 2)) != expected
        killer.join()
    print(f"{killed} workers killed in {runs} runs of {len(claims)} claims: {wrong} runs differ")
    return wrong > 0


def kill_scheduler(faq: Faq, claims: Claims, expected: list[str]) -> bool:
    """Verify until the scheduler is killed, and then again; True if anything was lost."""
    finished, cached = 0, []

    def until(event: str, **_: Any) -> None:
        nonlocal finished
        finished += event == "finished"
        if finished == MIDDLE:
            here.scheduler.kill()

    def note(event: str, **data: Any) -> None:
        if event == "planned":
            cached.append(data["cached"])

    with Cluster() as here:
        try:
            ruled(faq, claims, cluster(here.address, 2), until)
            print("the scheduler was killed too late")
        except Problems as problems:
            print(f"after {finished} trials: {problems}")
    with Cluster() as here:
        same = ruled(faq, claims, cluster(here.address, 2), note, fresh=False) == expected
    print(f"{cached[0]} of {finished} trials were kept; the same verdicts: {same}")
    return not same or cached[0] < finished


if __name__ == "__main__":
    raise SystemExit(main())
