"""pytest collects the entries of an FAQ, a claim an item, and verifies them together."""

import json
import sqlite3
import subprocess
import sys

import pytest
from tests.verify.test_verify import edit
from tests.verify.toys import copy_toy

from dlfaq.evidence.file import evidence_path
from dlfaq.knowledge.load import load_faq
from dlfaq.verify.ruling import Request
from dlfaq.verify.session import local, record_evidence, verify_claims

pytest_plugins = ["pytester"]

STRICT = ("-W", "error", "-p", "no:cacheprovider")


@pytest.fixture
def project(pytester, cache):
    """A folder with the toy's verdicts, and a cache of its own."""
    copy_toy(pytester.path)
    (pytester.path / "faq" / "troubles.yaml").unlink()
    return pytester


def pytest_in(project, *words):
    return project.runpytest_subprocess(*STRICT, *words)


def rulings_kept(cache):
    with sqlite3.connect(next(cache.glob("*/trials.sqlite"))) as db:
        count = db.execute("SELECT count(*) FROM rulings").fetchone()[0]
    db.close()
    return count


def test_a_claim_is_an_item(project):
    """With a readable id, in the file's order."""
    result = pytest_in(project, "--collect-only", "-q", "faq/verdicts.yaml")

    result.stdout.fnmatch_lines(
        [
            "faq/verdicts.yaml::verified",
            "faq/verdicts.yaml::refuted",
            "faq/verdicts.yaml::overstated",
        ]
    )


def test_a_claim_passes_if_it_is_verified(project, cache):
    """Else it shows prediction, measurement and control, without a traceback; all run together."""
    result = pytest_in(project, "-v")

    result.assert_outcomes(passed=9, failed=5)
    result.stdout.fnmatch_lines(["faq/verdicts.yaml::swept PASSED*"])
    result.stdout.fnmatch_lines(
        [
            "*refuted: A dial at one reads more than two.",
            "*expects: mean(value) > 2",
            "*measured: fails: 0.9* [[]0.*, 1.*[]]",
            "*zero: fails: -0.0* (It stands at zero.)",
            "*dlfaq verify verdicts/refuted",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")
    assert rulings_kept(cache) == 14


def test_what_is_deselected_is_not_verified(project, cache):
    """By -k as by id."""
    pytest_in(project, "-k", "arms or swept").assert_outcomes(passed=2, deselected=12)
    assert rulings_kept(cache) == 2
    pytest_in(project, "faq/verdicts.yaml::verified").assert_outcomes(passed=1)
    assert rulings_kept(cache) == 3


def test_a_ruling_that_differs_from_its_record_fails(project, monkeypatch):
    """Even if it is better than what was recorded."""
    faq = load_faq(project.path)
    claims = [
        (faq.entry("verdicts"), faq.entry("verdicts").claim(name)) for name in ("verified", "arms")
    ]
    record_evidence(faq, verify_claims(faq, claims, local(1)))
    path = evidence_path(project.path, "verdicts")
    raw = json.loads(path.read_text("utf-8"))
    arms = raw["claims"]["arms"]
    arms["verdict"] = "vacuous"
    arms["fails_under"] = dict.fromkeys(arms["fails_under"], arms["own"])
    path.write_text(json.dumps(raw), "utf-8")
    result = pytest_in(project, "-k", "verified or arms")

    result.assert_outcomes(passed=1, failed=1, deselected=12)
    result.stdout.fnmatch_lines(["*It is recorded otherwise*"])


def test_within_a_time_what_is_as_recorded_is_skipped(project):
    """But what changed since, or was never recorded or verified, is not."""
    faq = load_faq(project.path)
    entry = faq.entry("verdicts")
    names = ("verified", "arms", "curve", "refuted")
    claims = [(entry, entry.claim(name)) for name in names]
    record_evidence(faq, verify_claims(faq, claims, local(1), Request(conditions=True)))
    path = project.path / "faq" / "verdicts.yaml"
    edit(path, entry.claim("curve").expect, entry.claim("curve").expect + " + 0.001")
    chosen = " or ".join((*names, "swept"))
    result = pytest_in(project, "--dlfaq-fresh", "--dlfaq-minutes", "0", "-k", chosen, "-rs")

    result.assert_outcomes(passed=2, failed=1, skipped=2, deselected=9)
    result.stdout.fnmatch_lines(["*no time left; neither it nor its code changed*"])
    pytest_in(project, "--dlfaq-minutes", "1", "-k", chosen).assert_outcomes(
        passed=4, failed=1, deselected=9
    )
    pytest_in(project, "--dlfaq-minutes", "0", "-k", chosen).assert_outcomes(  # all are known
        passed=4, failed=1, deselected=9
    )


def test_a_broken_entry_is_a_failure_of_its_own(project):
    """By file and line, with no traceback; the others are verified."""
    text = (project.path / "faq" / "verdicts.yaml").read_text("utf-8")
    (project.path / "faq" / "another.yaml").write_text(text, "utf-8")
    edit(
        project.path / "faq" / "verdicts.yaml",
        "dial:\n    simulation: dial\n",
        "dial:\n    simulation: dail\n",
    )
    result = pytest_in(project, "-k", "verified or mended")

    result.assert_outcomes(passed=1, failed=1, deselected=13)
    result.stdout.fnmatch_lines(["*faq/verdicts.yaml:*dail*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_lists_that_every_entry_rests_on_are_told_once(project):
    """However many files there are."""
    (project.path / "faq" / "another.yaml").write_text("question: 1\n", "utf-8")
    (project.path / "faq" / "topics.yml").write_text("[", "utf-8")
    result = pytest_in(project)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*faq/topics.yml:*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_other_yaml_files_are_let_alone(project):
    """A folder `faq` without topics, a folder of another name, and what is no entry."""
    for path in ("other/faq/x.yaml", "data/x.yaml"):
        (project.path / path).parent.mkdir(parents=True)
        (project.path / path).write_text("a: 1", "utf-8")
    result = pytest_in(project, "--collect-only", "-q")

    result.stdout.no_fnmatch_line("*x.yaml*")
    result.stdout.no_fnmatch_line("*topics*")


def test_with_xdist_one_worker_measures(project, cache):
    """The others wait and read what it kept."""
    pytest.importorskip("xdist")
    mark = project.path / "calls"
    mark.mkdir()
    edit(
        project.path / "sims" / "dial.py",
        "    step = torch.arange(points)\n",
        f'    import os, tempfile\n    os.close(tempfile.mkstemp(dir="{mark}")[0])\n'
        "    step = torch.arange(points)\n",
    )
    pytest_in(project, "-n", "2", "-k", "verified or arms or refuted").assert_outcomes(
        passed=2, failed=1
    )

    assert len(list(mark.iterdir())) == 6  # they share dials; the noisier one is looked at twice


def test_an_interrupt_is_an_interrupt(project):
    """It is not taken for a failing claim."""
    edit(
        project.path / "sims" / "dial.py",
        "    step = torch",
        "    import os, signal, time\n    os.kill(os.getppid(), signal.SIGINT)\n"
        "    time.sleep(20)\n    step = torch",
    )
    result = pytest_in(project, "-k", "verified")

    assert result.ret == pytest.ExitCode.INTERRUPTED


def test_the_plugin_is_light():
    """Every pytest of the environment loads it."""
    script = (
        "import sys, pytest; before = set(sys.modules); import dlfaq.verify.pytest_plugin; "
        "print(*set(sys.modules) - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert set(done.stdout.split()) == {"dlfaq", "dlfaq.verify", "dlfaq.verify.pytest_plugin"}
