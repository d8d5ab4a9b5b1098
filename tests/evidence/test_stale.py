"""Evidence is out of date when something it depends on has changed; a message says what to do."""

import errno
import json
import os
from dataclasses import replace

import pytest
from tests.verify.test_verify import edit
from tests.verify.toys import Drawn, pick

from dlfaq.errors import Problems
from dlfaq.evidence.file import evidence_path, read
from dlfaq.evidence.stale import stale, unrecorded
from dlfaq.knowledge.load import load_faq
from dlfaq.verify.session import compare_all, make_evidence, record_evidence
from dlfaq.verify.verify import verify


@pytest.fixture
def recorded(faq):
    """The toy's verdicts, recorded; its troubles are taken away."""
    (faq.root / "faq" / "troubles.yaml").unlink()
    faq = load_faq(faq.root)
    record_evidence(faq, verify(faq, pick(faq, "verdicts"), Drawn(), None))
    return faq.root


def problems(root):
    return [str(problem) for problem in stale(load_faq(root))]


def test_what_was_just_recorded_is_current(recorded):
    """Nothing to mend."""
    assert problems(recorded) == []
    assert unrecorded(load_faq(recorded)) == []


def test_an_entry_never_recorded_is_not_stale(faq):
    """It is named by itself: a new entry is no mistake."""
    assert stale(faq) == []
    assert unrecorded(faq) == ["troubles", "verdicts"]


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (
            "faq/verdicts.yaml",
            "expect: mean(value) > 2",
            "expect: mean(value) > 3",
            "claim 'refuted' has changed",
        ),
        (  # then it must hold in every replicate
            "faq/verdicts.yaml",
            "kind: measured\n    says: A dial at one reads more than two.",
            "kind: exact\n    says: A dial at one reads more than two.",
            "claim 'refuted' has changed",
        ),
        (
            "faq/verdicts.yaml",
            "given: {centre: 1.1}",
            "given: {centre: 1.2}",
            "claim 'vacuous' has changed",
        ),
        (
            "faq/verdicts.yaml",
            "times: {spread: 2}",
            "times: {spread: 3}",
            "claim 'verified' has changed",
        ),
        ("faq/verdicts.yaml", "at: {centre: 3}", "at: {centre: 2}", "claim 'at-three' has changed"),
        ("faq/verdicts.yaml", "limit: 512", "limit: 256", "claim 'doubled' has changed"),
        ("faq/verdicts.yaml", "refuted", "denied", "claim 'denied' was never recorded"),
        ("faq/verdicts.yaml", "refuted", "denied", "no claim 'refuted' any more"),
        (
            "faq/verdicts.yaml",
            "verified.mean(value)",
            "verified.median(value)",
            "{{ verified.median(value) }} was never",
        ),
        (
            "sims/dial.py",
            "centre + spread *",
            "centre - spread *",
            "claim 'verified' was recorded with another version of the simulation 'dial'",
        ),
        ("evidence/verdicts.json", '"claims"', '"claim"', "not evidence"),
        ("evidence/verdicts.json", "\n", "", ""),
        ("sims/dial.py", "Normal numbers", "Numbers", ""),
        ("faq/verdicts.yaml", "It stands at two", "It stands there", ""),
        ("faq/verdicts.yaml", "Which verdicts are there?", "Which verdicts?", ""),
    ],
)
def test_a_change_is_noticed_if_it_matters(recorded, file, old, new, says):
    """Named by file and claim, with the command that mends it."""
    edit(recorded / file, old, new)
    found = problems(recorded)

    assert any(says in problem for problem in found) if says else found == []
    assert all("dlfaq verify verdicts --record" in problem for problem in found)


def test_evidence_without_an_entry_is_noticed(recorded):
    """It would stay for ever."""
    evidence_path(recorded, "verdicts").rename(evidence_path(recorded, "gone"))

    assert problems(recorded) == [
        "evidence/gone.json: there is no entry 'gone' that this is the evidence of.\n"
        "  Remove it: rm evidence/gone.json"
    ]


def test_verifying_some_claims_keeps_what_is_recorded_of_the_others(recorded):
    """And drops what the entry has no more; the same rulings change nothing."""
    before = read(recorded, "verdicts")
    edit(recorded / "faq" / "verdicts.yaml", "refuted", "denied")
    faq = load_faq(recorded)
    rulings = verify(faq, pick(faq, "verdicts", "verified"), Drawn(), None)

    assert record_evidence(faq, rulings) == ["verdicts"]
    after = read(recorded, "verdicts")
    assert set(after.claims) == set(before.claims) - {"refuted"}
    assert (after.claims["swept"], after.values) == (before.claims["swept"], before.values)
    assert record_evidence(faq, rulings) == []


