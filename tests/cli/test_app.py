"""What the program does where nothing can be written, and what it says before it runs programs."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dlfaq.knowledge.authoring import init_faq
from dlfaq.paths import cache_dir

NOWHERE = {"DLFAQ_CACHE_DIR": "/proc/none", "HOME": "/proc/none", "XDG_STATE_HOME": "/proc/none"}


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    """An FAQ that was just started, its one entry no draft any more."""
    root = tmp_path_factory.mktemp("started") / "ours"
    init_faq(root)
    entry = root / "faq" / "average-of-noise.yaml"
    entry.write_text(entry.read_text().replace("\ndraft: true\n", "\n"))
    return root


@pytest.fixture
def ours(started, tmp_path):
    """A copy of it that a test may change."""
    return shutil.copytree(started, tmp_path / "ours")


def one_message(done, *words):
    """One message, exit code 2, no traceback."""
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert all(word in done.stderr for word in words), done.stderr


def test_evidence_that_cannot_be_written_is_told_before_anything_runs(dlfaq, ours):
    """A file stands where the folder would; the caches keep what they have."""
    shutil.rmtree(ours / "evidence", ignore_errors=True)
    (ours / "evidence").write_text("in the way")
    done = dlfaq("verify", "--record", "--root", ours)

    one_message(done, "evidence", "File exists")
    assert done.stdout == ""


def test_what_was_measured_is_shown_before_a_report_fails(dlfaq, ours):
    """The JUnit report cannot be written: the verdicts are on the screen, and recorded."""
    done = dlfaq("verify", "--record", "--junit", "/proc/none/x.xml", "--root", ours)

    one_message(done, "/proc/none")
    assert "verified: average-of-noise/more-numbers-help" in done.stdout
    assert (ours / "evidence" / "average-of-noise.json").is_file()


def test_a_full_disk_on_the_other_side_of_a_pipe(dlfaq, ours):
    """One message, and Python does not try again at its end."""
    for words in (["ask", "why is my average noisy"], ["list", "--json"], ["check"]):
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                [sys.executable, "-m", "dlfaq", *words, "--root", str(ours)],
                env={**os.environ, "DLFAQ_CACHE_DIR": str(ours.parent / "cache")},
                stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=300,
            )  # fmt: skip
        one_message(done, "No space left on device")
        assert "Exception ignored" not in done.stderr


def test_without_a_cache_everything_is_answered_all_the_same(dlfaq, ours, monkeypatch):
    """No cache folder, no home; the temporary folder may be missing too."""
    asked = dlfaq("ask", "how noisy is an average", "--root", ours, **NOWHERE)
    assert asked.returncode == 0, asked.stderr
    verified = dlfaq("verify", "--root", ours, **NOWHERE)
    assert verified.returncode == 0, verified.stderr

    def nowhere(*_: object, **__: object) -> str:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setenv("DLFAQ_CACHE_DIR", "/proc/none")
    monkeypatch.setattr("tempfile.gettempdir", nowhere)
    assert cache_dir(ours) is None


def test_that_simulations_are_programs_is_said_once_a_root(dlfaq, ours, tmp_path):
    """For `verify` and `run`, not for the bundled FAQ; always where nothing is remembered."""
    state = {"XDG_STATE_HOME": str(tmp_path / "state")}
    words = ("run", "average_of_noise", "-n", "2", "--root", ours)
    said = "This runs the simulations in"
    assert said in dlfaq(*words, **state).stderr
    assert said not in dlfaq(*words, **state).stderr
    assert said not in dlfaq("verify", "--root", ours, **state).stderr
    assert said not in dlfaq("run", "initial_loss", "-n", "2", **state).stderr
    for _ in range(2):
        done = dlfaq(*words, **NOWHERE)
        assert said in done.stderr
        assert done.returncode == 0


def test_json_holds_nothing_that_a_terminal_would_obey(dlfaq, ours):
    """Overrides of the writing direction and other controls are escaped, also for a program."""
    (ours / "faq" / "bad.yaml").write_text(
        'question: "a \\u202e b \\x9b c \\U000E0041 d"\n', "utf-8"
    )
    (ours / "faq" / "unseen.yaml").write_text(
        "question: What?\ntopics: [training\u200b]\n", "utf-8"
    )
    (ours / "faq" / "worse.yaml").write_text("question: [\n\u202e: \u2066 x\n", "utf-8")
    for words in (["check", "--json"], ["check"], ["list", "--json"], ["list"]):
        done = dlfaq(*words, "--root", ours)
        for char in "\u202e\u2066\x9b\u200b\U000e0041":
            assert char not in done.stdout + done.stderr, (words, char)
    problems = json.loads(dlfaq("check", "--json", "--root", ours).stdout)["problems"]
    assert any("\u200b" in problem["what"] for problem in problems)
