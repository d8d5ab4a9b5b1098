"""The whole walk over the toy FAQ, in real processes: every verdict, and all that can go wrong."""

import dataclasses
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import nullcontext

import pytest
from tests.verify.toys import Drawn, copy_toy, pick

from dlfaq.evidence.file import evidence_path, read
from dlfaq.evidence.verdict import Verdict
from dlfaq.knowledge.load import load_faq
from dlfaq.verify.ruling import Request
from dlfaq.verify.session import confirm, local, record_evidence, verify_claims

VERDICTS = {
    "verified": "verified",
    "refuted": "refuted",
    "overstated": "overstated",
    "inconclusive": "inconclusive",
    "vacuous": "vacuous",
    "control-undecided": "inconclusive",
    "doubled": "verified",
    "swept": "verified",
    "at-three": "verified",
    "along": "verified",
    "arms": "verified",
    "curve": "verified",
    "median": "verified",
    "share": "verified",
}
TROUBLES = {
    "abort": "killed by SIGABRT",
    "hang": "did not finish within 3 s",
    "nan": "'value' is nan for replicate 3",
    "shape": "'value' has the shape (32, 1)",
    "undeclared": "'extra', which its docstring does not declare",
    "missing": "does not return 'value'",
    "raise": "ArithmeticError: the wheel came off",
    "leave": "SystemExit: 3",
    "nothing": "returned NoneType",
    "not-positive": "replicate 0 measured -1",
}


@pytest.fixture(scope="module")
def verified(tmp_path_factory):
    """The toy FAQ, verified and recorded: (faq, rulings by claim, folder of the cache)."""
    folder = tmp_path_factory.mktemp("session")
    root = copy_toy(folder / "toy")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DLFAQ_CACHE_DIR", str(folder / "cache"))
        faq = load_faq(root)
        rulings = verify_claims(faq, list(faq.claims()), local(2, time_limit=3))
        record_evidence(faq, rulings)
    return faq, {ruling.claim: ruling for ruling in rulings}, folder / "cache"


@pytest.mark.parametrize("claim", sorted(VERDICTS))
def test_every_verdict_occurs(verified, claim):
    """As the toy's claims were made to be ruled."""
    assert verified[1][claim].verdict.word == VERDICTS[claim]
    assert verified[1][claim].errors == ()


@pytest.mark.parametrize("claim", sorted(TROUBLES))
def test_trouble_costs_its_own_claim_alone(verified, claim):
    """It names its cause, and the command that repeats the trial; beside it `sound` is verified."""
    ruling = verified[1][claim]

    assert (ruling.verdict.word, ruling.evidence) == ("inconclusive", None)
    assert TROUBLES[claim] in "".join(ruling.errors)
    assert claim == "not-positive" or "Repeat it: dlfaq run trouble --how" in ruling.errors[0]
    assert verified[1]["sound"].verdict.word == "verified"


def test_the_evidence_says_what_was_ruled(verified):
    """Every claim that could be measured, every number shown, and the torch that measured."""
    faq, _, _ = verified
    evidence = read(faq.root, "verdicts")

    assert {claim: one.verdict for claim, one in evidence.claims.items()} == VERDICTS
    assert round(evidence.values["verified.mean(value)"].estimate, 1) == 1.0
    assert evidence.torch.count(".") == 2
    assert "+" not in evidence.torch
    assert set(read(faq.root, "troubles").claims) == {"sound"}


AGAIN = """
import sys
from pathlib import Path
from dlfaq.knowledge.load import load_faq
from dlfaq.verify.session import compare_all, local, record_evidence, verify_claims
faq = load_faq(Path(sys.argv[1]))
entry = faq.entry("verdicts")
rulings = verify_claims(faq, [(entry, claim) for claim in entry.claims], local(2))
assert record_evidence(faq, rulings) == [], "the evidence changed"
assert set(compare_all(faq.root, rulings)) == {"as recorded"}
print(*sys.modules, sep="\\n")
"""


