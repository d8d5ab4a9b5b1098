"""Evidence as a file that is committed: `evidence/<id>.json`.

It is to claims what a lock file is to dependencies. The file holds no date, time or host name, its
keys are sorted and its numbers rounded, so that an equal rerun is an empty diff. The environment in
which it was measured is written with new numbers, and never alone.
"""

import json
import os
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dlfaq.evidence.cursor import UnexpectedError
from dlfaq.evidence.outcome import outcome
from dlfaq.evidence.reader import VERSION, evidence_from_json
from dlfaq.evidence.record import ClaimEvidence, Evidence, Point
from dlfaq.evidence.strict import DamageError, line_of, parse, read_text
from dlfaq.knowledge.expectation import Expectation, parse_expectation

LEFT = 60.0  # seconds after which a temporary file is nobody's any more
DIGITS, EXACT = 6, 17  # significant digits of a number; those that tell all numbers apart


def evidence_path(root: Path, entry_id: str) -> Path:
    """Where an entry's evidence lies."""
    return root / "evidence" / f"{entry_id}.json"


def read(root: Path, entry_id: str) -> Evidence | None:
    """Read an entry's evidence; None if it was never recorded.

    Raises:
        DamageError: If the file is not evidence, or states what its numbers do not say; a
            ValueError, with the line if one can be named.
    """
    try:
        text = read_text(evidence_path(root, entry_id))
        evidence = evidence_from_json(parse(text))
    except FileNotFoundError:
        return None
    except DamageError as error:
        raise DamageError(_not_evidence(error), error.line) from error
    except UnexpectedError as error:
        raise DamageError(_not_evidence(error), line_of(text, error.keys)) from error
    if evidence.entry != entry_id:
        raise DamageError(
            _not_evidence(f"it is that of {evidence.entry[:60]!a}"), line_of(text, ("entry",))
        )
    return evidence


def write(root: Path, evidence: Evidence) -> bool:
    """Write an entry's evidence whole or not at all; return whether it changed.

    An interruption, or a disk that is full, leaves the old file as it was. The same numbers from
    another environment are no change.
    """
    path = evidence_path(root, evidence.entry)
    raw = to_json(evidence)
    evidence_from_json(raw)  # what could not be read again is not written
    text = json.dumps(raw, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
    with suppress(FileNotFoundError, ValueError):
        if _without_environment(parse(read_text(path))) == _without_environment(json.loads(text)):
            return False
    path.parent.mkdir(exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)  # mkstemp makes it private; a file to be committed is not
        Path(temporary).replace(path)
        _tidy(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return True


def _tidy(path: Path) -> None:
    """Remove what a killed process has left beside the file; what another writes now is younger."""
    for left in path.parent.glob(f".{path.name}.*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > LEFT:
                left.unlink()


def to_json(evidence: Evidence) -> dict[str, Any]:
    """Plain dicts and lists, with numbers rounded to six significant digits.

    An outcome that so few digits would not give is written with as many as it takes.
    """
    raw = {"version": VERSION, **_rounded(asdict(evidence))}
    raw["claims"] = {name: _claim(claim) for name, claim in evidence.claims.items()}
    optional = {"plots", "environment"}
    return {key: value for key, value in raw.items() if key not in optional or value}


def _claim(claim: ClaimEvidence) -> dict[str, Any]:
    expectation = parse_expectation(claim.expect)
    raw = _rounded(asdict(claim))
    sides = [(claim.own, raw["own"])]
    for kind in ("holds_under", "fails_under"):
        sides += [(side, raw[kind][name]) for name, side in getattr(claim, kind).items()]
    for side, written in sides:
        written["points"] = [_point(point, expectation) for point in side.points]
    return raw


def _point(point: Point, expectation: Expectation) -> dict[str, Any]:
    raw = asdict(point)
    for digits in range(DIGITS, EXACT):
        written = _rounded(raw, digits)
        said = outcome(tuple(written["interval"]), expectation, written["low"], written["high"])
        if said == point.outcome:
            return written
    return _rounded(raw, EXACT)


def _rounded(value: Any, digits: int = DIGITS) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{digits}g}")
    if isinstance(value, dict):
        return {key: _rounded(item, digits) for key, item in value.items()}
    return [_rounded(item, digits) for item in value] if isinstance(value, list | tuple) else value


def _without_environment(raw: Any) -> Any:
    if not isinstance(raw, dict):
        return None
    return {key: value for key, value in raw.items() if key != "environment"}


def _not_evidence(why: object) -> str:
    return f"this is not evidence that `dlfaq verify --record` wrote ({why})"
