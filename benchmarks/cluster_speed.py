"""Trials on a cluster beside trials on the process pool: speed, and the cost of the way.

python benchmarks/cluster_speed.py [--workers 1 2 4] [--trials 200] [--long 0] [--entry ID …]

Trials that sleep measure the way alone: the pool and a local Dask cluster run the same ones, one
after the other, and the difference for each trial is printed in milliseconds. `--long 10000` sends
as many trials of 0.1 s through the largest cluster. `--entry` verifies entries from scratch both
ways.
"""

import argparse
import os
import shutil
import tempfile
import time
from pathlib import Path

from dlfaq.knowledge.load import load_faq
from dlfaq.verify.cluster import ClusterRunner
from dlfaq.verify.plan import Trial
from dlfaq.verify.run import PoolRunner, Runner
from dlfaq.verify.session import cluster, local, verify_claims

ROOT = Path(__file__).parents[1]
NAP = '''"""Do nothing for a while.

python sims/nap.py
"""

import time

import torch
from torch import Tensor

from dlfaq.sim import Replicates


def nap(replicates: Replicates, seconds: float = 0.1, number: int = 0) -> dict[str, Tensor]:
    """Sleep.

    Args:
        replicates: All alike.
        seconds: How long.
        number: Which nap.

    Metrics:
        slept: 1, always.
    """
    time.sleep(seconds)
    return {"slept": torch.ones(len(replicates))}
'''


def timed(runner: Runner, trials: list[Trial], warm: int) -> float:
    """Seconds that a runner with warm workers takes for all trials."""
    list(runner.run([nap(0.2, -1 - number) for number in range(4 * warm)], lambda _: None))
    start = time.perf_counter()
    results = list(runner.run(trials, lambda _: None))
    seconds = time.perf_counter() - start
    assert len(results) == len(trials)
    assert not any(result.error for result in results)
    return seconds


def nap(seconds: float, number: int) -> Trial:
    """A trial that sleeps."""
    return Trial("nap", (("number", number), ("seconds", seconds)), 0, 2)


def verified(entries: list[str], jobs: int) -> None:
    """Print the seconds of a verification from scratch, both ways."""
    faq = load_faq(ROOT)
    claims = [(entry, claim) for entry, claim in faq.claims() if entry.id in entries]
    claims = claims or list(faq.claims())
    seconds, cpu = {}, {}
    for name, runner in (("pool", local(jobs)), ("cluster", cluster("local", jobs))):
        with tempfile.TemporaryDirectory() as folder:
            os.environ["DLFAQ_CACHE_DIR"] = folder
            start, spent = time.perf_counter(), cpu_seconds()
            rulings = verify_claims(faq, claims, runner)
            seconds[name], cpu[name] = time.perf_counter() - start, cpu_seconds() - spent
        words = sorted(f"{one.entry}/{one.claim} {one.verdict.word}" for one in rulings)
        print(
            f"{name}: {len(words)} claims in {seconds[name]:.1f} s and {cpu[name]:.1f} CPU-s, "
            f"hash {hash(tuple(words))}"
        )
    print(
        f"the cluster's speed is {seconds['pool'] / seconds['cluster']:.2f} of the pool's, "
        f"{cpu['pool'] / cpu['cluster']:.2f} counted in CPU-seconds"
    )


def cpu_seconds() -> float:
    """What this process and all that have ended below it have computed."""
    return sum(os.times()[:4])


def main() -> None:
    """Print a line for each number of workers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2, 4])
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=0.01, help="that a trial sleeps")
    parser.add_argument("--long", type=int, default=0, help="trials of 0.1 s, on the last number")
    parser.add_argument("--entry", nargs="*", help="verify these, or everything, from scratch")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "sims").mkdir()
        (root / "sims" / "nap.py").write_text(NAP, "utf-8")
        trials = [nap(options.seconds, number) for number in range(options.trials)]
        for workers in options.workers:
            with PoolRunner(root, workers) as runner:
                pool = timed(runner, trials, workers)
            with ClusterRunner(root, "local", workers) as runner:
                away = timed(runner, trials, workers)
            extra = 1000 * (away - pool) * workers / len(trials)
            print(
                f"{workers} workers: pool {len(trials) / pool:.0f}, "
                f"cluster {len(trials) / away:.0f} trials a second; {extra:+.1f} ms a trial"
            )
        if options.long:
            workers = options.workers[-1]
            many = [nap(0.1, number) for number in range(options.long)]
            with ClusterRunner(root, "local", workers) as runner:
                seconds = timed(runner, many, workers)
            ideal = 0.1 * len(many) / workers
            print(
                f"{len(many)} trials of 0.1 s on {workers} workers: {seconds / ideal:.2f} × ideal"
            )
        shutil.rmtree(root / "sims")
    if options.entry is not None:
        verified(options.entry, options.workers[0])


if __name__ == "__main__":
    main()
