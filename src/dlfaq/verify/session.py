"""A verification from start to end, for the command line and for pytest: a pool, the cache, the evidence."""

from collections.abc import Sequence
from pathlib import Path

from dlfaq.knowledge.entry import Claim, Entry, Faq
from dlfaq.verify.engine import Report, Ruling, silent, verify
from dlfaq.verify.evidence import Evidence, read, write
from dlfaq.verify.fingerprint import placeholders, torch_version
from dlfaq.verify.run import PoolRunner
from dlfaq.verify.store import open_store


def verify_claims(
    faq: Faq,
    claims: Sequence[tuple[Entry, Claim]],
    *,
    jobs: int,
    fresh: bool = False,
    device: str = "cpu",
    time_limit: float = 60.0,
    threads: int = 1,
    report: Report = silent,
) -> list[Ruling]:
    """Verify claims on this machine.

    Args:
        faq: The FAQ.
        claims: Any of its claims, each with its entry.
        jobs: The most worker processes.
        fresh: Measure anew whatever is cached.
        device: `cpu` or `cuda`.
        time_limit: Seconds that one trial may take.
        threads: Threads that one worker process may compute with.
        report: Told of every event; see `engine.Report`.

    Returns:
        One ruling a claim, in the order of the claims.

    Raises:
        ModuleNotFoundError: If a package is missing that measuring needs.
        KeyboardInterrupt: When interrupted; what finished is kept.
    """
    with open_store(faq.root) as store, PoolRunner(faq.root, jobs, time_limit, threads) as runner:
        return verify(faq, claims, runner, store, fresh=fresh, device=device, report=report)


def record_evidence(faq: Faq, rulings: Sequence[Ruling]) -> list[str]:
    """Write the evidence of the entries that were ruled on.

    What was not verified now stays as it was recorded, and so does a claim of which something broke.

    Returns:
        The ids of the entries whose evidence changed.
    """
    ruled = {ruling.entry for ruling in rulings}
    entries = [entry for entry in faq.entries if entry.id in ruled]
    return [entry.id for entry in entries if write(faq.root, make_evidence(faq.root, entry, rulings))]


def make_evidence(root: Path, entry: Entry, rulings: Sequence[Ruling]) -> Evidence:
    """An entry's evidence: what was ruled now, and what is recorded of its other claims."""
    now = {ruling.claim: ruling for ruling in rulings if ruling.entry == entry.id and ruling.evidence is not None}
    before = _recorded(root, entry.id) or Evidence(entry.id, "")
    kept = {claim.id for claim in entry.claims} & set(before.claims) - set(now)
    claims = {claim: before.claims[claim] for claim in kept} | {claim: ruling.evidence for claim, ruling in now.items()}
    values = {}
    for shown in placeholders(entry):
        source = now[shown.claim].values if shown.claim in now else before.values
        if shown.text in source:
            values[shown.text] = source[shown.text]
    plots = {}
    for plot in entry.plots:
        source = now[plot.claim].plots if plot.claim in now else before.plots
        if plot.key in source:
            plots[plot.key] = source[plot.key]
    versions = {*(before.torch.split(", ") if kept else []), *([torch_version().partition("+")[0]] if now else [])}
    return Evidence(entry.id, ", ".join(sorted(versions)), claims, values, plots)


def compare(root: Path, ruling: Ruling) -> str:
    """Hold a ruling to what is recorded: `as recorded`, `differs` or `never recorded`."""
    return compare_all(root, [ruling])[0]


def compare_all(root: Path, rulings: Sequence[Ruling]) -> list[str]:
    """Hold each ruling to what is recorded; an entry's evidence is read once, however many claims it has."""
    recorded: dict[str, Evidence | ValueError | None] = {}
    for entry_id in {ruling.entry for ruling in rulings}:
        try:
            recorded[entry_id] = read(root, entry_id)
        except ValueError as error:
            recorded[entry_id] = error
    return [_compared(ruling, recorded[ruling.entry]) for ruling in rulings]


def _compared(ruling: Ruling, evidence: Evidence | ValueError | None) -> str:
    if isinstance(evidence, ValueError):
        return "differs"  # from whatever stood there before it was damaged
    recorded = evidence.claims.get(ruling.claim) if evidence else None
    if recorded is None:
        return "never recorded"
    return "as recorded" if recorded.verdict == ruling.verdict.word else "differs"


def _recorded(root: Path, entry_id: str) -> Evidence | None:
    try:
        return read(root, entry_id)
    except ValueError:
        return None
