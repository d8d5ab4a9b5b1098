"""Evidence is whole, sorted, rounded and without anything of the day it was made."""

import json
import signal
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlfaq.evidence.file import evidence_path, from_json, read, to_json, write
from dlfaq.evidence.record import ClaimEvidence, Evidence, Line, Measured, Point, Side


def evidence(estimate=1 / 3):
    point = Point({"k": 2}, "holds", estimate, (None, 0.5), None, 1.0, 32, "median")
    side = Side("holds", 32, (point,))
    print_ = {"claim": "a", "simulation": "b"}
    claim = ClaimEvidence(
        "verified", print_, "median(x) < 1", side, {"longer": side}, {"raw": side}, (1, 2)
    )
    return Evidence(
        "toy", "2.13.0", {"one": claim}, {"one.mean(x)": Measured(estimate, (None, None), 32)}
    )


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


NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=32)
ENDS = st.tuples(st.none() | NUMBERS, st.none() | NUMBERS)
OUTCOMES = st.sampled_from(["holds", "fails", "inconclusive"])
NAMES = st.text("abc-", min_size=1, max_size=5)
SCALARS = st.one_of(st.booleans(), st.integers(-9, 9), NUMBERS, NAMES)
POINTS = st.builds(
    Point, st.dictionaries(NAMES, SCALARS, max_size=2), OUTCOMES, NUMBERS, ENDS, st.none() | NUMBERS,
    st.none() | NUMBERS, st.integers(1, 99), st.sampled_from(["mean", "all"]),
)  # fmt: skip
SIDES = st.builds(Side, OUTCOMES, st.integers(1, 99), st.lists(POINTS, max_size=2).map(tuple))
CONDITIONS = st.dictionaries(NAMES, SIDES, max_size=2)
CLAIMS = st.builds(
    ClaimEvidence, NAMES, st.dictionaries(NAMES, NAMES, max_size=2), NAMES, SIDES, CONDITIONS, CONDITIONS,
    st.lists(st.integers(0, 9), max_size=2).map(tuple),
)  # fmt: skip
COLUMN = st.lists(NUMBERS, min_size=1, max_size=3).map(tuple)
LINES = st.builds(
    Line, NAMES, COLUMN, COLUMN, COLUMN, COLUMN, st.dictionaries(NAMES, SCALARS, max_size=1)
)
WHOLE = st.builds(
    Evidence, NAMES, NAMES, st.dictionaries(NAMES, CLAIMS, max_size=2),
    st.dictionaries(NAMES, st.builds(Measured, NUMBERS, ENDS, st.integers(1, 9)), max_size=2),
    st.dictionaries(NAMES, st.lists(LINES, max_size=2).map(tuple), max_size=2),
)  # fmt: skip


@given(WHOLE)
def test_json_keeps_everything(one):
    """But for digits beyond the sixth, which a second pass does not change any more."""
    once = from_json(json.loads(json.dumps(to_json(one))))

    assert from_json(to_json(once)) == once
    assert set(once.claims) == set(one.claims)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"version": 1}',
        '{"version": 2, "entry": "toy", "torch": "2", "claims": [], "values": {}}',
    ],
)
def test_what_is_no_evidence_is_said(tmp_path, text):
    """Whatever stands in the file, one kind of error."""
    write(tmp_path, evidence())
    evidence_path(tmp_path, "toy").write_text(text, "utf-8")

    with pytest.raises(ValueError, match="not evidence"):
        read(tmp_path, "toy")


def test_an_older_version_is_named(tmp_path):
    """So that it is clear why a file from before is not read."""
    write(tmp_path, evidence())
    path = evidence_path(tmp_path, "toy")
    path.write_text(path.read_text("utf-8").replace('"version": 2', '"version": 1'), "utf-8")

    with pytest.raises(ValueError, match="its version is 1, not 2"):
        read(tmp_path, "toy")


@given(st.data())
def test_damage_is_one_kind_of_error(tmp_path_factory, data):
    """Any value in the place of any other: it is read, or it is a ValueError."""
    raw = to_json(evidence())
    node, key = raw, "version"
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            break
        key = data.draw(st.sampled_from(keys))
        if not isinstance(node[key], dict | list) or not node[key] or data.draw(st.booleans()):
            break
        node = node[key]
    node[key] = data.draw(
        st.one_of(
            st.none(), st.booleans(), st.integers(), st.text(max_size=3), st.just([]), st.just({})
        )
    )
    folder = tmp_path_factory.mktemp("damage")
    path = evidence_path(folder, "toy")
    path.parent.mkdir()
    path.write_text(json.dumps(raw), "utf-8")
    try:
        read(folder, "toy")
    except ValueError as error:
        assert "not evidence" in str(error)  # noqa: PT017 - most damage is an error, some is none


def test_a_condition_is_found_by_its_name():
    """The claim's own side by none."""
    claim = evidence().claims["one"]

    assert claim.side("") is claim.own
    assert claim.side("longer") is claim.holds_under["longer"]
    with pytest.raises(KeyError):
        claim.side("wider")


def test_the_point_that_says_most():
    """One that fails before one that is undecided, then the one nearest to a bound."""
    near = Point({"k": 1}, "holds", 0.9, (0.8, 0.95), None, 1.0, 32)
    far = Point({"k": 2}, "holds", 0.1, (0.0, 0.2), None, 1.0, 32)
    failing = Point({"k": 3}, "fails", 9.0, (8.0, 10.0), None, 1.0, 32)

    assert Side("holds", 32, (far, near)).decisive() is near
    assert Side("fails", 32, (far, failing, near)).decisive() is failing
    with pytest.raises(LookupError):
        Side("holds", 32, ()).decisive()


def test_never_recorded_is_none(tmp_path):
    """That is no error."""
    assert read(tmp_path, "toy") is None


WRITER = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from test_file import evidence
from dlfaq.evidence.file import write
print("begun", flush=True)
for number in range(10**9):
    write(Path(sys.argv[2]), evidence(float(number % 7)))
"""


def test_a_kill_leaves_a_whole_file(tmp_path):
    """At whatever moment, the file is one version or another."""
    for moment in (0.01, 0.037, 0.061, 0.083, 0.11):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, __file__.rpartition("/")[0], str(tmp_path)], stdout=-1
        )
        writer.stdout.readline()
        time.sleep(moment)
        writer.send_signal(signal.SIGKILL)
        writer.communicate()

        assert read(tmp_path, "toy").values["one.mean(x)"].estimate in range(7)