def test_the_torch_versions_that_measured_are_named(recorded, monkeypatch):
    """All of them, while some claims are older than others; without the name of a build."""
    faq = load_faq(recorded)
    monkeypatch.setattr("dlfaq.verify.session.torch_version", lambda: "9.9.9+cu99")
    some = verify(faq, pick(faq, "verdicts", "verified"), Drawn(), None)
    everything = verify(faq, pick(faq, "verdicts"), Drawn(), None)

    assert (
        make_evidence(recorded, faq.entry("verdicts"), some).torch
        == f"{read(recorded, 'verdicts').torch}, 9.9.9"
    )
    assert make_evidence(recorded, faq.entry("verdicts"), everything).torch == "9.9.9"


def test_a_broken_claim_keeps_its_record(recorded):
    """An error is no measurement."""
    faq = load_faq(recorded)
    before = read(recorded, "verdicts")
    broken = Drawn(lambda trial: type(Drawn.dial(trial))(trial, error="it fell over"))

    assert record_evidence(faq, verify(faq, pick(faq, "verdicts"), broken, None)) == []
    assert read(recorded, "verdicts") == before


def test_damaged_evidence_is_not_replaced_by_a_part(recorded):
    """What it holds of other claims may yet be mended; all claims together replace it."""
    faq = load_faq(recorded)
    path = evidence_path(recorded, "verdicts")
    whole = path.read_text("utf-8")
    path.write_text(whole.replace('"refuted"', '"verified"', 1), "utf-8")
    some = verify(faq, pick(faq, "verdicts", "verified"), Drawn(), None)

    with pytest.raises(Problems, match="would be lost"):
        record_evidence(faq, some)
    assert record_evidence(faq, verify(faq, pick(faq, "verdicts"), Drawn(), None)) == ["verdicts"]
    assert path.read_text("utf-8") == whole


def test_evidence_that_cannot_be_written_is_said(recorded, monkeypatch):
    """A full disk, a folder in its place: one message, and what was there stays."""
    faq = load_faq(recorded)
    path = evidence_path(recorded, "verdicts")
    before = path.read_bytes()
    rulings = verify(faq, pick(faq, "verdicts"), Drawn(shifted), None)

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(Problems, match="No space left"):
            record_evidence(faq, rulings)
    assert path.read_bytes() == before
    path.unlink()
    path.mkdir()
    with pytest.raises(Problems, match="it cannot be written: Is a directory"):
        record_evidence(faq, rulings)
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def shifted(trial):
    """A little more of everything: other numbers."""
    result = Drawn.dial(trial)
    value = result.measurements["value"] + 1e-3
    return replace(result, measurements={**result.measurements, "value": value})


def test_the_environments_that_measured_are_named(recorded, monkeypatch):
    """All of them, while some claims are older than others; without new numbers nothing changes."""
    faq = load_faq(recorded)
    before = read(recorded, "verdicts").environment
    monkeypatch.setattr("dlfaq.verify.session.measured_in", lambda: before | {"machine": "z80"})
    some = verify(faq, pick(faq, "verdicts", "verified"), Drawn(), None)
    everything = verify(faq, pick(faq, "verdicts"), Drawn(), None)
    both = ", ".join(sorted([before["machine"], "z80"]))

    assert set(before) == {"machine", "processor", "python", "settings", "system"}
    entry = faq.entry("verdicts")
    assert make_evidence(recorded, entry, some).environment == before | {"machine": both}
    assert make_evidence(recorded, entry, everything).environment == before | {"machine": "z80"}
    assert record_evidence(faq, everything) == []


def test_conditions_that_are_not_in_the_record_are_noticed(recorded):
    """Whatever the fingerprint says."""
    path = evidence_path(recorded, "verdicts")
    raw = json.loads(path.read_text("utf-8"))
    claim = raw["claims"]["verified"]
    claim["fails_under"]["another"] = claim["fails_under"].popitem()[1]
    path.write_text(json.dumps(raw), "utf-8")

    (problem,) = problems(recorded)
    assert "claim 'verified' was recorded with other conditions under fails_under" in problem


def test_a_ruling_is_held_to_its_record(recorded):
    """The verdict counts, not the digits."""
    faq = load_faq(recorded)
    verified, refuted = verify(faq, pick(faq, "verdicts", "verified", "refuted"), Drawn(), None)

    assert compare_all(recorded, [verified])[0] == "as recorded"
    edit(evidence_path(recorded, "verdicts"), '"verdict": "refuted"', '"verdict": "verified"')
    assert compare_all(recorded, [refuted])[0] == "differs"
    evidence_path(recorded, "verdicts").write_text("{", "utf-8")
    assert compare_all(recorded, [verified])[0] == "differs"
    evidence_path(recorded, "verdicts").unlink()
    assert compare_all(recorded, [verified])[0] == "never recorded"
