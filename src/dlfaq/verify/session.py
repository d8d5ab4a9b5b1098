"""Verify on this machine, for the command line and pytest: a pool, the cache, the evidence."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Literal

from dlfaq.errors import Problem, Problems
from dlfaq.evidence.file import read, write
from dlfaq.evidence.record import ClaimEvidence, Evidence
from dlfaq.evidence.strict import DamageError
from dlfaq.knowledge.entry import Entry, Faq
from dlfaq.knowledge.placeholders import placeholders_of
from dlfaq.verify.keys import torch_version
from dlfaq.verify.repeatable import measured_in
from dlfaq.verify.ruling import Report, Request, Ruling, silent
from dlfaq.verify.run import PoolRunner, Runner
from dlfaq.verify.store import open_store
from dlfaq.verify.verify import Claims, verify

Recorded = Literal["as recorded", "differs", "never recorded"]
CONFIRMING = (1, 2)  # the seeds of the replicates on which a recorded verdict is confirmed

MakeRunner = Callable[[Path], AbstractContextManager[Runner]]


def local(jobs: int, time_limit: float = 60.0, threads: int = 1) -> MakeRunner:
    """A runner of this machine: `jobs` processes, each with so many threads and seconds a trial."""
    return lambda root: PoolRunner(root, jobs, time_limit, threads)


def cluster(address: str, jobs: int, time_limit: float = 60.0) -> MakeRunner:
    """A runner of a Dask cluster at an address; `local` starts `jobs` processes on this machine."""
    from dlfaq.verify.cluster import ClusterRunner

    return lambda root: ClusterRunner(root, address, jobs, time_limit)


def verify_claims(
    faq: Faq,
    claims: Claims,
    runner: MakeRunner,
    request: Request | None = None,
    report: Report = silent,
) -> list[Ruling]:
    """Verify claims, with what is cached and recorded of them at hand.

    Args:
        faq: The FAQ.
        claims: Any of its claims, each with its entry.
        runner: Makes what runs the trials: `local(jobs)`, or a cluster's.
        request: How to verify them; the recorded evidence is read here.
        report: Told of every event.

    Returns:
        One ruling a claim, in the order of the claims.

    Raises:
        ModuleNotFoundError: If a package is missing that measuring needs.
        KeyboardInterrupt: When interrupted; what finished is kept.
    """
    asked = replace(
        request or Request(), recorded=read_all(faq.root, {entry.id for entry, _ in claims})
    )
    with open_store(faq.root) as store, runner(faq.root) as running:
        return verify(faq, claims, running, store, asked, report)


def confirm(
    faq: Faq,
    claims: Claims,
    rulings: Sequence[Ruling],
    runner: MakeRunner,
    request: Request,
    report: Report = silent,
) -> list[Ruling]:
    """The rulings, with the other seeds that agree with them.

    An author cannot fit a claim to these seeds.
    """
    agreeing: list[list[int]] = [[] for _ in rulings]
    for seed in CONFIRMING:
        others = verify_claims(
            faq, claims, runner, replace(request, seed=seed, conditions=True), report
        )
        for seeds, ruling, other in zip(agreeing, rulings, others, strict=True):
            if other.evidence is not None and other.verdict is ruling.verdict:
                seeds.append(seed)
    return [
        ruling
        if ruling.evidence is None
        else replace(ruling, evidence=replace(ruling.evidence, seeds=tuple(seeds)))
        for ruling, seeds in zip(rulings, agreeing, strict=True)
    ]


def read_all(root: Path, entries: set[str]) -> dict[str, Evidence]:
    """The recorded evidence of some entries; what is missing or damaged is left out."""
    found = {entry_id: _recorded(root, entry_id) for entry_id in entries}
    return {entry_id: evidence for entry_id, evidence in found.items() if evidence is not None}


def record_evidence(faq: Faq, rulings: Sequence[Ruling]) -> list[str]:
    """Write the evidence of the entries that were ruled on.

    What was not verified now stays as it was recorded, and so does a claim of which something
    broke.

    Returns:
        The ids of the entries whose evidence changed.

    Raises:
        Problems: After all others are written, for evidence that cannot be written, and for
            evidence that cannot be read and of which not every claim was verified now.
    """
    changed, problems = [], []
    for entry in faq.entries:
        ruled = {ruling.claim for ruling in rulings if ruling.entry == entry.id}
        if not ruled or entry.draft:
            continue
        lost = _lost(faq.root, entry, ruled)
        if lost:
            problems.append(lost)
            continue
        try:
            if write(faq.root, make_evidence(faq.root, entry, rulings)):
                changed.append(entry.id)
        except OSError as error:
            what = f"it cannot be written: {error.strerror}."
            mend = "What was measured is in the cache: the same command will go on from there."
            problems.append(Problem(f"evidence/{entry.id}.json", None, what, mend))
    if problems:
        raise Problems(problems)
    return changed


def _lost(root: Path, entry: Entry, ruled: set[str]) -> Problem | None:
    """Evidence that cannot be read may hold other claims, which writing anew would lose."""
    if ruled >= {claim.id for claim in entry.claims}:
        return None
    try:
        read(root, entry.id)
    except DamageError as error:
        file = f"evidence/{entry.id}.json"
        mend = f"Record all claims of the entry: dlfaq verify {entry.id} --record"
        return Problem(
            file, error.line, f"{error}; what it holds of other claims would be lost.", mend
        )
    return None


def make_evidence(root: Path, entry: Entry, rulings: Sequence[Ruling]) -> Evidence:
    """An entry's evidence: what was ruled now, and what is recorded of its other claims."""
    now = {
        ruling.claim: ruling
        for ruling in rulings
        if ruling.entry == entry.id and ruling.evidence is not None
    }
    before = _recorded(root, entry.id) or Evidence(entry.id, "")
    kept = {claim.id for claim in entry.claims} & set(before.claims) - set(now)
    claims = {claim: before.claims[claim] for claim in kept} | {
        claim: ruling.evidence for claim, ruling in now.items()
    }
    values = {}
    for shown in placeholders_of(entry):
        fresh = now[shown.claim].values if shown.claim in now else {}
        value = fresh.get(shown.text, before.values.get(shown.text))
        if value is not None:
            values[shown.text] = value
    plots = {}
    for plot in entry.plots:
        source: Mapping = now[plot.claim].plots if plot.claim in now else before.plots
        if plot.key in source:
            plots[plot.key] = source[plot.key]
    versions = {
        *(before.torch.split(", ") if kept else []),
        *([torch_version().partition("+")[0]] if now else []),
    }
    environment = _environments(before.environment if kept else {}, measured_in() if now else {})
    return Evidence(entry.id, ", ".join(sorted(versions)), claims, values, plots, environment)


