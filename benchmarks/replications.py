"""Verify claims on replicates that nobody has seen, and say which fall.

python benchmarks/replications.py [ID|ID/CLAIM|TOPIC …] [--runs 1] [--seeds N …] [--most 0]
    [--jobs 2]

Without --seeds the seed is today's date, 20261128; with --runs more follow it, each the one before
plus 100,000,000, so that no run of another day has them. A claim has fallen if it is recorded as
verified and is not verified on the seed, under all its conditions. Of ten full runs together at
most one claim may fall.
"""

import argparse
import datetime
import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from dlfaq.evidence.file import read

HERE = Path(__file__).parents[1]
APART = 100_000_000


def seeds_of_the_day(runs: int) -> list[int]:
    """The seeds of today's runs."""
    today = datetime.datetime.now(datetime.UTC).date()
    return [int(f"{today:%Y%m%d}") + run * APART for run in range(runs)]


def verified(root: Path, seed: int, what: list[str], jobs: int) -> list[dict]:
    """What `dlfaq verify` says of the claims on a seed."""
    words = [*what, "--seed", str(seed), "--conditions", "--json", "--jobs", str(jobs)]
    command = [sys.executable, "-m", "dlfaq", "verify", *words, "--root", str(root)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode not in {0, 1}:
        sys.exit(done.returncode)  # it has said what is to be mended
    return json.loads(done.stdout)["claims"]


def recorded(root: Path, entry: str) -> dict[str, str]:
    """The recorded verdicts of an entry, by claim."""
    evidence = read(root, entry)
    return {name: claim.verdict for name, claim in evidence.claims.items()} if evidence else {}


def main() -> int:
    """Print a line a run and one a fallen claim; exit code 1 if more fell than may."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="*", help="what to verify; everything if nothing is named")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--seeds", type=int, nargs="+")
    parser.add_argument("--most", type=int, default=0, help="claims that may fall in all runs")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--root", type=Path, default=HERE)
    options = parser.parse_args()
    fallen: Counter[str] = Counter()
    for seed in options.seeds or seeds_of_the_day(options.runs):
        print(f"seed {seed}: verifying; --seeds {seed} repeats it", flush=True)
        start = time.perf_counter()
        claims = verified(options.root, seed, options.what, options.jobs)
        known = {one["entry"]: recorded(options.root, one["entry"]) for one in claims}
        counted = [one for one in claims if known[one["entry"]].get(one["claim"]) == "verified"]
        now = [one for one in counted if one["verdict"] != "verified"]
        for one in now:
            name = f"{one['entry']}/{one['claim']}"
            fallen[name] += 1
            why = "".join(f"; {error}" for error in one["errors"])
            print(f"  fell: {name} is {one['verdict']}: {one['expectation']}{why}", flush=True)
        print(
            f"seed {seed}: {len(now)} of {len(counted)} claims fell, {len(claims) - len(counted)} "
            f"are not recorded as verified; {time.perf_counter() - start:.0f} s",
            flush=True,
        )
    print(f"fallen in all runs together: {fallen.total()}")
    return int(fallen.total() > options.most)


if __name__ == "__main__":
    sys.exit(main())
