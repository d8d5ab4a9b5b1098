"""What a verdict depends on, as short hashes: for the caches, and to say when evidence is out of date.

Neither torch nor numpy is loaded here; a simulation is read, never imported.
"""

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from dlfaq.errors import Problem
from dlfaq.knowledge.entry import Claim, Control, Entry, Faq
from dlfaq.knowledge.placeholders import Placeholder, find
from dlfaq.knowledge.simulations import source_hash
from dlfaq.verify.evidence import Evidence, evidence_path, read
from dlfaq.verify.plan import Trial

# what turns measurements into rulings: a change here makes every cached ruling out of date
JUDGING = {
    "knowledge": ("conditions", "expectation", "placeholders", "plot_checks"),
    "verify": ("case", "engine", "estimate", "evaluate", "evidence", "judge", "plan", "plot", "verdict"),
}


def fingerprint(root: Path, entry: Entry, claim: Claim) -> dict[str, str]:  # noqa: ARG001 - a claim knows not its entry
    """What the verdict on a claim depends on: `claim` (its definition) and `simulation` (the code that measures)."""
    return {"claim": _hash(_definition(claim)), "simulation": source_hash(root, claim.simulation)}


def trial_key(root: Path, trial: Trial) -> str:
    """The key under which a trial's measurements are kept."""
    parameters = [trial.parameters, trial.start, trial.stop, trial.device]
    return _hash([trial.simulation, source_hash(root, trial.simulation), parameters, torch_version()])


def ruling_key(root: Path, entry: Entry, claim: Claim, device: str) -> str:
    """The key under which a ruling is kept."""
    shown = sorted({placeholder.text for placeholder in placeholders(entry) if placeholder.claim == claim.id})
    drawn = sorted((plot.key, [*plot.lines], plot.log) for plot in entry.plots if plot.claim == claim.id)
    return _hash([fingerprint(root, entry, claim), shown, drawn, device, torch_version(), _judging()])


@cache
def torch_version() -> str:
    """The installed torch, without loading it.

    Raises:
        ModuleNotFoundError: If there is none.
    """
    from importlib.metadata import version

    return version("torch")


def placeholders(entry: Entry) -> list[Placeholder]:
    """Every measured number that the entry's texts show."""
    texts = [entry.short, entry.long, *(source.because for source in entry.sources)]
    return [placeholder for text in texts for placeholder in find(text)]


def stale(faq: Faq) -> list[Problem]:
    """Where recorded evidence is not that of today's claims, simulations and texts.

    An entry that was never recorded is not out of date: `unrecorded` names it.
    """
    problems = [problem for entry in faq.entries for problem in _stale(faq.root, entry)]
    known = {entry.id for entry in faq.entries}
    for path in sorted((faq.root / "evidence").glob("*.json")):
        if path.stem not in known and not path.name.startswith("."):
            what = f"there is no entry '{path.stem}' that this is the evidence of."
            problems.append(Problem(f"evidence/{path.name}", None, what, f"Remove it: rm evidence/{path.name}"))
    return problems


def unrecorded(faq: Faq) -> list[str]:
    """The entries that no evidence was ever recorded of."""
    return [entry.id for entry in faq.entries if not evidence_path(faq.root, entry.id).exists()]


def _stale(root: Path, entry: Entry) -> Iterator[Problem]:
    mend = f"Measure it again: dlfaq verify {entry.id} --record"
    try:
        evidence = read(root, entry.id)
    except ValueError as error:
        yield Problem(f"evidence/{entry.id}.json", None, f"{error}.", mend)
        return
    if evidence is None:
        return
    file = f"faq/{entry.id}.yaml"
    for claim in entry.claims:
        what = _changed(root, entry, claim, evidence)
        if what:
            yield Problem(file, claim.line or None, f"claim '{claim.id}' {what}", mend)
    for claim_id in sorted(set(evidence.claims) - {claim.id for claim in entry.claims}):
        yield Problem(f"evidence/{entry.id}.json", None, f"there is no claim '{claim_id}' any more.", mend)
    for text in sorted({placeholder.text for placeholder in placeholders(entry)} - set(evidence.values)):
        yield Problem(file, None, f"the value of {{{{ {text} }}}} was never recorded.", mend)
    for plot in entry.plots:
        lines = evidence.plots.get(plot.key, ())
        if [*dict.fromkeys(line.label for line in lines)] != [*plot.lines]:
            yield Problem(file, plot.line or None, f"the plot of '{plot.claim}' was never recorded.", mend)


def _changed(root: Path, entry: Entry, claim: Claim, evidence: Evidence) -> str:
    if claim.id not in evidence.claims:
        return "was never recorded."
    now, then = fingerprint(root, entry, claim), evidence.claims[claim.id].fingerprint
    if now["claim"] != then.get("claim"):
        return "has changed since it was recorded."
    if now["simulation"] != then.get("simulation"):
        return f"was recorded with another version of sims/{claim.simulation}.py or of what it imports."
    return ""


def _definition(claim: Claim) -> dict[str, Any]:
    return {
        "simulation": claim.simulation,
        "given": dict(claim.given),
        "arms": {arm: dict(given) for arm, given in claim.arms.items()},
        "sweep": [[name, list(values)] for name, values in claim.sweep.items()],
        "expect": list(claim.expect),
        "controls": [_control(control) for control in claim.controls],
        "replicates": claim.replicates,
        "limit": claim.limit,
    }


def _control(control: Control) -> dict[str, Any]:
    return {
        "given": dict(control.given),
        "arms": {arm: dict(given) for arm, given in control.arms.items()},
        "sweep": [[name, list(values)] for name, values in control.sweep.items()],
    }


@cache
def _judging() -> str:
    package = Path(__file__).parents[1]
    paths = [package / folder / f"{name}.py" for folder, names in JUDGING.items() for name in names]
    return _hash([path.read_text("utf-8") for path in paths])


def _hash(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