def compare_all(root: Path, rulings: Sequence[Ruling]) -> list[Recorded]:
    """Hold each ruling to what is recorded; an entry's evidence is read once."""
    recorded: dict[str, Evidence | ValueError | None] = {}
    for entry_id in {ruling.entry for ruling in rulings}:
        try:
            recorded[entry_id] = read(root, entry_id)
        except ValueError as error:
            recorded[entry_id] = error
    return [_compared(ruling, recorded[ruling.entry]) for ruling in rulings]


def _compared(ruling: Ruling, evidence: Evidence | ValueError | None) -> Recorded:
    if isinstance(evidence, ValueError):
        return "differs"  # from whatever stood there before it was damaged
    recorded: ClaimEvidence | None = evidence.claims.get(ruling.claim) if evidence else None
    if recorded is None:
        return "never recorded"
    return "as recorded" if recorded.verdict == ruling.verdict.word else "differs"


def _environments(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """The environment of an entry's claims; where they were measured in several, each is named."""
    both = {}
    for name in sorted({*before, *now}):
        values = {*before.get(name, "").split(", "), now.get(name, "")} - {""}
        both[name] = ", ".join(sorted(values))
    return both


def _recorded(root: Path, entry_id: str) -> Evidence | None:
    try:
        return read(root, entry_id)
    except ValueError:
        return None
