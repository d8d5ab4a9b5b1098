"""The keys under which what was measured and ruled is kept."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from dlfaq.evidence.record import ClaimEvidence
from dlfaq.evidence.stale import hashed
from dlfaq.knowledge.entry import Claim, Entry
from dlfaq.knowledge.placeholders import placeholders_of
from dlfaq.verify.plan import Trial
from dlfaq.verify.repeatable import environment

_JUDGING = ("knowledge", "evidence", "verify")  # what turns measurements into rulings


def trial_key(trial: Trial, source: str) -> str:
    """The key under which a trial's measurements are kept.

    Args:
        trial: What is run.
        source: The hash of the code that runs.
    """
    parameters = [trial.parameters, trial.start, trial.stop, trial.device, trial.seed]
    return hashed(
        [trial.simulation, source, parameters, torch_version(), sorted(environment().items())]
    )


def ruling_key(
    print_: Mapping[str, str],
    entry: Entry,
    claim: Claim,
    recorded: ClaimEvidence | None,
    asked: list[str],
) -> str:
    """The key under which a ruling is kept.

    Args:
        print_: The claim's fingerprint.
        entry: The claim's entry.
        claim: The claim.
        recorded: The evidence that conditions are taken over from; None if all are measured.
        asked: How it was verified: device, seed, level.
    """
    shown = sorted({one.text for one in placeholders_of(entry) if one.claim == claim.id})
    drawn = sorted(
        (plot.key, [*plot.lines], plot.log) for plot in entry.plots if plot.claim == claim.id
    )
    taken_over = repr((recorded.holds_under, recorded.fails_under)) if recorded else ""
    return hashed([print_, shown, drawn, taken_over, asked, torch_version(), _judging()])


@cache
def torch_version() -> str:
    """The installed torch, without loading it.

    Raises:
        ModuleNotFoundError: If there is none.
    """
    from importlib.metadata import version

    return version("torch")


@cache
def _judging() -> str:
    """A change of any file that judges makes every cached ruling out of date."""
    package = Path(__file__).parents[1]
    paths = sorted(path for folder in _JUDGING for path in (package / folder).rglob("*.py"))
    return hashed(
        [
            [str(path.relative_to(package)), path.stat().st_mtime_ns, path.stat().st_size]
            for path in paths
        ]
    )
