"""Whether measurements depend on the processor's instructions, and what it costs that they do not.

python benchmarks/processors.py [--entry ID …] [--replicates 4] [--few] [--bare] [--verdicts]

Runs every distinct trial of the entries, with few replicates, once for each setting of the
environment variables that choose instructions, and compares the measurements bit by bit. The
engine's workers set these variables themselves, so no trial may differ. --bare runs the trials
without the engine's settings, and shows what would differ. --verdicts compares the verdicts of
`dlfaq verify` as well.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from dlfaq.errors import Problems
from dlfaq.knowledge.load import load_faq
from dlfaq.knowledge.settings import expand
from dlfaq.knowledge.simulations import read_simulation
from dlfaq.verify.plan import Chunk, Trial, trials_of
from dlfaq.verify.repeatable import environment, settings
from dlfaq.verify.run import PoolRunner, Result
from dlfaq.verify.worker import TrialError, measure

HERE = Path(__file__).parents[1]
ASKED = [
    {"ATEN_CPU_CAPABILITY": aten, **({"MKL_CBWR": mkl} if mkl else {})}
    for aten in ("avx512", "avx2", "default")
    for mkl in ("", "AVX2", "COMPATIBLE")
]
ERROR, SECONDS = "!error", "!seconds"  # no metric has such a name
FEW = [ASKED[0], ASKED[4], ASKED[8]]


def planned(root: Path, entries: list[str], replicates: int) -> list[Trial]:
    """The distinct trials of the entries' claims, under all their conditions."""
    faq = load_faq(root)
    trials: dict[Trial, None] = {}
    for entry, claim in faq.claims():
        if entries and entry.id not in entries:
            continue
        experiment = entry.experiment_of(claim)
        signature = read_simulation(root, experiment.simulation)
        chunk = Chunk(0, min(replicates, experiment.replicates))
        for name in ("", *claim.conditions):
            setting = expand(experiment, experiment.condition(name), signature, claim.at)
            for _, _, trial in trials_of(setting, signature, chunk, "cpu", 0):
                trials[trial] = None
    return list(trials)


def here(root: Path, trials: list[Trial]) -> Iterator[Result]:
    """Run trials in this process, as its environment has it."""
    import torch

    torch.set_num_threads(1)
    for trial in trials:
        try:
            measurements, seconds, _ = measure(root, trial)
        except TrialError as error:
            yield Result(trial, error=str(error))
        else:
            yield Result(trial, measurements, seconds)


def run(options: argparse.Namespace) -> None:
    """What one process of the comparison does: run everything, and keep what it measured."""
    trials = planned(options.root, options.entry, options.replicates)
    start = time.perf_counter()
    kept: dict[str, np.ndarray] = {}
    names = {str(trial): f"{number}" for number, trial in enumerate(trials)}
    with PoolRunner(options.root, jobs=1, time_limit=300) as runner:
        results = here(options.root, trials) if options.bare else runner.run(trials)
        for result in results:
            number = names[str(result.trial)]
            kept[f"{number} {ERROR}"] = np.array(result.error)
            kept[f"{number} {SECONDS}"] = np.array(result.seconds)
            kept |= {f"{number} {name}": values for name, values in result.measurements.items()}
    kept["wall"] = np.array(time.perf_counter() - start)
    np.savez(options.out, **{f"_{name}": values for name, values in kept.items()})


def compared(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> tuple[set[str], float]:
    """The trials that differ, and the largest relative difference."""
    differing, largest = set(), 0.0
    for name in sorted(one.keys() | other.keys()):
        number, _, what = name.partition(" ")
        if what in {"", SECONDS}:
            continue
        if name not in one or name not in other or one[name].shape != other[name].shape:
            differing.add(number)
        elif not np.array_equal(one[name], other[name]):
            differing.add(number)
            if one[name].dtype.kind == "f":
                scale = np.maximum(np.abs(one[name]), np.abs(other[name]))
                gap = np.abs(one[name] - other[name]) / np.where(scale > 0, scale, 1)
                largest = max(largest, float(gap.max()))
    return differing, largest


def verdicts(options: argparse.Namespace, asked: dict[str, str], cache: str) -> dict[str, str]:
    """What `dlfaq verify` rules in an environment, by claim."""
    words = ["verify", *options.entry, "--json", "--jobs", "1", "--root", str(options.root)]
    done = subprocess.run(
        [sys.executable, "-m", "dlfaq", *words],
        env={**os.environ, **asked, "DLFAQ_CACHE_DIR": cache},
        capture_output=True,
        text=True,
        check=False,
    )
    ruled = json.loads(done.stdout)
    rows = ruled["claims"] if isinstance(ruled, dict) else ruled
    return {f"{row['entry']}/{row['claim']}": row["verdict"] for row in rows}


def main() -> int:
    """Print a line for each setting; exit code 1 if anything differs though it must not."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entry", nargs="*", default=[], help="all entries if none is named")
    parser.add_argument("--replicates", type=int, default=4)
    parser.add_argument("--root", type=Path, default=HERE)
    parser.add_argument("--few", action="store_true", help="three settings instead of nine")
    parser.add_argument("--bare", action="store_true", help="without the engine's settings")
    parser.add_argument("--verdicts", action="store_true", help="compare verdicts too; slow")
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    try:
        if options.out:
            run(options)
            return 0
        trials = planned(options.root, options.entry, options.replicates)
    except Problems as problems:
        print(problems, file=sys.stderr)
        return 2
    print(f"{len(trials)} trials on {environment()}")
    clean = {name: value for name, value in os.environ.items() if name not in settings()}
    first: dict[str, np.ndarray] = {}
    ruled: dict[str, str] = {}
    worst = 0
    with tempfile.TemporaryDirectory() as folder:
        for number, asked in enumerate(FEW if options.few else ASKED):
            out = Path(folder) / f"{number}.npz"
            words = [__file__, *sys.argv[1:], "--out", str(out)]
            subprocess.run([sys.executable, *words], env={**clean, **asked}, check=True)
            with np.load(out) as archive:
                measured = {name[1:]: values for name, values in archive.items()}
            first = first or measured
            differing, largest = compared(first, measured)
            line = f"{len(differing):>4} trials differ, by {largest:.1e} at most"
            broken = sum(bool(str(v)) for name, v in measured.items() if name.endswith(ERROR))
            seconds = sum(float(v) for name, v in measured.items() if name.endswith(SECONDS))
            line += f"; {broken} broke; {seconds:.1f} s"
            if options.verdicts:
                now = verdicts(options, {**clean, **asked}, f"{folder}/cache{number}")
                ruled = ruled or now
                fallen = [name for name in now if now[name] != ruled.get(name)]
                line += f"; {len(fallen)} of {len(now)} verdicts differ {' '.join(fallen)}"
                worst += len(fallen)
            print(f"{' '.join(f'{k}={v}' for k, v in asked.items()):55}{line}", flush=True)
            worst += len(differing)
    return 1 if worst and not options.bare else 0


if __name__ == "__main__":
    sys.exit(main())