def test_again_with_nothing_changed_nothing_that_computes_is_loaded(verified):
    """Neither numpy nor scipy nor torch, nor what starts processes."""
    faq, _, cache = verified
    environment = {**os.environ, "DLFAQ_CACHE_DIR": str(cache)}
    done = subprocess.run(
        [sys.executable, "-c", AGAIN, faq.root],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    heavy = {"torch", "numpy", "scipy", "pebble", "multiprocessing", "concurrent.futures"}
    assert heavy & set(done.stdout.splitlines()) == set()


@pytest.mark.parametrize(("jobs", "threads"), [(1, 1), (2, 2)])
def test_verdicts_and_evidence_do_not_depend_on_how_it_is_run(verified, tmp_path, jobs, threads):
    """One worker or two, one thread or two, measured anew: the same file, byte for byte."""
    faq, _, _ = verified
    shutil.copytree(faq.root, tmp_path / "again")
    again = load_faq(tmp_path / "again")
    evidence_path(again.root, "verdicts").unlink()
    rulings = verify_claims(
        again, pick(again, "verdicts"), local(jobs, threads=threads), Request(fresh=True)
    )
    record_evidence(again, rulings)

    assert {ruling.claim: ruling.verdict.word for ruling in rulings} == VERDICTS
    assert (
        evidence_path(again.root, "verdicts").read_bytes()
        == evidence_path(faq.root, "verdicts").read_bytes()
    )


SLOW_SIMULATION = '''"""It takes its time."""

import time

import torch

from dlfaq.sim import Replicates


def slow(replicates: Replicates, number: float = 0.0) -> dict[str, torch.Tensor]:
    """Sleep.

    Args:
        replicates: All alike.
        number: What is measured.

    Metrics:
        value: the number.
    """
    time.sleep(0.1)
    return {"value": torch.full((len(replicates),), number)}
'''
SLOW_ENTRY = """
question: How slow is it?
topics: [toy]
answer:
  short: Slow.
  do: [{step: Wait., because: slow}, {step: Wait., because: slow}, {step: Go., because: slow}]
  parts: [{id: one, title: Slow, text: Slow.}, {id: two, title: Slower, text: Slower.}]
experiments:
  slow:
    simulation: slow
    sweep: {number: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]}
    conditions: {below: {sweep: {number: [-1, -2, -3, -4, -5, -6, -7, -8, -9, -10]}}}
claims:
  - id: slow
    kind: measured
    says: It measures its numbers.
    experiment: slow
    expect: fraction(value > 0) > 0.5
    fails_under: {below: Below nothing.}
"""
VERIFY = """
import json, sys
from pathlib import Path
from dlfaq.knowledge.load import load_faq
from dlfaq.verify.session import local, record_evidence, verify_claims

def report(event, **data):
    if event in {"planned", "finished"}:
        print(json.dumps([event, data.get("cached"), str(data.get("trial"))]), flush=True)

if __name__ == "__main__":
    faq = load_faq(Path(sys.argv[1]))
    for _ in range(3):
        record_evidence(faq, verify_claims(faq, list(faq.claims()), local(2), report=report))
"""


def test_killed_at_any_moment_the_next_run_goes_on(toy, tmp_path, cache):
    """SIGKILL to the group: the next run knows what finished; evidence is whole or not there."""
    for path in (toy / "faq").glob("*.yaml"):
        path.unlink()
    (toy / "sims" / "slow.py").write_text(SLOW_SIMULATION, "utf-8")
    (toy / "faq" / "slow.yaml").write_text(SLOW_ENTRY, "utf-8")
    main = tmp_path / "main.py"
    main.write_text(VERIFY, "utf-8")
    moments = random.Random(5)  # noqa: S311 - any moments will do
    finished = set()
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, main, toy], stdout=-1, text=True, start_new_session=True
        )
        event, cached, _ = json.loads(process.stdout.readline())
        assert (event, cached >= len(finished)) == ("planned", True)
        lines = [process.stdout.readline() for _ in range(moments.randrange(7))]
        time.sleep(moments.uniform(0, 0.15))
        os.killpg(process.pid, signal.SIGKILL)
        lines += process.communicate()[0].splitlines()
        finished |= {trial for event, _, trial in map(json.loads, lines) if event == "finished"}
        assert read(toy, "slow") is None
    assert finished
    done = subprocess.run([sys.executable, main, toy], capture_output=True, text=True, check=True)
    planned = json.loads(done.stdout.splitlines()[0])

    assert planned[1] >= len(finished)
    assert read(toy, "slow").claims["slow"].verdict == "verified"
    with sqlite3.connect(next(cache.glob("*/trials.sqlite"))) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()


def test_a_recorded_verdict_is_confirmed_on_other_replicates(verified):
    """By name of the seeds that agree: all where it is so, none for a ruling of other numbers."""
    faq, rulings, _ = verified
    claims = pick(faq, "verdicts", "verified", "refuted")
    first = [rulings["verified"], rulings["refuted"]]
    agreed = confirm(faq, claims, first, local(2), Request())
    wrong = [dataclasses.replace(one, verdict=Verdict.VACUOUS) for one in first]

    assert [ruling.evidence.seeds for ruling in agreed] == [(1, 2), (1, 2)]
    assert [
        ruling.evidence.seeds for ruling in confirm(faq, claims, wrong, local(2), Request())
    ] == [(), ()]


def test_a_runner_is_handed_in(faq):
    """Whoever runs the trials is chosen outside; the walk does not know where that is."""
    runner = Drawn()
    (ruling,) = verify_claims(faq, pick(faq, "verdicts", "verified"), lambda _: nullcontext(runner))

    assert ruling.verdict is Verdict.VERIFIED
    assert len(runner.trials) == 3


def test_a_draft_is_not_recorded(faq):
    """It says what `dlfaq new` wrote."""
    draft = dataclasses.replace(faq.entry("verdicts"), draft=True)
    faq = dataclasses.replace(faq, entries=(draft,))
    rulings = verify_claims(faq, [(draft, draft.claim("arms"))], local(1))

    assert record_evidence(faq, rulings) == []
    assert not evidence_path(faq.root, "verdicts").exists()
