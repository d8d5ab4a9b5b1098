"""A claim against its simulation: parameters, arms, sweeps, controls and expectations, on every side."""

import keyword
from collections.abc import Iterator

from dlfaq.errors import Problem, did_you_mean
from dlfaq.knowledge.conditions import Condition, expand, size, swept
from dlfaq.knowledge.entry import Claim, Control, Scalar
from dlfaq.knowledge.entry_file import EntryFile, Place
from dlfaq.knowledge.expectation import Expectation, ExpectationError, parse_expectation
from dlfaq.knowledge.scope import Message, Scope, check_bound, check_quantity, scope_of
from dlfaq.knowledge.simulations import Signature, mistyped

MOST_POINTS = 1000  # of a sweep's grid: far more than anyone waits for


def check_claim(file: EntryFile, place: int, signature: Signature | None) -> Iterator[Problem]:
    """Everything that is wrong with a claim beyond its form.

    Args:
        file: The entry.
        place: Which of its claims, from 0.
        signature: Of the claim's simulation; None if that cannot be read, and then expectations are only parsed.
    """
    checker = _Checker(file, place)
    expectations = list(checker.expectations())
    if signature is not None:
        checker.settings(signature)
        if place not in file.half_read and not checker.is_oversized:
            checker.sides(signature, expectations)
    yield from checker.problems


