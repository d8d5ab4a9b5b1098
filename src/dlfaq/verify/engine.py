"""The walk from claims to rulings: plan, run what no cache holds, judge, double where undecided."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from dlfaq.knowledge.entry import Claim, Entry, Faq
from dlfaq.knowledge.simulations import Signature, read_simulation
from dlfaq.verify.evidence import ClaimEvidence, Line, Measured, claim_from_json, lines_from_json
from dlfaq.verify.fingerprint import fingerprint, ruling_key, trial_key
from dlfaq.verify.plan import Trial, repeat
from dlfaq.verify.run import Result, Runner
from dlfaq.verify.store import Store
from dlfaq.verify.verdict import Verdict

if TYPE_CHECKING:
    from dlfaq.verify.case import Case


class Report(Protocol):
    """Is told what happens, while it happens."""

    def __call__(self, event: str, **data: Any) -> None:
        """Hear of an event.

        Args:
            event: `planned` (trials, cached), once a look; `started` (trial), `finished` (trial, seconds), `broke`
                (trial, error), once a trial; `ruled` (ruling), once a claim.
            data: What stands in brackets.
        """


@dataclass(frozen=True)
class Ruling:
    """What a verification says of one claim.

    Attributes:
        entry: The entry's id.
        claim: The claim's id.
        evidence: What was measured; None if a trial broke or a measurement could not be judged.
        values: The numbers that the entry's texts take from this claim, by placeholder, with 95 % intervals.
        plots: The lines of the entry's plots of this claim, by the plot's key.
        seconds: What its trials took, now or when they were measured.
        errors: What broke, with the command that repeats it.
    """

    entry: str
    claim: str
    verdict: Verdict
    evidence: ClaimEvidence | None = None
    values: Mapping[str, Measured] = field(default_factory=dict)
    plots: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    seconds: float = 0.0
    errors: tuple[str, ...] = ()


def silent(event: str, **data: Any) -> None:
    """Report nothing."""


def verify(
    faq: Faq,
    claims: Sequence[tuple[Entry, Claim]],
    runner: Runner,
    store: Store | None,
    *,
    fresh: bool = False,
    device: str = "cpu",
    report: Report = silent,
) -> list[Ruling]:
    """Verify claims together.

    Args:
        faq: The FAQ.
        claims: Any of its claims, each with its entry.
        runner: Where trials run. It is not asked for anything if every claim was ruled on before.
        store: What is known already, and where what becomes known is kept at once.
        fresh: Measure anew whatever is known.
        device: Where the simulations' tensors live.
        report: Told of every event.

    Returns:
        One ruling a claim, in the order of the claims.
    """
    work = _Work(faq.root, runner, store, fresh, device, report)
    rulings = {(ruling.entry, ruling.claim): ruling for ruling in work.known(claims)}
    unknown = [(entry, claim) for entry, claim in claims if (entry.id, claim.id) not in rulings]
    for ruling in work.rule(unknown):
        rulings[ruling.entry, ruling.claim] = ruling
    return [rulings[entry.id, claim.id] for entry, claim in claims]


@dataclass(frozen=True)
class _Work:
    """One verification: what every stage of it needs."""

    root: Path
    runner: Runner
    store: Store | None
    fresh: bool
    device: str
    report: Report
    signatures: dict[str, Signature] = field(default_factory=dict)

    def signature(self, name: str) -> Signature:
        """The simulation of that name."""
        if name not in self.signatures:
            self.signatures[name] = read_simulation(self.root, name)
        return self.signatures[name]

    def known(self, claims: Sequence[tuple[Entry, Claim]]) -> Iterator[Ruling]:
        """The rulings that are cached."""
        for entry, claim in claims:
            raw = self.store.ruling(ruling_key(self.root, entry, claim, self.device)) if self.store else None
            ruling = None if raw is None or self.fresh else _ruling_from_json(entry, claim, raw)
            if ruling is not None:
                self.report("ruled", ruling=ruling)
                yield ruling

    def rule(self, claims: Sequence[tuple[Entry, Claim]]) -> Iterator[Ruling]:
        """Look, and look again at twice the replicates, until every claim is decided or at its limit."""
        if not claims:
            return  # so that neither numpy nor scipy is loaded for what is known
        from dlfaq.verify.case import Case

        cases = [Case(entry, claim, self.signature(claim.simulation), self.device) for entry, claim in claims]
        while cases:
            results = self.gather([trial for case in cases for trial in case.advance()])
            for case in cases:
                case.judge(results)
                if not case.is_open:
                    yield self.close(case)
            cases = [case for case in cases if case.is_open]

    def gather(self, trials: Sequence[Trial]) -> dict[Trial, Result]:
        """Results of the distinct trials: those that are cached, then those that the runner finishes."""
        distinct = list(dict.fromkeys(trials))
        results = {} if self.fresh else {result.trial: result for result in self._cached(distinct)}
        missing = [trial for trial in distinct if trial not in results]
        self.report("planned", trials=len(distinct), cached=len(results))
        if missing:
            for finished in self.runner.run(missing, lambda trial: self.report("started", trial=trial)):
                result = self._as_planned(finished)
                results[result.trial] = result
                self._finish(result)
        return results

    def close(self, case: "Case") -> Ruling:
        """Rule on a case, and keep the ruling unless something broke."""
        entry, claim = case.entry, case.claim
        values = {} if case.errors else case.values()
        plots = {} if case.errors else case.plots()
        evidence = None
        if not case.errors:
            evidence = ClaimEvidence(case.verdict().word, fingerprint(self.root, entry, claim), *case.evidence())
        errors = tuple(case.errors)
        ruling = Ruling(entry.id, claim.id, case.verdict(), evidence, values, plots, case.seconds, errors)
        if self.store and not ruling.errors:
            self.store.keep_ruling(ruling_key(self.root, entry, claim, self.device), _ruling_to_json(ruling))
        self.report("ruled", ruling=ruling)
        return ruling

    def _cached(self, trials: Sequence[Trial]) -> Iterator[Result]:
        for trial in trials if self.store else ():
            found = self.store.measurements(trial_key(self.root, trial))
            if found is not None:
                yield Result(trial, *found)

    def _as_planned(self, result: Result) -> Result:
        """A worker reads the file anew: one that was edited since the plan may measure something else."""
        planned = self.signature(result.trial.simulation).metrics
        if result.error or set(planned) <= set(result.measurements):
            return result
        return Result(result.trial, error="the simulation was edited while it was verified")

    def _finish(self, result: Result) -> None:
        trial = result.trial
        if result.error:
            command = repeat(trial, self.signature(trial.simulation))
            self.report("broke", trial=trial, error=f"{trial}: {result.error}. Repeat it: {command}")
            return
        if self.store:
            self.store.keep_measurements(trial_key(self.root, trial), result.measurements, result.seconds)
        self.report("finished", trial=trial, seconds=result.seconds)


def _ruling_to_json(ruling: Ruling) -> dict[str, Any]:
    return {
        "verdict": ruling.verdict.name,
        "evidence": asdict(ruling.evidence),
        "values": {text: asdict(value) for text, value in ruling.values.items()},
        "plots": {key: [asdict(line) for line in lines] for key, lines in ruling.plots.items()},
        "seconds": ruling.seconds,
    }


def _ruling_from_json(entry: Entry, claim: Claim, raw: Mapping[str, Any]) -> Ruling | None:
    try:
        evidence = claim_from_json(raw["evidence"])
        # a control's reason is text: it may have been reworded since
        pairs = zip(evidence.controls, claim.controls, strict=True)
        evidence = replace(evidence, controls=tuple(replace(side, why=control.why) for side, control in pairs))
        values = {
            text: Measured(value["estimate"], tuple(value["interval"]), value["replicates"])
            for text, value in raw["values"].items()
        }
        plots = {key: lines_from_json(lines) for key, lines in raw["plots"].items()}
        return Ruling(entry.id, claim.id, Verdict[raw["verdict"]], evidence, values, plots, raw["seconds"])
    except (KeyError, TypeError, ValueError, AttributeError):  # damaged: measure again
        return None
