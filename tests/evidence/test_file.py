"""Evidence is whole, sorted, rounded and without anything of the day it was made."""

import json
import signal
import subprocess
import sys
import time

import pytest

from dlfaq.verify.evidence import (
    ClaimEvidence,
    Evidence,
    Judged,
    Measured,
    Point,
    Side,
    evidence_path,
    read,
    write,
)


def evidence(estimate=1 / 3):
    point = Point({"k": 2}, "holds", estimate, (None, 0.5), None, 1.0, 32)
    side = Side("holds", 32, (Judged("mean(x) < 1", "holds", (point,)),))
    claim = ClaimEvidence("verified", {"claim": "a", "simulation": "b"}, side, (side,))
    return Evidence("toy", "2.13.0", {"one": claim}, {"one.mean(x)": Measured(estimate, (None, None), 32)})


def test_what_is_written_is_read(tmp_path):
    """Rounded to six digits, the same again."""
    assert write(tmp_path, evidence())
    assert read(tmp_path, "toy") == evidence(0.333333)


def test_an_equal_rerun_changes_nothing(tmp_path):
    """Not even by a rounding error, nor the file's time."""
    assert write(tmp_path, evidence())
    before = evidence_path(tmp_path, "toy").stat().st_mtime_ns
    assert not write(tmp_path, evidence(1 / 3 + 1e-12))
    assert evidence_path(tmp_path, "toy").stat().st_mtime_ns == before


def test_its_keys_are_sorted(tmp_path):
    """So that a diff shows what changed."""
    write(tmp_path, evidence())
    raw = json.loads(evidence_path(tmp_path, "toy").read_text("utf-8"))

    assert list(raw) == sorted(raw)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"entry": "toy", "torch": "2", "claims": [], "values": {}}'])
def test_what_is_no_evidence_is_said(tmp_path, text):
    """Whatever stands in the file, one kind of error."""
    write(tmp_path, evidence())
    evidence_path(tmp_path, "toy").write_text(text, "utf-8")

    with pytest.raises(ValueError, match="not evidence"):
        read(tmp_path, "toy")


def test_never_recorded_is_none(tmp_path):
    """That is no error."""
    assert read(tmp_path, "toy") is None


WRITER = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from test_evidence import evidence
from dlfaq.verify.evidence import write
print("begun", flush=True)
for number in range(10**9):
    write(Path(sys.argv[2]), evidence(float(number % 7)))
"""


def test_a_kill_leaves_a_whole_file(tmp_path):
    """At whatever moment, the file is one version or another."""
    for moment in (0.01, 0.037, 0.061, 0.083, 0.11):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, __file__.rpartition("/")[0], str(tmp_path)], stdout=-1)
        writer.stdout.readline()
        time.sleep(moment)
        writer.send_signal(signal.SIGKILL)
        writer.communicate()

        assert read(tmp_path, "toy").values["one.mean(x)"].estimate in range(7)