class _Checker:
    """Gathers the problems of one claim."""

    def __init__(self, file: EntryFile, place: int) -> None:
        self.file, self.place = file, place
        self.claim: Claim = file.entry.claims[place]
        self.what = f"claim '{self.claim.id}'"
        self.problems: list[Problem] = []
        self.is_oversized = False

    def expectations(self) -> Iterator[tuple[int, Expectation]]:
        """What can be read, each with its place in the list."""
        for number, text in enumerate(self.claim.expect):
            try:
                yield number, parse_expectation(text)
            except ExpectationError as error:
                shown = text if len(text) <= 80 else f"{text[:80]}…"  # noqa: PLR2004 - what fits in a message
                self._problem(
                    ("expect", number), f"{self.what} expects `{shown}`: column {error.column}: {error.message}"
                )

    def settings(self, signature: Signature) -> None:
        """Parameters by name and type, arms by name, and no value that another hides."""
        self._values((), self.claim, self.what, signature)
        self._arms(signature)
        for number, control in enumerate(self.claim.controls):
            path, what = ("control", number), self._side(control)
            self._values(path, control, what, signature)
            for arm in control.arms:
                if arm not in self.claim.arms:
                    says = f"{what} changes the arm '{arm}', which the claim does not have."
                    self._problem((*path, "arms", arm), says, did_you_mean(arm, self.claim.arms))
        for control in (None, *self.claim.controls):
            if (points := size(self.claim, control)) > MOST_POINTS:
                self.is_oversized = True
                what = f"the sweep of {self._side(control)} has {points} points; it may have {MOST_POINTS}."
                self._problem(self._path(control), what)
                break

    def sides(self, signature: Signature, expectations: list[tuple[int, Expectation]]) -> None:
        """The expectations on the claim's side and on each control's; and each control differs."""
        own = expand(self.claim, None, signature)
        alongs = [(number, one) for number, one in expectations if one.quantity.along_sweep]
        sweeps_one = True
        said: set[Message] = set()
        for control in (None, *self.claim.controls):
            condition = own if control is None else expand(self.claim, control, signature)
            if control is not None:
                self._differs(control, condition, own, along=bool(alongs))
            sweeps_one = sweeps_one and (not alongs or self._sweeps_one(control, alongs[0][0]))
            scope = scope_of(condition, signature)
            for number, one in expectations:
                if sweeps_one or not one.quantity.along_sweep:
                    self._meaning(number, one, control, scope, said)

    def _differs(self, control: Control, condition: Condition, own: Condition, *, along: bool) -> None:
        if set(control.arms) <= set(self.claim.arms) and _repeats(condition, own, along=along):
            what = f"{self._side(control)} changes nothing: all of it is in the claim's own condition."
            self._problem(self._path(control), what)

    def _meaning(
        self, number: int, one: Expectation, control: Control | None, scope: Scope, said: set[Message]
    ) -> None:
        messages = list(check_quantity(one.quantity, scope))
        for bound in (one.low, one.high):
            messages += [] if bound is None else check_bound(bound, scope, along=one.quantity.along_sweep)
        if control is None:
            said |= set(messages)  # what is wrong on the claim's side is so on its controls'
            for what, hint in messages:
                self._problem(("expect", number), f"{self.what} {what}.", hint)
        else:
            for what, hint in set(messages) - said:
                self._problem(self._path(control), f"{self.what} {what} under {self._side(control)}.", hint)

    def _sweeps_one(self, control: Control | None, number: int) -> bool:
        names = [name for name, values in swept(self.claim, control).items() if len(values) > 1]
        if len(names) == 1:
            return True
        count = " and ".join(names) or "nothing"
        path = ("expect", number) if control is None else self._path(control)
        what = f"`{self.claim.expect[number]}` looks along a sweep, but {self._side(control)} sweeps {count}."
        self._problem(path, what, "Exactly one parameter takes two or more values.")
        return False

    def _values(self, path: Place, side: Claim | Control, what: str, signature: Signature) -> None:
        for place, name, values in _settings(side):
            known = signature.parameters.get(name)
            if known is None:
                says = f"{what} sets the parameter '{name}', which {signature.name} does not take."
                self._problem((*path, *place), says, did_you_mean(name, signature.parameters))
                continue
            for number, value in enumerate(values):
                if wrong := mistyped(known, value):
                    where = (*place, number) if place[0] == "sweep" else place
                    self._problem((*path, *where), f"the parameter '{name}' of {what} {wrong}")
            winner = "given" if isinstance(side, Control) else "sweep"
            if place[0] != winner and name in getattr(side, winner):
                self._hidden((*path, *place), what, name, winner)

    def _hidden(self, path: Place, what: str, name: str, winner: str) -> None:
        self._problem(path, f"{what} sets '{name}' here to no effect: its '{winner}' sets it for all arms.")

    def _arms(self, signature: Signature) -> None:
        axes = {metric.axis for metric in signature.metrics.values()}
        for arm in self.claim.arms:
            if not arm.isascii() or not arm.isidentifier() or keyword.iskeyword(arm):
                says = f"the arm '{arm}' of {self.what} is not a word of letters, digits and underscores."
            elif arm in signature.parameters or arm in signature.metrics or arm in axes:
                says = (
                    f"the arm '{arm}' of {self.what} has the name of a parameter, metric or axis of {signature.name}."
                )
            else:
                continue
            self._problem(("arms", arm), says)

    def _side(self, control: Control | None) -> str:
        if control is None:
            return self.what
        controls = self.claim.controls
        return (
            f"control {controls.index(control) + 1} of {self.what}"
            if len(controls) > 1
            else f"the control of {self.what}"
        )

    def _path(self, control: Control | None) -> Place:
        return ("sweep",) if control is None else ("control", self.claim.controls.index(control))

    def _problem(self, path: Place, what: str, hint: str = "") -> None:
        self.problems.append(self.file.problem(("claims", self.place, *path), what, hint))


def _settings(side: Claim | Control) -> Iterator[tuple[Place, str, tuple[Scalar, ...]]]:
    for name, value in side.given.items():
        yield ("given", name), name, (value,)
    for arm, parameters in side.arms.items():
        for name, value in parameters.items():
            yield ("arms", arm, name), name, (value,)
    for name, values in side.sweep.items():
        yield ("sweep", name), name, values


def _repeats(condition: Condition, own: Condition, *, along: bool) -> bool:
    """Whether a control cannot fail where the claim holds, for each of its points is one of the claim's.

    Along a sweep the points count together and in their order, so that only an equal sweep is a repetition.
    """
    these, those = (
        [[side.parameters(arm, point) for arm in side.arms] for point in side.points] for side in (condition, own)
    )
    return these == those if along else all(point in those for point in these)
