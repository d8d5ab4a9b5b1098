"""Interrupt verifications at random moments.

Nothing may be lost, half written or left running.

python benchmarks/interrupted.py [--kills 100] [--interrupts 20] [--terminations 20] [--seed 0]

A small FAQ with short trials is verified with `--record` again and again, its cache kept from round
to round, and after a random time the process gets SIGKILL, SIGINT or SIGTERM. After each round
every trial of which the end was seen must be in the cache, the cache and the evidence must be
whole, and no process of the round may be left. Whenever a round has got to its end the FAQ is
changed, so that there is something to do again. At last two verifications and twenty questions run
at once.
"""

import argparse
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from contextlib import closing
from pathlib import Path

from dlfaq.evidence.file import read

EARLY = 0.25  # share of the rounds that may end before the first trial

KEPT = "kept "  # how a finished trial is told

SIMULATION = '''"""It takes its time."""

import time

import torch

from dlfaq.sim import Replicates


def slow(replicates: Replicates, number: float = 0.0, turn: int = 0) -> dict[str, torch.Tensor]:
    """Sleep.

    Args:
        replicates: All alike.
        number: What is measured.
        turn: Another turn is another trial.

    Metrics:
        value: the number.
    """
    time.sleep(0.05)
    return {"value": torch.full((len(replicates),), number + 0.0 * turn)}
'''
ENTRY = """
question: How slow is it?
topics: [toy]
answer:
  short: "Slow: {{{{ slow[number=1].mean(value) }}}}."
  do:
    - {{step: Wait., because: slow}}
    - {{step: Wait on., because: slow}}
    - {{step: Go., because: slow}}
  parts: [{{id: one, title: Slow, text: Slow.}}, {{id: two, title: Slower, text: Slower.}}]
experiments:
  slow:
    simulation: slow
    given: {{turn: {turn}}}
    sweep: {{number: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]}}
    conditions: {{below: {{sweep: {{number: [-1, -2, -3, -4, -5, -6]}}}}}}
claims:
  - id: slow
    kind: measured
    says: It measures its numbers.
    experiment: slow
    expect: fraction(value > 0) > 0.5
    fails_under: {{below: Below nothing.}}
"""
# the command, with every finished trial told when it is in the cache
TELLING = """
import sys
import dlfaq.cli
from dlfaq.verify import store
keep = store.Store.keep_measurements
def tell(self, key, *rest):
    keep(self, key, *rest)
    print("kept", key, flush=True)
store.Store.keep_measurements = tell
if __name__ == "__main__":
    sys.argv = ["dlfaq", *sys.argv[1:]]
    dlfaq.cli.main()
"""


