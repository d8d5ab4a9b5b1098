"""Break the simulations on purpose, one way at a time, and see which claims notice.

python benchmarks/mutations.py [ENTRY ...]

The mutations stand in `tests/mutations/<entry>.yaml`: a list of {file, replace, with, why}. Each is
applied to a copy of the FAQ, and the entry's claims are verified there. A mutation is noticed if at
least one claim is no longer verified; one that survives is a hole in the claims. Exit code 1 if one
survives that is not marked `survives: <reason>`.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


def mutated(root: Path, mutation: dict) -> None:
    """Apply one mutation to the FAQ at root; exactly one place must match."""
    path = root / mutation["file"]
    text = path.read_text("utf-8")
    if text.count(mutation["replace"]) != 1:
        sys.exit(
            f"{mutation['file']}: {mutation['replace']!r} stands there "
            f"{text.count(mutation['replace'])} times, not once"
        )
    path.write_text(text.replace(mutation["replace"], mutation["with"]), "utf-8")


def verify(root: Path, entry: str) -> dict[str, str]:
    """The verdict of every claim of the entry."""
    command = [sys.executable, "-m", "dlfaq", "verify", entry, "--json", "--root", str(root)]
    environment = {
        **os.environ,
        "DLFAQ_CACHE_DIR": str(root / "cache"),
        "PYTHONPATH": str(root / "src"),
    }
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode == 2:
        sys.exit(done.stderr)
    return {claim["claim"]: claim["verdict"] for claim in json.loads(done.stdout)["claims"]}


def main() -> int:
    """Print a line a mutation."""
    wanted = sys.argv[1:]
    tried = noticed = unexpected = 0
    for path in sorted((ROOT / "tests" / "mutations").glob("*.yaml")):
        if wanted and path.stem not in wanted:
            continue
        for mutation in yaml.safe_load(path.read_text("utf-8")):
            with tempfile.TemporaryDirectory() as folder:
                root = Path(folder)
                for part in ("faq", "sims", "evidence", "src"):
                    shutil.copytree(
                        ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__")
                    )
                mutated(root, mutation)
                verdicts = verify(root, path.stem)
            lost = [
                f"{claim} ({verdict})"
                for claim, verdict in verdicts.items()
                if verdict != "verified"
            ]
            tried, noticed = tried + 1, noticed + bool(lost)
            unexpected += not lost and "survives" not in mutation
            says = (
                "noticed by " + ", ".join(lost)
                if lost
                else "SURVIVED: " + mutation.get("survives", "a hole")
            )
            print(f"{path.stem}: {mutation['why']}: {says}", flush=True)
    print(f"{noticed} of {tried} mutations noticed")
    return int(unexpected > 0)


if __name__ == "__main__":
    sys.exit(main())
