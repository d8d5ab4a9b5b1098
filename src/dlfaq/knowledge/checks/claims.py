"""A claim against its experiment.

Its expectation is checked in the claim's own setting and under each condition it names.
"""

from collections.abc import Iterator

from dlfaq.errors import Problem, did_you_mean
from dlfaq.knowledge.checks.spelt import Settings, Spelt, wrong_condition
from dlfaq.knowledge.entry import Claim
from dlfaq.knowledge.entry_file import EntryFile, Place
from dlfaq.knowledge.expectation import Expectation, ExpectationError, parse_expectation
from dlfaq.knowledge.experiment import OWN
from dlfaq.knowledge.scope import Message, check_bound, check_quantity

LONGEST = 80  # of an expectation in a message


def check_claim(file: EntryFile, place: int, settings: Settings) -> Iterator[Problem]:
    """Everything that is wrong with a claim beyond its form.

    Args:
        file: The entry.
        place: Which of its claims, from 0.
        settings: Of the entry's experiments.
    """
    yield from _Checker(file, place, settings).check()


class _Checker:
    """Gathers the problems of one claim."""

    def __init__(self, file: EntryFile, place: int, settings: Settings) -> None:
        self.file, self.place, self.settings = file, place, settings
        self.claim: Claim = file.entry.claims[place]
        self.what = f"claim '{self.claim.id}'"
        self.problems: list[Problem] = []

    def check(self) -> list[Problem]:
        expectation = self._expectation()
        experiments = self.file.entry.experiments
        if self.claim.experiment and self.claim.experiment not in experiments:
            if not _are_listed(self.file):
                return self.problems
            what = (
                f"{self.what} names the experiment '{self.claim.experiment}', "
                "which the entry does not have."
            )
            self._problem(("experiment",), what, did_you_mean(self.claim.experiment, experiments))
        elif self.settings.can_spell(self.claim.experiment):
            self._conditions()
            self._at()
            own = self.settings.of_claim(self.claim)
            if expectation is not None and own is not None and not self.problems:
                self._settings(expectation, own)
        return self.problems

    def _expectation(self) -> Expectation | None:
        text = self.claim.expect
        if not text:
            return None
        try:
            return parse_expectation(text)
        except ExpectationError as error:
            shown = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
            what = f"{self.what} expects `{shown}`: column {error.column}: {error.message}"
            self._problem(("expect",), what)
            return None

    def _conditions(self) -> None:
        experiment = self.file.entry.experiments[self.claim.experiment]
        signature = self.settings.signatures[experiment.id]
        for name in self.claim.conditions:
            if wrong := wrong_condition(experiment, name, signature):
                self._problem(self._path(name), f"{self.what} {wrong[0]}.", wrong[1])
            elif self.claim.conditions.count(name) > 1:
                what = f"{self.what} says both that it holds and that it fails under '{name}'."
                self._problem(self._path(name), what)
            elif self._changes_nothing(name):
                what = f"{self.what} names the condition '{name}', which changes nothing here."
                self._problem(self._path(name), what, "Its own setting has all of it already.")

    def _changes_nothing(self, name: str) -> bool:
        own, other = self.settings.of_claim(self.claim), self.settings.of_claim(self.claim, name)
        if own is None or other is None:
            return False
        rows = [[one.setting.rows(arm) for arm in one.setting.arms] for one in (own, other)]
        return rows[0] == rows[1]

    def _at(self) -> None:
        sweep = self.file.entry.experiments[self.claim.experiment].sweep
        for name, value in self.claim.at.items():
            if name not in sweep:
                what = f"{self.what} is about {name}={value}, but '{name}' is not swept."
                self._problem(("at", name), what, did_you_mean(name, sweep))
            elif value not in sweep[name]:
                values = ", ".join(map(str, sweep[name]))
                what = f"{self.what} is about {name}={value}, which the sweep does not take."
                self._problem(("at", name), what, f"It takes {values}.")

    def _settings(self, expectation: Expectation, own: Spelt) -> None:
        """The expectation makes sense in the claim's own setting and under every condition."""
        said: set[Message] = set()
        for name in (OWN, *self.claim.conditions):
            spelt = own if name == OWN else self.settings.of_claim(self.claim, name)
            if spelt is None:
                continue
            messages = list(_meaning(expectation, spelt))
            if name == OWN:
                said = set(messages)
                for what, hint in messages:
                    self._problem(("expect",), f"{self.what} {what}.", hint)
            else:
                for what, hint in set(messages) - said:
                    self._problem(self._path(name), f"{self.what} {what} under '{name}'.", hint)

    def _path(self, condition: str) -> Place:
        holds = self.claim.holds_under
        if condition in holds:
            return ("holds_under", holds.index(condition))
        return ("fails_under", condition)

    def _problem(self, path: Place, what: str, hint: str = "") -> None:
        self.problems.append(self.file.problem(("claims", self.place, *path), what, hint))


def _are_listed(file: EntryFile) -> bool:
    """Whether the file has a mapping of experiments; that it has none is told once for all."""
    listed = file.node.value.get("experiments") if isinstance(file.node.value, dict) else None
    return listed is not None and isinstance(listed.value, dict)


def _meaning(expectation: Expectation, spelt: Spelt) -> Iterator[Message]:
    quantity = expectation.quantity
    if quantity.along_sweep:
        points = spelt.setting.points
        swept = [name for name in points[0] if len({repr(point[name]) for point in points}) > 1]
        if len(swept) != 1:
            count = " and ".join(swept) or "nothing"
            hint = "Exactly one parameter takes two or more values."
            yield f"looks along a sweep, where {count} is swept", hint
            return
    yield from check_quantity(quantity, spelt.scope)
    for bound in (expectation.low, expectation.high):
        if bound is not None:
            yield from check_bound(bound, spelt.scope, along=quantity.along_sweep)
