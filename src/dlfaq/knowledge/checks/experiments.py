"""An experiment against its simulation: parameters, arms, sweeps and conditions."""

import keyword
from collections.abc import Iterator
from pathlib import Path

from dlfaq.errors import Problem, Problems, did_you_mean
from dlfaq.knowledge.checks.spelt import MOST_POINTS
from dlfaq.knowledge.entry_file import EntryFile, Place
from dlfaq.knowledge.experiment import OWN, Condition, Experiment, Scalar
from dlfaq.knowledge.settings import expand, size
from dlfaq.knowledge.simulations import Signature, mistyped, read_simulation, simulation_names


def read_signatures(file: EntryFile, root: Path, problems: list[Problem]) -> dict[str, Signature]:
    """The signature of each experiment's simulation, by the experiment's id.

    A simulation without one is a problem.
    """
    names = simulation_names(root)
    signatures = {}
    for experiment in file.entry.experiments.values():
        name = experiment.simulation
        if name and name not in names:
            what = (
                f"experiment '{experiment.id}' names the simulation '{name}', "
                "but there is no such file in sims/."
            )
            place = ("experiments", experiment.id, "simulation")
            problems.append(file.problem(place, what, did_you_mean(name, names)))
        elif name:
            try:
                signatures[experiment.id] = read_simulation(root, name)
            except Problems as found:
                problems += found.problems
    return signatures


def check_experiment(
    file: EntryFile, experiment: Experiment, signature: Signature
) -> list[Problem]:
    """Everything that is wrong with an experiment beyond its form."""
    return _Checker(file, experiment, signature).check()


class _Checker:
    """Gathers the problems of one experiment."""

    def __init__(self, file: EntryFile, experiment: Experiment, signature: Signature) -> None:
        self.file, self.experiment, self.signature = file, experiment, signature
        self.what = f"experiment '{experiment.id}'"
        self.problems: list[Problem] = []

    def check(self) -> list[Problem]:
        self._values((), self.experiment, self.what)
        self._arms()
        for condition in self.experiment.conditions.values():
            self._condition(condition)
        conditions = (Condition(), *self.experiment.conditions.values())
        for condition in conditions:
            if (points := size(self.experiment, condition)) > MOST_POINTS:
                path = self._path(condition)
                what = (
                    f"the sweep of {self._name(condition)} has {points} points; "
                    f"it may have {MOST_POINTS}."
                )
                self._problem(path or ("sweep",), what)
                return self.problems
        if not self.problems and self.experiment.id not in self.file.half_read:
            for condition in conditions[1:]:
                self._differs(condition)
        return self.problems

    def _condition(self, condition: Condition) -> None:
        path, what = self._path(condition), self._name(condition)
        self._values(path, condition, what)
        for arm in condition.arms:
            if arm not in self.experiment.arms:
                says = f"{what} changes the arm '{arm}', which the experiment does not have."
                self._problem((*path, "arms", arm), says, did_you_mean(arm, self.experiment.arms))
        known = self.signature.parameters
        for name in condition.times:
            if name not in known:
                says = (
                    f"{what} multiplies the parameter '{name}', "
                    f"which {self.signature.name} does not take."
                )
                self._problem((*path, "times", name), says, did_you_mean(name, known))
            elif known[name].type not in {"int", "float"}:
                says = f"{what} multiplies '{name}', which is no number."
                self._problem((*path, "times", name), says)

    def _differs(self, condition: Condition) -> None:
        own = expand(self.experiment, Condition(), self.signature)
        other = expand(self.experiment, condition, self.signature)
        if [own.rows(arm) for arm in own.arms] == [other.rows(arm) for arm in other.arms]:
            what = f"{self._name(condition)} changes nothing: the experiment has all of it already."
            self._problem(self._path(condition), what)

    def _values(self, path: Place, side: Experiment | Condition, what: str) -> None:
        known = self.signature.parameters
        for place, name, values in _settings(side):
            if name not in known:
                says = (
                    f"{what} sets the parameter '{name}', which {self.signature.name} does not "
                    "take."
                )
                self._problem((*path, *place), says, did_you_mean(name, known))
                continue
            for number, value in enumerate(values):
                if wrong := mistyped(known[name], value):
                    where = (*place, number) if place[0] == "sweep" else place
                    self._problem((*path, *where), f"the parameter '{name}' of {what} {wrong}")
            winner = "given" if isinstance(side, Condition) else "sweep"
            if place[0] != winner and name in getattr(side, winner):
                says = (
                    f"{what} sets '{name}' here to no effect: its '{winner}' sets it for all arms."
                )
                self._problem((*path, *place), says)

    def _arms(self) -> None:
        taken = {*self.signature.parameters, *self.signature.metrics}
        taken |= {metric.axis for metric in self.signature.metrics.values()}
        for arm in self.experiment.arms:
            if not arm.isascii() or not arm.isidentifier() or keyword.iskeyword(arm):
                says = (
                    f"the arm '{arm}' of {self.what} is not a word of letters, "
                    "digits and underscores."
                )
            elif arm in taken:
                owner = self.signature.name
                says = (
                    f"the arm '{arm}' of {self.what} has the name of a parameter, "
                    f"metric or axis of {owner}."
                )
            else:
                continue
            self._problem(("arms", arm), says)

    def _name(self, condition: Condition) -> str:
        return (
            f"condition '{condition.name}' of {self.what}" if condition.name != OWN else self.what
        )

    def _path(self, condition: Condition) -> Place:
        return ("conditions", condition.name) if condition.name != OWN else ()

    def _problem(self, path: Place, what: str, hint: str = "") -> None:
        self.problems.append(
            self.file.problem(("experiments", self.experiment.id, *path), what, hint)
        )


def _settings(side: Experiment | Condition) -> Iterator[tuple[Place, str, tuple[Scalar, ...]]]:
    for name, value in side.given.items():
        yield ("given", name), name, (value,)
    for arm, parameters in side.arms.items():
        for name, value in parameters.items():
            yield ("arms", arm, name), name, (value,)
    for name, values in side.sweep.items():
        yield ("sweep", name), name, values
