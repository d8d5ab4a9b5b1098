"""Splitting a claim into ten costs nothing: claims of one experiment share its trials.

python benchmarks/claims_share_trials.py

A small FAQ is written twice, with one claim and with ten claims about one experiment that trains
networks. Both are verified from scratch in this process, one after the other, several times.
Printed are the trials that were run and the seconds that they took.
"""

import os
import shutil
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROUNDS = 5
HEAD = """question: Does it train?
topics: [training]
answer:
  short: It does.
  do:
    - {step: Train., because: [CLAIMS]}
    - {step: Train on., because: [CLAIMS]}
    - {step: Look., because: [CLAIMS]}
  parts: [{id: all, title: All, text: All.}, {id: none, title: None, text: None.}]
experiments:
  digits:
    {simulation: SIMULATION, replicates: 32, limit: 32, conditions: {short: {given: {steps: 1}}}}
claims:
"""
CLAIM = """  - {{id: c{number}, kind: measured, says: It learns., experiment: digits,
     expect: mean(accuracy) > {bound}, holds_under: [longer, wider],
     fails_under: {{short: One step teaches little.}}}}
"""


def write_faq(root: Path, claims: int, simulation: str) -> None:
    """An FAQ of one entry with so many claims about one experiment."""
    (root / "faq").mkdir(parents=True)
    shutil.copytree(ROOT / "sims", root / "sims")
    (root / "faq" / "topics.yml").write_text("training: Training\n", "utf-8")
    text = HEAD.replace("SIMULATION", simulation)
    text = text.replace("CLAIMS", ", ".join(f"c{number}" for number in range(claims)))
    text += "".join(
        CLAIM.format(number=number, bound=0.5 + 0.01 * number) for number in range(claims)
    )
    (root / "faq" / "it.yaml").write_text(text, "utf-8")


def verify(root: Path, cache: Path) -> tuple[int, float]:
    """Verify everything from scratch; return the trials that were run and the seconds it took."""
    from dlfaq.knowledge.load import load_faq
    from dlfaq.verify.ruling import Request
    from dlfaq.verify.session import local, verify_claims

    os.environ["DLFAQ_CACHE_DIR"] = str(cache)
    faq = load_faq(root)
    trials = []
    start = time.perf_counter()

    def report(event: str, **data: object) -> None:
        if event == "finished":
            trials.append(data["trial"])

    rulings = verify_claims(faq, list(faq.claims()), local(1), Request(fresh=True), report)
    seconds = time.perf_counter() - start
    assert all(ruling.verdict.is_good for ruling in rulings), rulings
    return len(trials), seconds


def main() -> None:
    """Print one line a number of claims."""
    with tempfile.TemporaryDirectory() as folder:
        roots = {count: Path(folder) / str(count) for count in (1, 10)}
        for count, root in roots.items():
            write_faq(root, count, "tuned_optimizers")
        found = {count: [] for count in roots}
        for _ in range(ROUNDS):
            for count, root in roots.items():
                found[count].append(verify(root, Path(folder) / f"cache-{count}"))
        for count, runs in found.items():
            seconds = sorted(run[1] for run in runs)[ROUNDS // 2]
            print(f"{count} claims: {runs[0][0]} trials, median {seconds:.2f} s")
        one, ten = (sorted(run[1] for run in runs)[ROUNDS // 2] for runs in found.values())
        print(f"ten claims take {ten / one:.2f} times as long as one")


if __name__ == "__main__":
    main()
