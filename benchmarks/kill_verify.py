"""Kill a verification at random moments, and see that nothing that had finished is lost and no file is half written.

python benchmarks/kill_verify.py [--times 10] [--entry ID …] [--seed 0]

Each round starts `dlfaq verify --record` in a process group of its own and sends the whole group
SIGKILL after a random time. It then counts the trials that the cache holds (they may only grow) and
reads every evidence file. The last run goes to its end: it must rule as an uninterrupted one does.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).parents[1]


def kept(cache: Path) -> int:
    """How many finished trials the cache holds."""
    found = list(cache.rglob("trials.sqlite"))
    if not found:
        return 0
    with closing(sqlite3.connect(found[0], timeout=30)) as db:
        try:
            return db.execute("SELECT count(*) FROM trials").fetchone()[0]
        except sqlite3.OperationalError:  # killed before the tables were made
            return 0


def main() -> int:
    """Print a line a round; exit code 1 if anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument(
        "--entry", nargs="*", default=[], help="entries to verify; all of them if none is named"
    )
    parser.add_argument(
        "--longest",
        type=float,
        default=15.0,
        help="seconds after which a round is killed at the latest",
    )
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311 - moments, not secrets
    with tempfile.TemporaryDirectory() as folder:
        root, cache = Path(folder) / "faq", Path(folder) / "cache"
        for part in ("faq", "sims"):
            shutil.copytree(ROOT / part, root / part)
        environment = {**os.environ, "DLFAQ_CACHE_DIR": str(cache)}
        command = [
            sys.executable,
            "-m",
            "dlfaq",
            "verify",
            *options.entry,
            "--record",
            "--json",
            "--root",
            str(root),
        ]
        before, lost = 0, 0
        for number in range(options.times):
            process = subprocess.Popen(
                command,
                env=environment,
                start_new_session=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            after = chance.uniform(0.5, options.longest)
            time.sleep(after)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            now = kept(cache)
            for path in (root / "evidence").glob("*.json"):
                json.loads(path.read_text("utf-8"))  # a file that is half written does not parse
            print(
                f"round {number + 1}: killed after {after:4.1f} s, {now} trials kept (before: {before})",
                flush=True,
            )
            lost += now < before
            before = now
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        verdicts = [claim["verdict"] for claim in json.loads(done.stdout)["claims"]]
    print(
        f"run to its end: exit {done.returncode}, {verdicts.count('verified')} of {len(verdicts)} claims verified"
    )
    return int(lost > 0 or done.returncode != 0)


if __name__ == "__main__":
    sys.exit(main())
