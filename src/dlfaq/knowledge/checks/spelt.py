"""The settings of an entry's experiments.

Each is spelt out once, however many claims and texts name it.
"""

from collections.abc import Mapping
from typing import NamedTuple

from dlfaq.errors import did_you_mean
from dlfaq.knowledge.entry import Claim, Entry
from dlfaq.knowledge.entry_file import EntryFile
from dlfaq.knowledge.experiment import OWN, STANDARD, Condition, Experiment, Parameters
from dlfaq.knowledge.scope import Message, Scope, scope_of
from dlfaq.knowledge.settings import Setting, expand, size
from dlfaq.knowledge.simulations import Signature, mistyped

MOST_POINTS = 1000  # of a sweep's grid: far more than anyone waits for


class Spelt(NamedTuple):
    """A setting and what the names of an expression stand for in it."""

    setting: Setting
    scope: Scope


class Settings:
    """Spells out settings on demand.

    Args:
        file: The entry.
        signatures: Of each experiment's simulation, by the experiment's id; those that cannot be
            read are left out.
        written: Every written entry, by id.
    """

    def __init__(
        self,
        file: EntryFile,
        signatures: Mapping[str, Signature],
        written: Mapping[str, Entry] | None = None,
    ) -> None:
        self.file, self.signatures, self.written = file, signatures, written or {}
        self._known: dict[tuple[str, str, str], Spelt] = {}

    def can_spell(self, experiment: str) -> bool:
        """Whether an experiment was read well enough to be spelt out."""
        return experiment in self.signatures and experiment not in self.file.half_read

    def of_claim(self, claim: Claim, name: str = OWN) -> Spelt | None:
        """A claim's setting under a condition; None if it cannot be told."""
        return self.get(claim.experiment, name, claim.at)

    def get(
        self, experiment_id: str, name: str = OWN, at: Parameters | None = None
    ) -> Spelt | None:
        """An experiment's setting under a condition; None if it cannot be told."""
        if not self.can_spell(experiment_id):
            return None
        experiment, signature = (
            self.file.entry.experiments[experiment_id],
            self.signatures[experiment_id],
        )
        if wrong_condition(experiment, name, signature):
            return None
        key = (experiment_id, name, repr(sorted((at or {}).items())))
        if key not in self._known:
            condition = experiment.condition(name)
            if size(experiment, condition) > MOST_POINTS:
                return None
            setting = expand(experiment, condition, signature, at)
            self._known[key] = Spelt(setting, scope_of(setting, signature))
        return self._known[key]


def wrong_condition(experiment: Experiment, name: str, signature: Signature) -> Message | None:
    """Why an experiment has no condition of a name; None if it has."""
    if name == OWN or name in experiment.conditions:
        return None
    if name not in STANDARD:
        known = {*experiment.conditions, *standard_conditions(signature)}
        return f"names the condition '{name}', which experiment '{experiment.id}' does not have", (
            did_you_mean(name, known)
        )
    if name in standard_conditions(signature):
        return None
    needs = ", ".join(_changed(STANDARD[name]))
    return (
        f"names the condition '{name}', which needs parameters that {signature.name} does not have",
        f"It changes {needs}; define `{name}` under `conditions` of the experiment, "
        "or choose another.",
    )


def standard_conditions(signature: Signature) -> list[str]:
    """The standard conditions that a simulation has the parameters for."""
    return [name for name, condition in STANDARD.items() if _has(signature, condition)]


def _has(signature: Signature, condition: Condition) -> bool:
    known = signature.parameters
    numbers = all(
        name in known and known[name].type in {"int", "float"} for name in condition.times
    )
    return numbers and all(
        name in known and not mistyped(known[name], value)
        for name, value in condition.given.items()
    )


def _changed(condition: Condition) -> list[str]:
    given = [f"{name}={str(value).lower()}" for name, value in condition.given.items()]
    return given + [f"{name} × {factor}" for name, factor in condition.times.items()]
