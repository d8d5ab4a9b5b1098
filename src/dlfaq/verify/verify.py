"""The walk from claims to rulings: plan the trials, run what no cache holds, judge, and look again.

A claim that a look leaves undecided is looked at again with twice the replicates, up to its limit.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from dlfaq.evidence.record import ClaimEvidence
from dlfaq.evidence.stale import fingerprint
from dlfaq.evidence.verdict import Verdict, rule
from dlfaq.knowledge.entry import Claim, Entry, Faq
from dlfaq.knowledge.simulations import Signature, read_simulation, source_hash
from dlfaq.verify.keys import ruling_key, trial_key
from dlfaq.verify.plan import Trial, repeat
from dlfaq.verify.ruling import Report, Request, Ruling, ruling_from_json, ruling_to_json, silent
from dlfaq.verify.run import Result, Runner
from dlfaq.verify.store import Store

if TYPE_CHECKING:
    from dlfaq.verify.looks import Case

Claims = Sequence[tuple[Entry, Claim]]


def verify(
    faq: Faq,
    claims: Claims,
    runner: Runner,
    store: Store | None = None,
    request: Request | None = None,
    report: Report = silent,
) -> list[Ruling]:
    """Verify claims together; claims of one experiment share its trials.

    Args:
        faq: The FAQ.
        claims: Any of its claims, each with its entry.
        runner: Where trials run. It is asked for nothing if every claim was ruled on before.
        store: What is known already, and where what becomes known is kept at once.
        request: How to verify them.
        report: Told of every event.

    Returns:
        One ruling a claim, in the order of the claims.
    """
    work = _Work(faq, runner, store, request or Request(), report, count_sides(faq))
    rulings = {(entry.id, claim.id): work.known(entry, claim) for entry, claim in claims}
    unknown = [(entry, claim) for entry, claim in claims if rulings[entry.id, claim.id] is None]
    cases = work.open_cases(unknown)
    while cases:
        trials = [trial for case in cases for trial in case.advance()]  # plan
        results = work.run(trials)
        for case in cases:
            case.judge(results)
            if not case.is_open:
                rulings[case.entry.id, case.claim.id] = work.close(case)
        cases = [case for case in cases if case.is_open]
    return [rulings[entry.id, claim.id] for entry, claim in claims]


def known(faq: Faq, claims: Claims, store: Store, request: Request) -> list[Ruling]:
    """The rulings that are cached; nothing is measured."""
    work = _Work(faq, None, store, request, silent, count_sides(faq))
    rulings = (work.known(entry, claim) for entry, claim in claims)
    return [ruling for ruling in rulings if ruling is not None]


@dataclass(frozen=True)
class _Work:
    """One verification: what every stage of it needs."""

    faq: Faq
    runner: Runner | None
    store: Store | None
    request: Request
    report: Report
    sides: int
    signatures: dict[str, Signature] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    prints: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        """The FAQ's folder."""
        return self.faq.root

    def signature(self, name: str) -> Signature:
        """The simulation of that name."""
        if name not in self.signatures:
            self.signatures[name] = read_simulation(self.root, name)
        return self.signatures[name]

    def source(self, name: str) -> str:
        """The hash of a simulation's code when it was first looked at.

        Only that code is measured from then on.
        """
        if name not in self.sources:
            self.sources[name] = source_hash(self.root, name)
        return self.sources[name]

    def print_of(self, entry: Entry, claim: Claim) -> dict[str, str]:
        """A claim's fingerprint when it was first looked at, as it goes into evidence."""
        if (entry.id, claim.id) not in self.prints:
            self.source(entry.experiment_of(claim).simulation)
            self.prints[entry.id, claim.id] = fingerprint(self.root, entry, claim)
        return self.prints[entry.id, claim.id]

    def recorded(self, entry: Entry, claim: Claim) -> ClaimEvidence | None:
        """What was recorded of a claim, if conditions may be taken over from it."""
        evidence = self.request.recorded.get(entry.id)
        found = evidence.claims.get(claim.id) if evidence else None
        if found is None or self.request.conditions or self.request.seed:
            return None
        return found if found.fingerprint == self.print_of(entry, claim) else None

    def known(self, entry: Entry, claim: Claim) -> Ruling | None:
        """The ruling that is cached."""
        if self.store is None or self.request.fresh or self.request.judge_anew:
            return None
        # one of which all conditions were measured serves as well as one that took some over
        for before in dict.fromkeys((self.recorded(entry, claim) is not None, False)):
            raw = self.store.ruling(self._key(entry, claim, take_over=before))
            ruling = None if raw is None else ruling_from_json(entry.id, claim.id, raw)
            if ruling is not None:
                self.report("ruled", ruling=ruling)
                return ruling
        return None

    def open_cases(self, claims: Claims) -> list["Case"]:
        """The claims that must be measured."""
        if not claims:
            return []  # so that neither numpy nor scipy is loaded for what is known
        from dlfaq.verify.levels import side_alpha
        from dlfaq.verify.looks import Case

        alpha = self.request.side_alpha or side_alpha(self.sides)
        cases = []
        for entry, claim in claims:
            self.print_of(entry, claim)
            before = self.recorded(entry, claim)
            kept = claim.measured_when_recorded if before else ()
            conditions = [name for name in claim.conditions if name not in kept]
            signature = self.signature(entry.experiment_of(claim).simulation)
            asked = {"device": self.request.device, "seed": self.request.seed, "side_alpha": alpha}
            cases.append(Case(entry, claim, signature, conditions, **asked))
        return cases

    def run(self, trials: Sequence[Trial]) -> dict[Trial, Result]:
        """Results of the distinct trials: cached ones, then those that the runner finishes."""
        distinct = list(dict.fromkeys(trials))
        results = (
            {}
            if self.request.fresh
            else {result.trial: result for result in self._cached(distinct)}
        )
        missing = [trial for trial in distinct if trial not in results]
        self.report("planned", trials=len(distinct), cached=len(results))
        if missing:
            for finished in self.runner.run(
                missing, lambda trial: self.report("started", trial=trial)
            ):
                result = self._as_planned(finished)
                results[result.trial] = result
                self._finish(result)
        return results

    def close(self, case: "Case") -> Ruling:
        """Rule on a case, and keep the ruling unless something broke."""
        entry, claim = case.entry, case.claim
        values, no_value = ({}, []) if case.errors else case.values()
        plots, no_line = ({}, []) if case.errors else case.drawn()
        errors = (*case.errors, *no_value, *no_line)
        if errors:
            ruling = Ruling(
                entry.id, claim.id, Verdict.INCONCLUSIVE, seconds=case.seconds, errors=errors
            )
        else:
            evidence, taken_over = self._evidence(case)
            verdict = Verdict[evidence.verdict.upper()]
            ruling = Ruling(
                entry.id, claim.id, verdict, evidence, values, plots, taken_over, case.seconds
            )
            if self.store:
                self.store.keep_ruling(
                    self._key(entry, claim, take_over=bool(taken_over)), ruling_to_json(ruling)
                )
        self.report("ruled", ruling=ruling)
        return ruling

    def _evidence(self, case: "Case") -> tuple[ClaimEvidence, tuple[str, ...]]:
        """What was measured now, and what is taken over of the conditions that were not."""
        entry, claim = case.entry, case.claim
        own, now = case.looks[""].side(), case.sides(claim.conditions)
        taken_over = tuple(name for name in claim.conditions if name not in now)
        before = self.recorded(entry, claim)
        known = {**before.holds_under, **before.fails_under, **now} if before else now
        holds = {name: known[name] for name in claim.holds_under}
        fails = {name: known[name] for name in claim.fails_under}
        outcomes = (
            {name: side.outcome for name, side in sides.items()} for sides in (holds, fails)
        )
        verdict = rule(own.outcome, *outcomes)
        print_ = self.print_of(entry, claim)
        return ClaimEvidence(verdict.word, print_, claim.expect, own, holds, fails), taken_over

    def _key(self, entry: Entry, claim: Claim, *, take_over: bool) -> str:
        asked = self.request
        how = [asked.device, str(asked.seed), str(asked.side_alpha or self.sides)]
        before = self.recorded(entry, claim) if take_over else None
        return ruling_key(self.print_of(entry, claim), entry, claim, before, how)

    def _cached(self, trials: Sequence[Trial]) -> Iterator[Result]:
        for trial in trials if self.store else ():
            found = self.store.measurements(self._trial_key(trial))
            if found is not None:
                yield Result(trial, *found)

    def _as_planned(self, result: Result) -> Result:
        """A worker reads the file anew: one that was edited since may measure something else."""
        planned = self.source(result.trial.simulation)
        if result.error or not result.source or result.source == planned:
            return result
        return Result(result.trial, error="the simulation was edited while it was verified")

    def _trial_key(self, trial: Trial) -> str:
        return trial_key(trial, self.source(trial.simulation))

    def _finish(self, result: Result) -> None:
        trial = result.trial
        if result.error:
            command = repeat(trial, self.signature(trial.simulation))
            self.report(
                "broke", trial=trial, error=f"{trial}: {result.error}. Repeat it: {command}"
            )
            return
        if self.store:
            self.store.keep_measurements(
                self._trial_key(trial), result.measurements, result.seconds
            )
        self.report("finished", trial=trial, seconds=result.seconds, workers=self.runner.workers)


def count_sides(faq: Faq) -> int:
    """How many settings a full verification judges.

    Each may be wrong with a share of the level.
    """
    return sum(1 + len(claim.conditions) for claim in _claims(faq))


def _claims(faq: Faq) -> Iterable[Claim]:
    return (claim for entry in faq.entries for claim in entry.claims)
