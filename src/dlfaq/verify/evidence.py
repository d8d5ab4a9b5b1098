"""What a verification measured, as a file that is committed: `evidence/<id>.json`.

It is to claims what a lock file is to dependencies. The file holds no date, time or host name, its keys are sorted and
its numbers rounded, so that an equal rerun is an empty diff. Nothing here needs torch or numpy.
"""

import json
import math
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from dlfaq.knowledge.entry import Scalar

Bound = float | None  # None is unbounded: JSON has no infinity

_ORDER = ("fails", "inconclusive", "holds")


@dataclass(frozen=True)
class Measured:
    """An estimate over replicates with its confidence interval."""

    estimate: float
    interval: tuple[Bound, Bound]
    replicates: int


@dataclass(frozen=True)
class Point:
    """One expectation at one point of the sweep.

    Attributes:
        at: The swept parameters here; empty without a sweep, and for what is measured along the whole sweep.
        outcome: `holds`, `fails` or `inconclusive`.
        low: Lower end of the prediction here, None if there is none.
        high: Upper end of the prediction here, None if there is none.
    """

    at: Mapping[str, Scalar]
    outcome: str
    estimate: float
    interval: tuple[Bound, Bound]
    low: Bound
    high: Bound
    replicates: int


@dataclass(frozen=True)
class Judged:
    """One expectation, at every point of the sweep."""

    expect: str
    outcome: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Side:
    """A claim's expectations under one condition: the claim's own (`why` is empty) or a control's."""

    outcome: str
    replicates: int
    expectations: tuple[Judged, ...]
    why: str = ""

    def decisive(self) -> tuple[Judged, Point]:
        """The expectation and the point that say most: the one that fails, else the one nearest to a bound.

        What a table with one line a claim shows. LookupError if nothing was measured.
        """
        pairs = [(judged, point) for judged in self.expectations for point in judged.points]
        if not pairs:
            msg = "nothing was measured"
            raise LookupError(msg)
        return min(pairs, key=lambda pair: (_ORDER.index(pair[1].outcome), _room(pair[1])))


@dataclass(frozen=True)
class ClaimEvidence:
    """What was measured of a claim.

    Attributes:
        verdict: A `Verdict`'s word.
        fingerprint: `claim` (its definition), `simulation` (its source and what it imports of this project).
        claim: The claim's own side.
        controls: In the entry's order.
    """

    verdict: str
    fingerprint: Mapping[str, str]
    claim: Side
    controls: tuple[Side, ...]


@dataclass(frozen=True)
class Line:
    """One line of a plot: at each `x` the median over the replicates, and the middle 80 % of them (`low`, `high`).

    `at` says for which setting of what a reader may turn; it is empty where there is nothing to turn.
    """

    label: str
    x: tuple[float, ...]
    median: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    at: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True)
class Evidence:
    """One entry's evidence.

    Attributes:
        torch: The torch version that measured it.
        claims: By claim id.
        values: Every placeholder of the entry's texts, by its text, e.g. `ln-k[classes=10].mean(loss)`.
        plots: The lines of every plot, by its key.
    """

    entry: str
    torch: str
    claims: Mapping[str, ClaimEvidence] = field(default_factory=dict)
    values: Mapping[str, Measured] = field(default_factory=dict)
    plots: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)


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
        raw = json.loads(path.read_text("utf-8"))
        return from_json(raw)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        msg = f"this is not evidence that `dlfaq verify --record` wrote ({type(error).__name__}: {error})"
        raise ValueError(msg) from error


def write(root: Path, evidence: Evidence) -> bool:
    """Write an entry's evidence whole or not at all; return whether it changed.

    An interruption leaves the old file as it was.
    """
    path = evidence_path(root, evidence.entry)
    text = json.dumps(to_json(evidence), indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
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
    """Plain dicts and lists, with numbers rounded to six significant digits; without plots, nothing stands for them."""
    raw = _rounded(asdict(evidence))
    return raw if evidence.plots else {key: value for key, value in raw.items() if key != "plots"}


def from_json(raw: Mapping[str, Any]) -> Evidence:
    """Rebuild what `to_json` made."""
    return Evidence(
        entry=raw["entry"],
        torch=raw["torch"],
        claims={key: claim_from_json(value) for key, value in raw["claims"].items()},
        values={
            key: Measured(value["estimate"], tuple(value["interval"]), value["replicates"])
            for key, value in raw["values"].items()
        },
        plots={key: lines_from_json(lines) for key, lines in raw.get("plots", {}).items()},
    )


def claim_from_json(raw: Mapping[str, Any]) -> ClaimEvidence:
    """Rebuild the part that is one claim's."""
    return ClaimEvidence(
        raw["verdict"], dict(raw["fingerprint"]), _side(raw["claim"]), tuple(_side(side) for side in raw["controls"])
    )


def lines_from_json(raw: Sequence[Mapping[str, Any]]) -> tuple[Line, ...]:
    """Rebuild the lines of a plot."""
    return tuple(map(_line, raw))


def _line(raw: Mapping[str, Any]) -> Line:
    columns = (tuple(map(float, raw[name])) for name in ("x", "median", "low", "high"))
    return Line(str(raw["label"]), *columns, dict(raw.get("at", {})))


def _room(point: Point) -> float:
    """Distance to the nearer bound in half-widths of the interval; negative beyond it, infinite without bounds."""
    ends = [end for end in point.interval if end is not None]
    width = (max(ends) - min(ends)) / 2 if ends else 0.0
    distances = [point.high - point.estimate] if point.high is not None else []
    distances += [point.estimate - point.low] if point.low is not None else []
    scale = width or 1e-9 * max(1.0, abs(point.estimate))
    return min(distances, default=math.inf) / scale  # of an identity that holds there is nothing to tell


def _side(raw: Mapping[str, Any]) -> Side:
    judged = tuple(
        Judged(item["expect"], item["outcome"], tuple(_point(point) for point in item["points"]))
        for item in raw["expectations"]
    )
    return Side(raw["outcome"], raw["replicates"], judged, raw["why"])


def _point(raw: Mapping[str, Any]) -> Point:
    return Point(**{**raw, "interval": tuple(raw["interval"])})


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list | tuple) else value
