"""What a verdict depends on, as short hashes, and where recorded evidence is out of date.

A simulation is read here, never imported.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dlfaq.errors import Problem
from dlfaq.evidence.file import evidence_path, read
from dlfaq.evidence.record import Evidence
from dlfaq.evidence.strict import DamageError
from dlfaq.evidence.typed import typed_numbers
from dlfaq.knowledge.entry import Claim, Entry, Faq
from dlfaq.knowledge.experiment import Condition, Experiment
from dlfaq.knowledge.placeholders import placeholders_of
from dlfaq.knowledge.ranges import UNKNOWN, read_range
from dlfaq.knowledge.simulations import read_simulation, source_hash


def fingerprint(root: Path, entry: Entry, claim: Claim) -> dict[str, str]:
    """What the verdict on a claim depends on.

    Returns:
        `claim`: its definition with that of its experiment and conditions; `simulation`: the code
        that measures, and the ranges that it states of its metrics, which intervals depend on.
    """
    experiment = entry.experiment_of(claim)
    definition = hashed(_definition(claim, experiment))
    code = source_hash(root, experiment.simulation)
    metrics = read_simulation(root, experiment.simulation).metrics
    ranges = {name: read_range(metric.doc) for name, metric in metrics.items()}
    known = {name: ends for name, ends in ranges.items() if ends != UNKNOWN}
    return {"claim": definition, "simulation": hashed([code, known]) if known else code}


def stale(faq: Faq) -> list[Problem]:
    """Where recorded evidence is not that of today's claims, simulations and texts.

    An entry that was never recorded is not out of date: `unrecorded` names it.
    """
    problems = [problem for entry in faq.entries for problem in _stale(faq.root, entry)]
    known = {entry.id for entry in faq.entries} | set(faq.missing)
    for path in sorted((faq.root / "evidence").glob("*.json")):
        if path.stem not in known and not path.name.startswith("."):
            what = f"there is no entry '{path.stem}' that this is the evidence of."
            problems.append(
                Problem(f"evidence/{path.name}", None, what, f"Remove it: rm evidence/{path.name}")
            )
    return problems


def unrecorded(faq: Faq) -> list[str]:
    """The entries that no evidence was ever recorded of; a draft has none."""
    return [
        entry.id
        for entry in faq.entries
        if not entry.draft and not evidence_path(faq.root, entry.id).exists()
    ]


def is_as_recorded(root: Path, entry: Entry, claim: Claim, evidence: Evidence) -> bool:
    """Whether evidence was recorded of this very claim, its conditions and its code."""
    return not _changed(root, entry, claim, evidence)


def hashed(value: Any) -> str:
    """Sixteen hexadecimal digits of a value that JSON can write."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _stale(root: Path, entry: Entry) -> Iterator[Problem]:
    mend = f"Measure it again: dlfaq verify {entry.id} --record"
    try:
        evidence = read(root, entry.id)
    except DamageError as error:
        yield Problem(f"evidence/{entry.id}.json", error.line, f"{error}.", mend)
        return
    if evidence is None:
        return
    file = f"faq/{entry.id}.yaml"
    for claim in entry.claims:
        what = _changed(root, entry, claim, evidence)
        if what:
            yield Problem(file, claim.line or None, f"claim '{claim.id}' {what}", mend)
    for claim_id in sorted(set(evidence.claims) - {claim.id for claim in entry.claims}):
        yield Problem(
            f"evidence/{entry.id}.json", None, f"there is no claim '{claim_id}' any more.", mend
        )
    for text in sorted({one.text for one in placeholders_of(entry)} - set(evidence.values)):
        yield Problem(file, None, f"the value of {{{{ {text} }}}} was never recorded.", mend)
    yield from typed_numbers(entry, evidence)
    for plot in entry.plots:
        lines = evidence.plots.get(plot.key, ())
        if [*dict.fromkeys(line.label for line in lines)] != [*plot.lines]:
            yield Problem(
                file, plot.line or None, f"the plot of '{plot.claim}' was never recorded.", mend
            )


def _changed(root: Path, entry: Entry, claim: Claim, evidence: Evidence) -> str:
    if claim.id not in evidence.claims:
        return "was never recorded."
    recorded = evidence.claims[claim.id]
    now, then = fingerprint(root, entry, claim), recorded.fingerprint
    if now["claim"] != then.get("claim") or claim.expect != recorded.expect:
        return "has changed since it was recorded."
    for kind in ("holds_under", "fails_under"):
        if set(getattr(claim, kind)) != getattr(recorded, kind).keys():
            return f"was recorded with other conditions under {kind}."
    if now["simulation"] != then.get("simulation"):
        name = entry.experiment_of(claim).simulation
        return (
            f"was recorded with another version of the simulation '{name}' or of what it imports."
        )
    return ""


def _definition(claim: Claim, experiment: Experiment) -> dict[str, Any]:
    # what is exact, or PyTorch's, must hold in every replicate
    judged = {} if claim.kind == "measured" else {"every": True}
    return judged | {
        "simulation": experiment.simulation,
        "experiment": _changes(experiment),
        "replicates": experiment.replicates,
        "limit": experiment.limit,
        "at": dict(claim.at),
        "expect": claim.expect,
        "holds_under": [
            [name, _condition(experiment.condition(name))] for name in sorted(claim.holds_under)
        ],
        "fails_under": [
            [name, _condition(experiment.condition(name))] for name in sorted(claim.fails_under)
        ],
    }


def _condition(condition: Condition) -> dict[str, Any]:
    return {**_changes(condition), "times": dict(condition.times)}


def _changes(side: Experiment | Condition) -> dict[str, Any]:
    return {
        "given": dict(side.given),
        "arms": {arm: dict(given) for arm, given in side.arms.items()},
        "sweep": [[name, list(values)] for name, values in side.sweep.items()],
    }
