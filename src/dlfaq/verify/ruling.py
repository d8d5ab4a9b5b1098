"""What a verification is asked for, and what it says of a claim."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from dlfaq.evidence.reader import claim_from_json, lines_from_json, measured_from_json
from dlfaq.evidence.record import ClaimEvidence, Evidence, Line, Measured
from dlfaq.evidence.verdict import Verdict


class Report(Protocol):
    """Is told what happens, while it happens."""

    def __call__(self, event: str, **data: Any) -> None:
        """Hear of an event.

        Args:
            event: `planned` (trials, cached), once a look; `started` (trial), `finished` (trial,
                seconds, workers), `broke` (trial, error), once a trial; `ruled` (ruling), once a
                claim.
            data: What stands in brackets.
        """


def silent(event: str, **data: Any) -> None:
    """Report nothing."""


@dataclass(frozen=True)
class Request:
    """How claims are to be verified.

    Attributes:
        fresh: Measure anew whatever is cached.
        conditions: Measure every condition; otherwise all but the first control are taken over from
            `recorded` where neither the claim nor its simulation changed since.
        recorded: Evidence by entry id.
        device: Where the simulations' tensors live.
        seed: Which replicates: 0 are those that evidence is recorded of.
        judge_anew: Take over no ruling that is cached, only what trials measured: so evidence is
            made of measurements under the very sources that it names.
        side_alpha: Error probability of one setting of a claim; None for that of the whole FAQ.
    """

    fresh: bool = False
    conditions: bool = False
    recorded: Mapping[str, Evidence] = field(default_factory=dict)
    device: str = "cpu"
    seed: int = 0
    judge_anew: bool = False
    side_alpha: float | None = None


@dataclass(frozen=True)
class Ruling:
    """What a verification says of one claim.

    Attributes:
        entry: The entry's id.
        claim: The claim's id.
        evidence: What was measured; None if a trial broke or a measurement could not be judged.
        values: The numbers that the entry's texts take from this claim, with 95 % intervals.
        plots: The lines of the entry's plots of this claim, by the plot's key.
        taken_over: The conditions whose measurements are those recorded.
        seconds: What its trials took, now or when they were measured.
        errors: What broke, with the command that repeats it.
    """

    entry: str
    claim: str
    verdict: Verdict
    evidence: ClaimEvidence | None = None
    values: Mapping[str, Measured] = field(default_factory=dict)
    plots: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    taken_over: tuple[str, ...] = ()
    seconds: float = 0.0
    errors: tuple[str, ...] = ()


def ruling_to_json(ruling: Ruling) -> dict[str, Any]:
    """What a cache keeps of a ruling without errors."""
    return {
        "verdict": ruling.verdict.name,
        "evidence": asdict(ruling.evidence),
        "values": {text: asdict(value) for text, value in ruling.values.items()},
        "plots": {key: [asdict(line) for line in lines] for key, lines in ruling.plots.items()},
        "taken_over": list(ruling.taken_over),
        "seconds": ruling.seconds,
    }


def ruling_from_json(entry: str, claim: str, raw: Mapping[str, Any]) -> Ruling | None:
    """A kept ruling; None if what was kept is damaged."""
    try:
        return Ruling(
            entry=entry,
            claim=claim,
            verdict=Verdict[raw["verdict"]],
            evidence=claim_from_json(raw["evidence"]),
            values={text: measured_from_json(value) for text, value in raw["values"].items()},
            plots={key: lines_from_json(lines) for key, lines in raw["plots"].items()},
            taken_over=tuple(raw["taken_over"]),
            seconds=raw["seconds"],
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
