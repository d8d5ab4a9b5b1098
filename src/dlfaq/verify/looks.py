"""A claim on its way to a ruling: its settings, what each has measured, and whether it needs more.

Each look takes as many replicates again as there were before it. Nothing here runs a trial.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from dlfaq.evidence.record import Line, Measured, Point, Side
from dlfaq.evidence.verdict import Outcome
from dlfaq.knowledge.entry import Claim, Entry
from dlfaq.knowledge.expectation import Quantity, parse_expectation
from dlfaq.knowledge.experiment import OWN
from dlfaq.knowledge.placeholders import placeholders_of
from dlfaq.knowledge.plots import line_quantity
from dlfaq.knowledge.ranges import Range, read_range
from dlfaq.knowledge.settings import Setting, expand
from dlfaq.knowledge.simulations import Signature
from dlfaq.verify.evaluate import scope
from dlfaq.verify.judge import JudgeError, Measurement, judge, measure
from dlfaq.verify.plan import Chunk, Trial, repeat, trials_of
from dlfaq.verify.plot import lines
from dlfaq.verify.run import Result

Arrays = Mapping[str, np.ndarray]
PLOT = "plot"  # the whole sweep of a claim that is about some points of it: drawn, not judged


@dataclass
class Look:
    """One setting of a claim, over all its looks. Only the arms that it names are run."""

    setting: Setting
    arms: tuple[str, ...]
    chunk: Chunk
    limit: int
    number: int = 0
    outcome: Outcome = "inconclusive"
    points: tuple[Point, ...] = ()
    trials: list[tuple[int, str, Trial]] = field(default_factory=list)
    arrays: dict[tuple[int, str], list[Arrays]] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether another look may decide it."""
        return self.outcome == "inconclusive" and (
            self.number == 0 or 2 * self.chunk.stop <= self.limit
        )

    def advance(self, signature: Signature, device: str, seed: int) -> list[Trial]:
        """Begin the next look; return the trials that it needs."""
        self.chunk = self.chunk.next() if self.number else self.chunk
        self.number += 1
        self.trials = list(trials_of(self.setting, signature, self.chunk, device, seed, self.arms))
        return [trial for _, _, trial in self.trials]

    def take(self, results: Mapping[Trial, Result]) -> None:
        """Add what this look's trials measured to what was measured before."""
        for number, arm, trial in self.trials:
            self.arrays.setdefault((number, arm), []).append(results[trial].measurements)
        self.trials = []

    def measurement(self, signature: Signature) -> Measurement:
        """Everything measured so far, with its names."""
        scopes = []
        for number, point in enumerate(self.setting.points):
            arms = {arm: self._arm(number, arm, point, signature) for arm in self.setting.arms}
            scopes.append(scope(arms))
        return Measurement(self.setting.points, scopes, self.chunk.stop, self._ranges(signature))

    def _ranges(self, signature: Signature) -> dict[str, Range]:
        ranges = {name: read_range(metric.doc) for name, metric in signature.metrics.items()}
        arms = [f"{arm}." if arm else "" for arm in self.setting.arms]
        return {f"{arm}{name}": range_ for arm in arms for name, range_ in ranges.items()}

    def side(self) -> Side:
        """What was measured, as evidence holds it."""
        return Side(self.outcome, self.chunk.stop, self.points)

    def _arm(
        self, number: int, arm: str, point: Mapping, signature: Signature
    ) -> tuple[Mapping, Arrays]:
        parameters = self.setting.parameters(arm, point)
        if arm not in self.arms:
            return parameters, {}
        chunks = self.arrays[number, arm]
        joined = {
            name: np.concatenate([chunk[name] for chunk in chunks]) for name in signature.metrics
        }
        axes = {metric.axis for metric in signature.metrics.values() if metric.axis}
        joined |= {axis: chunks[0][axis] for axis in axes}
        return parameters, joined


