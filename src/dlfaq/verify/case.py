"""A claim on its way to a ruling: its sides, what each has measured, and whether it needs more."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from dlfaq.knowledge.conditions import Condition, expand
from dlfaq.knowledge.entry import Claim, Entry
from dlfaq.knowledge.expectation import parse_expectation
from dlfaq.knowledge.simulations import Signature
from dlfaq.verify.evaluate import scope
from dlfaq.verify.evidence import Judged, Line, Measured, Side
from dlfaq.verify.fingerprint import placeholders
from dlfaq.verify.judge import JudgeError, Measurement, judge, measure
from dlfaq.verify.plan import Chunk, Trial, repeat, trials_of
from dlfaq.verify.plot import lines
from dlfaq.verify.run import Result
from dlfaq.verify.verdict import Outcome, Verdict, rule

Arrays = Mapping[str, np.ndarray]


@dataclass
class CaseSide:
    """One side of a claim: its own condition, or a control's."""

    condition: Condition
    chunk: Chunk
    limit: int
    why: str = ""
    look: int = 0
    outcome: Outcome = "inconclusive"
    judged: tuple[Judged, ...] = ()
    trials: list[tuple[int, str, Trial]] = field(default_factory=list)
    arrays: dict[tuple[int, str], list[Arrays]] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether another look may decide it."""
        return self.outcome == "inconclusive" and (self.look == 0 or 2 * self.chunk.stop <= self.limit)

    def advance(self, signature: Signature, device: str) -> list[Trial]:
        """Begin the next look; return the trials it needs."""
        self.chunk = self.chunk.next() if self.look else self.chunk
        self.look += 1
        self.trials = list(trials_of(self.condition, signature, self.chunk, device))
        return [trial for _, _, trial in self.trials]

    def take(self, results: Mapping[Trial, Result]) -> None:
        """Add what this look's trials measured to what was measured before."""
        for number, arm, trial in self.trials:
            self.arrays.setdefault((number, arm), []).append(results[trial].measurements)
        self.trials = []

    def measurement(self, signature: Signature) -> Measurement:
        """Everything measured so far, with its names."""
        scopes = []
        for number, point in enumerate(self.condition.points):
            arms = {arm: self._arm(number, arm, point, signature) for arm in self.condition.arms}
            scopes.append(scope(arms))
        return Measurement(self.condition.points, scopes, self.chunk.stop)

    def _arm(self, number: int, arm: str, point: Mapping, signature: Signature) -> tuple[Mapping, Arrays]:
        chunks = self.arrays[number, arm]
        joined = {name: np.concatenate([chunk[name] for chunk in chunks]) for name in signature.metrics}
        axes = {metric.axis for metric in signature.metrics.values() if metric.axis}
        joined |= {axis: chunks[0][axis] for axis in axes}
        return self.condition.parameters(arm, point), joined


class Case:
    """A claim that is being verified."""

    def __init__(self, entry: Entry, claim: Claim, signature: Signature, device: str) -> None:
        self.entry, self.claim, self.signature, self.device = entry, claim, signature, device
        self.expectations = [parse_expectation(text) for text in claim.expect]
        first = Chunk(0, claim.replicates)
        conditions = [("", None), *((control.why, control) for control in claim.controls)]
        self.sides = [
            CaseSide(expand(claim, control, signature), first, claim.limit, why) for why, control in conditions
        ]
        self.errors: list[str] = []
        self.seconds = 0.0

    @property
    def is_open(self) -> bool:
        """Whether it needs another look."""
        return not self.errors and any(side.is_open for side in self.sides)

    def advance(self) -> list[Trial]:
        """Begin the next look of every side that needs one; return the trials."""
        return [trial for side in self.sides if side.is_open for trial in side.advance(self.signature, self.device)]

    def judge(self, results: Mapping[Trial, Result]) -> None:
        """Judge the sides whose look this was; what broke or cannot be judged ends the case."""
        looked = [side for side in self.sides if side.trials]
        needed = dict.fromkeys(trial for side in looked for _, _, trial in side.trials)
        self.seconds += sum(results[trial].seconds for trial in needed)
        self.errors = [self._broken(results[trial]) for trial in needed if results[trial].error]
        for side in [] if self.errors else looked:
            side.take(results)
            try:
                side.outcome, side.judged = judge(self.expectations, side.measurement(self.signature), side.look)
            except JudgeError as error:
                self.errors.append(f"{self._name(side)}: {error}")

    def verdict(self) -> Verdict:
        """The ruling on what was measured; a case with errors is undecided."""
        if self.errors:
            return Verdict.INCONCLUSIVE
        return rule(self.sides[0].outcome, [side.outcome for side in self.sides[1:]])

    def evidence(self) -> tuple[Side, tuple[Side, ...]]:
        """The claim's own side and its controls."""
        sides = [Side(side.outcome, side.chunk.stop, side.judged, side.why) for side in self.sides]
        return sides[0], tuple(sides[1:])

    def values(self) -> dict[str, Measured]:
        """The numbers that the entry's texts take from this claim; what has no value is an error of the case."""
        values = {}
        for shown in placeholders(self.entry):
            if shown.claim != self.claim.id:
                continue
            side = self.sides[0 if shown.control is None else shown.control + 1]
            try:
                values[shown.text] = measure(shown.quantity, shown.at, side.measurement(self.signature))
            except JudgeError as error:
                self.errors.append(f"{{{{ {shown.text} }}}}: {error}")
        return values

    def plots(self) -> dict[str, tuple[Line, ...]]:
        """The lines of the entry's plots of this claim; what cannot be drawn is an error of the case."""
        drawn = {}
        for plot in self.entry.plots:
            if plot.claim == self.claim.id:
                try:
                    drawn[plot.key] = lines(plot, self.sides[0].measurement(self.signature))
                except JudgeError as error:
                    self.errors.append(str(error))
        return drawn

    def _broken(self, result: Result) -> str:
        return f"{result.trial}: {result.error}. Repeat it: {repeat(result.trial, self.signature)}"

    def _name(self, side: CaseSide) -> str:
        number = self.sides.index(side)
        return f"control {number}" if number else "the claim"