class Bench:
    """A small FAQ, its cache, and the commands that run on it."""

    def __init__(self, folder: Path) -> None:
        self.root, self.cache, self.main = folder / "faq", folder / "cache", folder / "main.py"
        (self.root / "faq").mkdir(parents=True)
        (self.root / "sims").mkdir()
        (self.root / "faq" / "topics.yml").write_text("toy: Toys\n", "utf-8")
        (self.root / "sims" / "slow.py").write_text(SIMULATION, "utf-8")
        self.main.write_text(TELLING, "utf-8")
        self.turn = 0
        self.next_turn()

    def next_turn(self) -> None:
        """Change the entry, so that everything is to be measured again."""
        self.turn += 1
        (self.root / "faq" / "slow.yaml").write_text(ENTRY.format(turn=self.turn), "utf-8")

    def start(self, *words: str) -> subprocess.Popen:
        """Start a command in a session of its own, by which its processes are found."""
        return subprocess.Popen(
            [sys.executable, self.main, *words, "--root", self.root],
            env={**os.environ, "DLFAQ_CACHE_DIR": str(self.cache), "BENCH": str(self.root)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def left(self) -> list[str]:
        """The processes that carry this bench's mark in their environment."""
        mark = f"BENCH={self.root}".encode()
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                if mark in path.read_bytes().split(b"\0"):
                    found.append(path.parent.name)
            except OSError:
                continue  # it has ended meanwhile, or is another's
        return found

    def lost(self, told: set[str]) -> list[str]:
        """What is wrong after a round: finished trials that are gone, damaged files."""
        wrong = []
        for path in self.cache.rglob("trials.sqlite"):
            with closing(sqlite3.connect(path, timeout=30)) as db:
                kept = {row[0] for row in db.execute("SELECT key FROM trials")}
                whole = db.execute("PRAGMA integrity_check").fetchone()[0]
            wrong += [f"the trial {key} is lost" for key in told - kept]
            wrong += [] if whole == "ok" else [f"the cache: {whole}"]
        try:
            evidence = read(self.root, "slow")
        except ValueError as error:
            return [*wrong, str(error)]
        if evidence and evidence.claims["slow"].verdict != "verified":
            wrong.append(f"evidence says {evidence.claims['slow'].verdict}")
        return wrong


def wait_until_none(bench: Bench, seconds: float = 5.0) -> list[str]:
    """The processes that are left although there was time to end."""
    end = time.monotonic() + seconds
    while bench.left() and time.monotonic() < end:
        time.sleep(0.05)
    return bench.left()


def rounds(
    bench: Bench, signals: list[signal.Signals], longest: float, chance: random.Random
) -> list[str]:
    """Interrupt a verification once for each signal; return what went wrong."""
    wrong, told, ended, moments = [], set(), Counter(), []
    waiting, number = deque(signals), -1
    while waiting:
        one, number = waiting.popleft(), number + 1
        process = bench.start("verify", "--record", "--json", "--jobs", str(1 + number % 2))
        first = ""
        if chance.random() < EARLY:
            moment = chance.uniform(0.05, longest)
        else:  # while trials run, or later
            first, moment = process.stdout.readline(), chance.uniform(0, longest)
        try:
            out, _ = process.communicate(timeout=moment)
        except subprocess.TimeoutExpired:
            start = time.monotonic()
            process.send_signal(one)
            out, errors = process.communicate(timeout=60)
            moments.append(time.monotonic() - start)
            ended[f"{one.name}, exit {process.returncode}"] += 1
            if "Traceback" in errors and one is not signal.SIGKILL:
                wrong.append(f"round {number}: {one.name}: {errors[-300:]}")
        else:
            ended["done before"] += 1
            waiting.append(one)  # it was not interrupted: again, at another moment
            if process.returncode:
                wrong.append(f"round {number}: exit {process.returncode}")
            bench.next_turn()
        lines = (first + out).splitlines()
        told |= {line.removeprefix(KEPT) for line in lines if line.startswith(KEPT)}
        left = wait_until_none(bench)
        wrong += [f"round {number}: {len(left)} processes are left"] if left else []
        wrong += [f"round {number}: {what}" for what in bench.lost(told)]
        littered = [path.name for path in (bench.root / "evidence").glob(".*")]
        ended["left a temporary file beside the evidence"] += len(littered)
        for name in littered:
            (bench.root / "evidence" / name).unlink()
        if not (number + 1) % 10:
            print(f"{number + 1} rounds, {len(told)} trials, {len(wrong)} went wrong", flush=True)
    print(f"{len(told)} trials finished in {number + 1} rounds; ends: {dict(ended)}")
    print(f"slowest end after a signal: {max(moments, default=0):.2f} s")
    return wrong


def at_once(bench: Bench) -> list[str]:
    """Two verifications and twenty questions at the same time."""
    bench.next_turn()
    verifying = [bench.start("verify", "--record", "--json", "--jobs", "1") for _ in range(2)]
    asking = [bench.start("ask", "how slow is it?") for _ in range(20)]
    wrong = []
    for what, processes in (("ask", asking), ("verify", verifying)):
        for process in processes:
            _, errors = process.communicate(timeout=300)
            if process.returncode or "Traceback" in errors:
                wrong.append(f"{what}: exit {process.returncode}: {errors[-300:]}")
    return wrong + bench.lost(set())


def main() -> int:
    """Print what became of the rounds; exit code 1 if anything was lost or left."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--interrupts", type=int, default=20)
    parser.add_argument("--terminations", type=int, default=20)
    parser.add_argument("--longest", type=float, default=2.0, help="seconds until a signal")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311 - moments, not secrets
    signals = [
        *[signal.SIGKILL] * options.kills,
        *[signal.SIGINT] * options.interrupts,
        *[signal.SIGTERM] * options.terminations,
    ]
    chance.shuffle(signals)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
    folder = Path(tempfile.mkdtemp())
    try:
        bench = Bench(folder)
        wrong = rounds(bench, signals, options.longest, chance)
        found = at_once(bench)
        print(f"two verifications and twenty questions at once: {len(found)} went wrong")
        wrong += found
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{len(wrong)} went wrong")
    print("\n".join(wrong[:20]))
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