class Case:
    """A claim that is being verified.

    Args:
        entry: The claim's entry.
        claim: The claim.
        signature: Of its experiment's simulation.
        conditions: Those under which it is measured now.
        device: Where the simulation's tensors live.
        seed: Which replicates.
        side_alpha: Error probability of one setting.
    """

    def __init__(
        self,
        entry: Entry,
        claim: Claim,
        signature: Signature,
        conditions: Sequence[str],
        *,
        device: str,
        seed: int,
        side_alpha: float,
    ) -> None:
        self.entry, self.claim, self.signature = entry, claim, signature
        self.device, self.seed, self.side_alpha = device, seed, side_alpha
        self.expectation = parse_expectation(claim.expect)
        experiment = entry.experiment_of(claim)
        first = Chunk(0, experiment.replicates)
        self.plots = [plot for plot in entry.plots if plot.claim == claim.id]
        self.shown = [one for one in placeholders_of(entry) if one.claim == claim.id]
        self.looks = {}
        for name in (OWN, *conditions):
            setting = expand(experiment, experiment.condition(name), signature, claim.at)
            told = self._told(name)
            self.looks[name] = Look(setting, _named(told, setting), first, experiment.limit)
        if self.plots and claim.at:
            whole = expand(experiment, experiment.condition(OWN), signature)
            named = _named(self._drawn_quantities(), whole)
            self.looks[PLOT] = Look(whole, named, first, experiment.replicates)
        self.seconds = 0.0
        self.errors: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it needs another look."""
        return not self.errors and any(look.is_open for look in self.looks.values())

    def advance(self) -> list[Trial]:
        """Begin the next look of every setting that needs one; return the trials."""
        open_ = [look for look in self.looks.values() if look.is_open]
        return [
            trial
            for look in open_
            for trial in look.advance(self.signature, self.device, self.seed)
        ]

    def judge(self, results: Mapping[Trial, Result]) -> None:
        """Judge the settings whose look this was; what broke or cannot be judged ends the case."""
        looked = {name: look for name, look in self.looks.items() if look.trials}
        needed = dict.fromkeys(trial for look in looked.values() for _, _, trial in look.trials)
        self.seconds += sum(results[trial].seconds for trial in needed)
        self.errors = tuple(
            self._broken(results[trial]) for trial in needed if results[trial].error
        )
        if not self.errors:
            self.errors = tuple(self._judged(looked, results))

    def sides(self, conditions: Sequence[str]) -> dict[str, Side]:
        """What was measured under some conditions; those not measured are left out."""
        return {name: self.looks[name].side() for name in conditions if name in self.looks}

    def values(self) -> tuple[dict[str, Measured], list[str]]:
        """The numbers that the entry's texts take from this claim, and what has no value."""
        values, errors = {}, []
        for shown in self.shown:
            if shown.condition in self.looks:
                try:
                    measured = self.looks[shown.condition].measurement(self.signature)
                    values[shown.text] = measure(shown.quantity, shown.at, measured)
                except JudgeError as error:
                    errors.append(f"{{{{ {shown.text} }}}}: {error}")
        return values, errors

    def drawn(self) -> tuple[dict[str, tuple[Line, ...]], list[str]]:
        """The lines of the entry's plots of this claim, and what cannot be drawn."""
        drawn, errors = {}, []
        for plot in self.plots:
            try:
                drawn[plot.key] = lines(
                    plot, self.looks.get(PLOT, self.looks[OWN]).measurement(self.signature)
                )
            except JudgeError as error:
                errors.append(str(error))
        return drawn, errors

    def _told(self, condition: str) -> list[Quantity]:
        """What is told of one setting: whether the claim holds, numbers of texts, lines."""
        shown = [one.quantity for one in self.shown if one.condition == condition]
        drawn = self._drawn_quantities() if condition == OWN and not self.claim.at else []
        return [self.expectation.quantity, *shown, *drawn]

    def _drawn_quantities(self) -> list[Quantity]:
        return [line_quantity(text) for plot in self.plots for text in plot.lines.values()]

    def _judged(self, looked: Mapping[str, Look], results: Mapping[Trial, Result]) -> Iterator[str]:
        for name, look in looked.items():
            look.take(results)
            if name == PLOT:
                look.outcome = "holds"  # one look suffices
                continue
            try:
                measured = look.measurement(self.signature)
                look.outcome, look.points = judge(
                    self.expectation,
                    measured,
                    look.number,
                    self.side_alpha,
                    exact=self.claim.kind != "measured",
                )
            except JudgeError as error:
                yield f"{f'under {name}' if name else 'the claim'}: {error}"

    def _broken(self, result: Result) -> str:
        return f"{result.trial}: {result.error}. Repeat it: {repeat(result.trial, self.signature)}"


def _named(told: Iterable[Quantity], setting: Setting) -> tuple[str, ...]:
    """The arms that some quantities name; what has no arms has one without a name."""
    named = {name.rpartition(".")[0] for quantity in told for name in quantity.names}
    return tuple(arm for arm in setting.arms if arm in named)
