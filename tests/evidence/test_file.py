"""Evidence is whole, sorted, rounded and without anything of the day it was made."""

import errno
import json
import math
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlfaq.evidence.file import evidence_path, read, to_json, write
from dlfaq.evidence.outcome import outcome, verdict_from
from dlfaq.evidence.reader import evidence_from_json
from dlfaq.evidence.record import ClaimEvidence, Evidence, Line, Measured, Point, Side
from dlfaq.evidence.strict import DamageError
from dlfaq.evidence.verdict import rule, together
from dlfaq.knowledge.expectation import parse_expectation


def evidence(estimate=1 / 3):
    point = Point({"k": 2}, "holds", estimate, (None, 0.5), None, 1.0, 32, "median")
    side = Side("holds", 32, (point,))
    beyond = Point({"k": 2}, "fails", 2.0, (1.5, 2.5), None, 1.0, 32, "median")
    control = Side("fails", 32, (beyond,))
    print_ = {"claim": "a", "simulation": "b"}
    claim = ClaimEvidence(
        "verified", print_, "median(x) < 1", side, {"longer": side}, {"raw": control}, (1, 2)
    )
    return Evidence(
        "toy",
        "2.13.0",
        {"one": claim},
        {"one.mean(x)": Measured(estimate, (None, None), 32)},
        environment={"machine": "x86_64"},
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
NAMES = st.text("abc-", min_size=1, max_size=5)
SCALARS = st.one_of(st.booleans(), st.integers(-9, 9), NUMBERS, NAMES)


@st.composite
def points(draw, expect, replicates):
    """A point of an expectation, with the outcome that its numbers give."""
    expectation = parse_expectation(expect)
    ends = sorted(draw(st.tuples(NUMBERS, NUMBERS, NUMBERS)))
    interval = tuple(end if draw(st.booleans()) else None for end in (ends[0], ends[2]))
    low, high = (node and draw(NUMBERS) for node in (expectation.low, expectation.high))
    said = outcome(interval, expectation, low, high)
    at = draw(st.dictionaries(NAMES, SCALARS, max_size=2))
    estimator = expectation.quantity.estimator
    return Point(at, said, ends[1], interval, low, high, replicates, estimator)


@st.composite
def sides(draw, expect):
    replicates = draw(st.integers(1, 99))
    some = draw(st.lists(points(expect, replicates), min_size=1, max_size=2))
    return Side(together([point.outcome for point in some]), replicates, tuple(some))


@st.composite
def claims(draw):
    """A claim, with the verdict that its numbers give."""
    expect = draw(st.sampled_from(["k < mean(x) <= k + 1", "median(x) >= k", "gmean(x) < k"]))
    own, holds = draw(sides(expect)), draw(st.dictionaries(NAMES, sides(expect), max_size=2))
    fails = draw(st.dictionaries(NAMES.map("not-".__add__), sides(expect), min_size=1, max_size=2))
    outcomes = ({name: side.outcome for name, side in some.items()} for some in (holds, fails))
    said = rule(own.outcome, *outcomes).word
    print_ = draw(st.dictionaries(NAMES, NAMES, max_size=2))
    seeds = draw(st.lists(st.integers(0, 9), max_size=2, unique=True))
    return ClaimEvidence(said, print_, expect, own, holds, fails, tuple(seeds))


@st.composite
def measured(draw):
    low, estimate, high = sorted(draw(st.tuples(NUMBERS, NUMBERS, NUMBERS)))
    return Measured(estimate, (low, high), draw(st.integers(1, 9)))


@st.composite
def plotted(draw):
    size = draw(st.integers(1, 3))
    column = st.lists(NUMBERS, min_size=size, max_size=size).map(tuple)
    return Line(
        draw(NAMES),
        *(draw(column) for _ in range(4)),
        draw(st.dictionaries(NAMES, SCALARS, max_size=1)),
    )


WHOLE = st.builds(
    Evidence, NAMES, NAMES, st.dictionaries(NAMES, claims(), max_size=2),
    st.dictionaries(NAMES, measured(), max_size=2),
    st.dictionaries(NAMES, st.lists(plotted(), max_size=2).map(tuple), max_size=2),
)  # fmt: skip


@given(WHOLE)
def test_json_keeps_everything(one):
    """Digits beyond the sixth may differ unless they decide; a second pass changes nothing."""
    once = evidence_from_json(json.loads(json.dumps(to_json(one))))

    assert evidence_from_json(to_json(once)) == once
    assert {name: claim.verdict for name, claim in once.claims.items()} == {
        name: claim.verdict for name, claim in one.claims.items()
    }


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


ODD = st.sampled_from(
    [None, True, 0, 2, 32, 0.5, 10**400, "", "holds", "fails", "verified", "\ud800", [], {}]
)


@given(st.lists(st.tuples(st.integers(0, 10**6), ODD | NUMBERS), min_size=1, max_size=3))
def test_damage_is_refused_or_says_what_its_numbers_say(tmp_path_factory, changes):
    """Any values in the place of any others: one kind of error, or outcomes that follow."""
    raw = to_json(evidence())
    for number, value in changes:
        places = [(node, key) for node in nodes(raw) for key in keys(node)]
        node, key = places[number % len(places)]
        node[key] = value
    folder = tmp_path_factory.mktemp("damage")
    path = evidence_path(folder, "toy")
    path.parent.mkdir()
    path.write_text(json.dumps(raw), "utf-8")
    try:
        found = read(folder, "toy")
    except DamageError as error:
        assert "not evidence" in str(error)  # noqa: PT017 - most damage is an error, some is none
        str(error).encode()
        return
    for claim in found.claims.values():
        assert claim.verdict == verdict_from(claim, parse_expectation(claim.expect)).word


def keys(node):
    return list(node) if isinstance(node, dict) else range(len(node))


def nodes(raw):
    """Every object and array of a document."""
    found = [raw]
    for node in found:
        found += [node[key] for key in keys(node) if isinstance(node[key], dict | list)]
    return found


@pytest.mark.parametrize(
    ("old", "new", "says", "line"),
    [
        (
            '"verdict": "verified"',
            '"verdict": "refuted"',
            "it states 'refuted', and its numbers",
            80,
        ),
        ('"outcome": "fails"', '"outcome": "holds"', "one → fails_under → raw → ", None),
        ("0.5", "1.5", "it states 'holds', and its numbers 'inconclusive'", None),
        ("0.5", "NaN", "NaN is not a number", None),
        ("0.5", "1e999", "inf is not a finite number", None),
        ("0.5", "9" * 400, "is not a finite number", None),
        ("0.5", "9" * 5000, "thousands of digits", None),
        ('"high": 1.0', '"high": 0.9', "the expectation has 1", None),
        ('"estimator": "median"', '"estimator": "mean"', "the expectation is of median", None),
        ('"median(x) < 1"', '"os.system(x)"', "this is no expectation", 4),
        ('"entry": "toy"', '"entry": "day"', "it is that of 'day'", None),
        ('"one": {', '"one": {}, "one": {', "it has the key 'one' twice", None),
        ('"points": [', '"points": [], "x": [', "there is no x here", None),
        ("32", "32.0", "is not a whole number", None),
        ('"torch"', '"\\ud800"', "is no key", None),
        ("{", "[" * 100_000, "nested too deeply", None),
    ],
)
def test_what_is_wrong_is_said(tmp_path, old, new, says, line):
    """By the keys that lead to it, and the line where one can be named."""
    write(tmp_path, evidence())
    path = evidence_path(tmp_path, "toy")
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")

    with pytest.raises(DamageError, match="not evidence") as caught:
        read(tmp_path, "toy")
    assert says in str(caught.value)
    assert line in {None, caught.value.line}


def test_a_line_is_that_of_the_value(tmp_path):
    """Also deep inside."""
    write(tmp_path, evidence())
    path = evidence_path(tmp_path, "toy")
    text = path.read_text("utf-8")
    path.write_text(text.replace("2.5", "0.1"), "utf-8")  # an end of the control's interval

    with pytest.raises(DamageError) as caught:
        read(tmp_path, "toy")
    lines = text.splitlines()
    assert lines[caught.value.line - 1].strip() == '"interval": ['


@pytest.mark.parametrize("thing", ["folder", "fifo", "link to itself", "device", "not UTF-8"])
def test_whatever_lies_in_its_place_is_said_at_once(tmp_path, thing):
    """And nothing is waited for."""
    path = evidence_path(tmp_path, "toy")
    path.parent.mkdir()
    match thing:
        case "folder":
            path.mkdir()
        case "fifo":
            os.mkfifo(path)
        case "link to itself":
            path.symlink_to(path)
        case "device":
            path.symlink_to("/dev/zero")
        case _:
            path.write_bytes(b"\n\xff")

    with pytest.raises(DamageError, match=r"it is not a file|it cannot be read|it is not UTF-8"):
        read(tmp_path, "toy")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_without_permission_it_is_said(tmp_path):
    """One message."""
    write(tmp_path, evidence())
    evidence_path(tmp_path, "toy").chmod(0)

    with pytest.raises(DamageError, match="it cannot be read: Permission denied"):
        read(tmp_path, "toy")


def test_numbers_that_decide_keep_their_digits(tmp_path):
    """An end of an interval just below its bound is not rounded onto it."""
    one = evidence()
    point = replace(one.claims["one"].own.points[0], interval=(0.1, 0.99999998))
    side = Side("holds", 32, (point,))
    claim = replace(one.claims["one"], own=side)
    write(tmp_path, replace(one, claims={"one": claim}))

    found = read(tmp_path, "toy").claims["one"]
    assert (found.verdict, found.own.points[0].interval) == ("verified", (0.1, 0.99999998))
    assert found.holds_under["longer"].points[0].estimate == 0.333333


@pytest.mark.parametrize("number", [math.inf, math.nan])
def test_what_could_not_be_read_is_not_written(tmp_path, number):
    """JSON has neither infinity nor nan; the file that was there stays."""
    write(tmp_path, evidence())
    before = evidence_path(tmp_path, "toy").read_bytes()
    wrong = replace(evidence(), values={"one.mean(x)": Measured(number, (None, None), 32)})

    with pytest.raises(ValueError, match="is not a finite number"):
        write(tmp_path, wrong)
    assert evidence_path(tmp_path, "toy").read_bytes() == before
    assert list(tmp_path.rglob(".*")) == []


def test_another_environment_is_no_change(tmp_path):
    """It is written with new numbers only, so that a rerun elsewhere is an empty diff."""
    write(tmp_path, evidence())
    before = evidence_path(tmp_path, "toy").read_bytes()
    elsewhere = {"environment": {"machine": "aarch64"}}

    assert not write(tmp_path, replace(evidence(), **elsewhere))
    assert evidence_path(tmp_path, "toy").read_bytes() == before
    assert write(tmp_path, replace(evidence(0.25), **elsewhere))
    assert read(tmp_path, "toy").environment == {"machine": "aarch64"}


def test_evidence_from_before_environments_is_read(tmp_path):
    """And keeps its version."""
    write(tmp_path, replace(evidence(), environment={}))

    assert "environment" not in json.loads(evidence_path(tmp_path, "toy").read_text("utf-8"))
    assert read(tmp_path, "toy").environment == {}


def test_what_a_killed_writer_left_is_removed(tmp_path):
    """By the next one; what another is writing now stays."""
    write(tmp_path, evidence())
    old, new = (tmp_path / "evidence" / f".toy.json.{name}" for name in ("old", "new"))
    for path in (old, new):
        path.write_text("{")
    os.utime(old, (0, 0))

    assert write(tmp_path, evidence(0.25))
    assert (old.exists(), new.exists()) == (False, True)


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    """Nor anything beside it."""
    write(tmp_path, evidence())
    before = evidence_path(tmp_path, "toy").read_bytes()

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path, evidence(0.25))
    assert evidence_path(tmp_path, "toy").read_bytes() == before
    assert [path.name for path in (tmp_path / "evidence").iterdir()] == ["toy.json"]


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
write(Path(sys.argv[2]), evidence(0.0))
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
