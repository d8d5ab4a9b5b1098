"""Evidence as a file that is committed: `evidence/<id>.json`.

It is to claims what a lock file is to dependencies. The file holds no date, time or host name, its
keys are sorted and its numbers rounded, so that an equal rerun is an empty diff.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dlfaq.evidence.record import ClaimEvidence, Evidence, Line, Measured, Point, Side

VERSION = 2


def evidence_path(root: Path, entry_id: str) -> Path:
    """Where an entry's evidence lies."""
    return root / "evidence" / f"{entry_id}.json"


def read(root: Path, entry_id: str) -> Evidence | None:
    """Read an entry's evidence; None if it was never recorded.

    Raises:
        ValueError: If the file is not evidence; the message says how to mend it.
    """
    path = evidence_path(root, entry_id)
    try:
        return from_json(json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        why = f"{type(error).__name__}: {error}"
        msg = f"this is not evidence that `dlfaq verify --record` wrote ({why})"
        raise ValueError(msg) from error


def write(root: Path, evidence: Evidence) -> bool:
    """Write an entry's evidence whole or not at all; return whether it changed.

    An interruption leaves the old file as it was.
    """
    path = evidence_path(root, evidence.entry)
    text = (
        json.dumps(to_json(evidence), indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
        + "\n"
    )
    if path.exists() and path.read_text("utf-8") == text:
        return False
    path.parent.mkdir(exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).chmod(0o644)  # mkstemp makes it private; a file to be committed is not
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return True


def to_json(evidence: Evidence) -> dict[str, Any]:
    """Plain dicts and lists, with numbers rounded to six significant digits."""
    raw = {"version": VERSION, **_rounded(asdict(evidence))}
    return {key: value for key, value in raw.items() if key != "plots" or value}


def from_json(raw: Mapping[str, Any]) -> Evidence:
    """Rebuild what `to_json` made.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: If it is something else.
    """
    if raw.get("version") != VERSION:
        msg = f"its version is {raw.get('version')!r}, not {VERSION}"
        raise ValueError(msg)
    return Evidence(
        entry=raw["entry"],
        torch=raw["torch"],
        claims={key: claim_from_json(value) for key, value in raw["claims"].items()},
        values={key: measured_from_json(value) for key, value in raw["values"].items()},
        plots={key: lines_from_json(lines) for key, lines in raw.get("plots", {}).items()},
    )


def claim_from_json(raw: Mapping[str, Any]) -> ClaimEvidence:
    """Rebuild the part that is one claim's."""
    return ClaimEvidence(
        verdict=raw["verdict"],
        fingerprint=dict(raw["fingerprint"]),
        expect=raw["expect"],
        own=side_from_json(raw["own"]),
        holds_under={name: side_from_json(side) for name, side in raw["holds_under"].items()},
        fails_under={name: side_from_json(side) for name, side in raw["fails_under"].items()},
        seeds=tuple(raw["seeds"]),
    )


def measured_from_json(raw: Mapping[str, Any]) -> Measured:
    """Rebuild a number with its interval."""
    low, high = raw["interval"]
    return Measured(raw["estimate"], (low, high), raw["replicates"])


def lines_from_json(raw: list[Mapping[str, Any]]) -> tuple[Line, ...]:
    """Rebuild the lines of a plot."""
    return tuple(map(_line, raw))


def side_from_json(raw: Mapping[str, Any]) -> Side:
    """Rebuild one side."""
    return Side(raw["outcome"], raw["replicates"], tuple(_point(point) for point in raw["points"]))


def _line(raw: Mapping[str, Any]) -> Line:
    columns = (tuple(map(float, raw[name])) for name in ("x", "median", "low", "high"))
    return Line(str(raw["label"]), *columns, dict(raw.get("at", {})))


def _point(raw: Mapping[str, Any]) -> Point:
    low, high = raw["interval"]
    return Point(**{**raw, "interval": (low, high)})


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list | tuple) else value
