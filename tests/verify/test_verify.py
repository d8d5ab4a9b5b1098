"""Plan, run what no cache holds, judge, double where undecided: with a runner in this process."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from tests.verify.toys import Drawn, pick

from dlfaq.evidence.file import to_json
from dlfaq.evidence.reader import evidence_from_json
from dlfaq.evidence.stale import fingerprint
from dlfaq.evidence.verdict import Verdict
from dlfaq.knowledge.entry import Claim
from dlfaq.knowledge.estimators import ESTIMATORS, Estimator, register
from dlfaq.knowledge.load import load_faq
from dlfaq.verify.intervals import mean
from dlfaq.verify.keys import ruling_key
from dlfaq.verify.levels import level, side_alpha
from dlfaq.verify.ruling import Request, ruling_to_json
from dlfaq.verify.run import Result
from dlfaq.verify.session import make_evidence
from dlfaq.verify.store import open_store
from dlfaq.verify.verify import count_sides, verify


@pytest.fixture
def store(faq):
    with open_store(faq.root) as store:
        yield store


class Heard:
    """A report that remembers."""

    def __init__(self):
        self.events = []

    def __call__(self, event, **data):
        self.events.append((event, data))

    def of(self, event):
        return [data for one, data in self.events if one == event]


def chunks(runner):
    return [(dict(trial.parameters)["centre"], trial.start, trial.stop) for trial in runner.trials]


def test_only_what_is_undecided_is_doubled(faq):
    """The claim's own side goes on to its limit; its control was decided at once."""
    runner = Drawn()
    (ruling,) = verify(faq, pick(faq, "verdicts", "inconclusive"), runner, None)

    assert ruling.verdict.word == "inconclusive"
    assert chunks(runner) == [(1.0, 0, 32), (0.0, 0, 32), (1.0, 32, 64), (1.0, 64, 128)]
    assert (ruling.evidence.own.replicates, ruling.evidence.fails_under["zero"].replicates) == (
        128,
        32,
    )
    assert ruling.seconds == 4 * 0.5


def test_what_was_measured_before_counts(faq):
    """The second look judges all replicates, the first ones and the new."""
    runner = Drawn()
    (ruling,) = verify(faq, pick(faq, "verdicts", "inconclusive"), runner, None)
    everything = np.concatenate(
        [runner.draw(t).measurements["value"] for t in runner.trials if t.parameters[0][1] == 1.0]
    )

    assert ruling.evidence.own.points[0].estimate == pytest.approx(everything.mean())


def test_every_look_is_paid_for(faq):
    """The interval of the third look is taken at the level of a third look."""
    runner = Drawn()
    (ruling,) = verify(faq, pick(faq, "verdicts", "inconclusive"), runner, None)
    everything = np.concatenate(
        [runner.draw(t).measurements["value"] for t in runner.trials if t.parameters[0][1] == 1.0]
    )
    expected = mean(everything, level(1, 3, side_alpha(count_sides(faq))))

    assert ruling.evidence.own.points[0].interval == pytest.approx(expected.interval, rel=1e-9)


def test_claims_share_their_trials(faq):
    """Equal trials run once, whoever asks; all of a look go out together."""
    runner, heard = Drawn(), Heard()
    rulings = verify(
        faq, pick(faq, "verdicts", "verified", "refuted", "vacuous"), runner, None, report=heard
    )

    assert [ruling.verdict.word for ruling in rulings] == ["verified", "refuted", "vacuous"]
    # the second dial at one is the noisier one
    assert sorted(chunks(runner)) == [
        (0.0, 0, 32),
        (1.0, 0, 32),
        (1.0, 0, 32),
        (1.1, 0, 32),
        (2.0, 0, 32),
    ]
    assert heard.of("planned") == [{"trials": 5, "cached": 0}]


def test_it_reports_what_happens(faq, store):
    """Planned once a look; started and finished once a trial; ruled once a claim, cached or not."""
    for expected in (
        [("planned", 1), ("started", 3), ("finished", 3), ("ruled", 1)],
        [("planned", 0), ("ruled", 1)],
    ):
        heard = Heard()
        verify(faq, pick(faq, "verdicts", "verified"), Drawn(), store, report=heard)
        assert [(event, len(heard.of(event))) for event, _ in expected] == expected


def test_a_ruling_is_made_once(faq, store):
    """With nothing changed nothing is run; the ruling is the same, to the last bit."""
    claims = pick(faq, "verdicts")
    first = verify(faq, claims, Drawn(), store)
    again = Drawn()

    assert verify(faq, claims, again, store) == first
    assert again.trials == []


def test_a_trial_is_run_once(faq, store):
    """Where a ruling is gone or its prediction changed, what was measured is still known."""
    verify(faq, pick(faq, "verdicts", "verified"), Drawn(), store)
    runner = Drawn()
    (ruling,) = verify(faq, pick(faq, "verdicts", "vacuous"), runner, store)

    assert chunks(runner) == [(1.1, 0, 32)]
    assert ruling.verdict.word == "vacuous"


def test_fresh_measures_everything_anew_and_keeps_it(faq, store):
    """Nothing known is used; what becomes known is."""
    claims = pick(faq, "verdicts", "verified")
    verify(
        faq,
        claims,
        Drawn(
            lambda trial: Result(
                trial, {k: v + 10 for k, v in Drawn.dial(trial).measurements.items()}
            )
        ),
        store,
    )
    assert verify(faq, claims, Drawn(), store)[0].verdict.word == "refuted"
    fresh = Drawn()
    assert verify(faq, claims, fresh, store, Request(fresh=True))[0].verdict.word == "verified"
    assert len(fresh.trials) == 3
    assert verify(faq, claims, Drawn(), store)[0].verdict.word == "verified"


def test_an_interruption_keeps_what_finished(faq, store):
    """The next run goes on from there."""

    def interrupted(trial):
        if len(runner.trials) > 2:
            raise KeyboardInterrupt
        return Drawn.dial(trial)

    claims = pick(faq, "verdicts", "verified", "refuted", "vacuous")
    runner = Drawn(interrupted)
    with pytest.raises(KeyboardInterrupt):
        verify(faq, claims, runner, store)
    heard = Heard()
    verify(faq, claims, Drawn(), store, report=heard)

    assert heard.of("planned") == [{"trials": 5, "cached": 2}]


def edit(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


CHANGES = {
    "the simulation": lambda root: edit(
        root / "sims" / "dial.py", "centre + spread *", "centre + 1 * spread *"
    ),
    "a parameter": lambda root: edit(
        root / "faq" / "verdicts.yaml", "two: {given: {centre: 2.0}}", "two: {given: {centre: 2.5}}"
    ),
    "the replicates": lambda root: edit(
        root / "faq" / "verdicts.yaml",
        "  dial:\n    simulation: dial\n",
        "  dial:\n    simulation: dial\n    replicates: 64\n",
    ),
}


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_what_a_measurement_depends_on_is_in_its_key(faq, store, change):
    """After a change the trials that it touches are run again."""
    verify(faq, pick(faq, "verdicts", "verified"), Drawn(), store)
    CHANGES[change](faq.root)
    runner = Drawn()
    verify(load_faq(faq.root), pick(load_faq(faq.root), "verdicts", "verified"), runner, store)

    assert len(runner.trials) == (1 if change == "a parameter" else 3)


def test_another_torch_measures_anew(faq, store, monkeypatch):
    """Its numbers may be others."""
    verify(faq, pick(faq, "verdicts", "verified"), Drawn(), store)
    monkeypatch.setattr("dlfaq.verify.keys.torch_version", lambda: "9.9.9")
    runner = Drawn()
    verify(faq, pick(faq, "verdicts", "verified"), runner, store)

    assert len(runner.trials) == 3


def test_another_device_measures_anew(faq, store):
    """So may those of a GPU."""
    verify(faq, pick(faq, "verdicts", "verified"), Drawn(), store)
    runner = Drawn()
    verify(faq, pick(faq, "verdicts", "verified"), runner, store, Request(device="cuda"))

    assert {trial.device for trial in runner.trials} == {"cuda"}


def test_what_changes_no_number_changes_no_key(faq, store):
    """Comments and docstrings of a simulation, and what a claim says in words."""
    verify(faq, pick(faq, "verdicts", "verified"), Drawn(), store)
    edit(faq.root / "sims" / "dial.py", "Normal numbers whose truth is known.", "Numbers.")
    edit(faq.root / "faq" / "verdicts.yaml", "It stands at two", "It was turned to two")
    runner, again = Drawn(), load_faq(faq.root)
    (ruling,) = verify(again, pick(again, "verdicts", "verified"), runner, store)

    assert runner.trials == []
    assert ruling.verdict is Verdict.VERIFIED


def test_a_new_placeholder_is_measured(faq, store):
    """A text that shows another number makes another ruling, from the same trials."""
    (first,) = verify(faq, pick(faq, "verdicts", "verified"), Drawn(), store)
    edit(
        faq.root / "faq" / "verdicts.yaml",
        "verified.mean(value) | .2f",
        "verified.mean(value / 2) | .2f",
    )
    runner, again = Drawn(), load_faq(faq.root)
    (ruling,) = verify(again, pick(again, "verdicts", "verified"), runner, store)

    assert runner.trials == []
    assert (
        ruling.values["verified.mean(value / 2)"].estimate
        == first.values["verified.mean(value)"].estimate / 2
    )


def test_texts_get_their_numbers(faq):
    """From the claim's side, a control's, a sweep's point, or along it; by placeholder text."""
    values = {
        text: value
        for ruling in verify(faq, pick(faq, "verdicts"), Drawn(), None)
        for text, value in ruling.values.items()
    }

    assert {text: round(value.estimate) for text, value in values.items()} == {
        "verified.mean(value)": 1,
        "verified@two.median(value)": 2,
        "verified@noisier.mean(value)": 1,
        "swept[centre=3].mean(value)": 3,
        "along.mean(slope(value, centre))": 1,
    }
    constant = values.pop("along.mean(slope(value, centre))")  # its spread is unknown
    assert constant.interval == (None, None)
    assert all(
        value.interval[0] <= value.estimate <= value.interval[1] for value in values.values()
    )


def test_a_damaged_ruling_is_made_again(faq, store):
    """Whatever stands in the cache."""
    ((entry, claim),) = pick(faq, "verdicts", "verified")
    key = ruling_key(
        fingerprint(faq.root, entry, claim), entry, claim, None, ["cpu", "0", str(count_sides(faq))]
    )
    for damage in (
        {},
        {"verdict": "VERIFIED"},
        {"verdict": "SO-SO", "evidence": None, "values": [], "seconds": 0},
    ):
        store.keep_ruling(key, damage)
        assert verify(faq, [(entry, claim)], Drawn(), store)[0].verdict.word == "verified"


def test_what_cannot_be_judged_costs_its_claim_alone(faq):
    """It is named, with the expectation, the side and the replicate, and is never cached."""
    entry = faq.entry("verdicts")
    bad = dataclasses.replace(entry.claim("verified"), id="bad", expect="mean(log(-value)) < 1")
    rulings = verify(faq, [(entry, bad), *pick(faq, "verdicts", "verified")], Drawn(), None)

    assert [ruling.verdict.word for ruling in rulings] == ["inconclusive", "verified"]
    assert rulings[0].evidence is None
    assert (
        "the claim: `mean(log(-value))`: `log(-value)` is nan for replicate 0" in rulings[0].errors
    )


def test_a_broken_trial_costs_the_claims_that_need_it(faq, store):
    """Its cause and command are said; the others go on; the next run tries again."""

    def draw(trial):
        return (
            Result(trial, error="it fell over")
            if dict(trial.parameters)["centre"] == 2.0
            else Drawn.dial(trial)
        )

    heard = Heard()
    first, second = verify(
        faq, pick(faq, "verdicts", "verified", "refuted"), Drawn(draw), store, report=heard
    )
    command = "dlfaq run dial --centre 2.0 --first 0 --replicates 32"

    assert (first.verdict.word, first.evidence, second.verdict.word) == (
        "inconclusive",
        None,
        "refuted",
    )
    assert len(first.errors) == len(heard.of("broke")) == 1
    assert "it fell over" in first.errors[0]
    assert command in first.errors[0]
    assert command in heard.of("broke")[0]["error"]
    assert (
        verify(faq, pick(faq, "verdicts", "verified"), Drawn(), store)[0].verdict.word == "verified"
    )


def test_a_verification_leaves_the_faq_as_it_is(faq):
    """Nothing is written there."""
    before = sorted(Path(faq.root).rglob("*"))
    verify(faq, pick(faq, "verdicts"), Drawn(), None)

    assert sorted(Path(faq.root).rglob("*")) == before


def recorded(faq, claims):
    """What `--record` would write of them, by entry."""
    rulings = verify(faq, claims, Drawn(), None, Request(conditions=True))
    return {"verdicts": make_evidence(faq.root, faq.entry("verdicts"), rulings)}


def test_a_condition_that_was_recorded_is_not_measured_again(faq):
    """Its measurement is taken over, and the ruling says so; the first control is measured."""
    claims = pick(faq, "verdicts", "verified")
    runner = Drawn()
    (ruling,) = verify(faq, claims, runner, None, Request(recorded=recorded(faq, claims)))

    assert sorted(chunks(runner)) == [(1.0, 0, 32), (2.0, 0, 32)]
    assert ruling.taken_over == ("noisier",)
    assert ruling.evidence.holds_under["noisier"].outcome == "holds"
    assert ruling.verdict is Verdict.VERIFIED


def test_one_control_is_measured_each_time_and_further_ones_are_taken_over(faq):
    """The first in the entry: it shows that the check can still fail."""
    ((entry, claim),) = pick(faq, "verdicts", "verified")
    two = dataclasses.replace(
        claim, fails_under={"zero": "It stands at zero.", **claim.fails_under}
    )
    entry = dataclasses.replace(
        entry, claims=tuple(two if one is claim else one for one in entry.claims)
    )
    (first,) = verify(faq, [(entry, two)], Drawn(), None, Request(conditions=True))
    known = {"verdicts": make_evidence(faq.root, entry, [first])}
    runner = Drawn()
    (ruling,) = verify(faq, [(entry, two)], runner, None, Request(recorded=known))

    assert sorted(chunks(runner)) == [(0.0, 0, 32), (1.0, 0, 32)]
    assert ruling.taken_over == ("noisier", "two")
    assert [*ruling.evidence.fails_under] == ["zero", "two"]
    assert ruling.evidence.fails_under["two"] == first.evidence.fails_under["two"]
    assert ruling.verdict is first.verdict is Verdict.VERIFIED


def test_a_recorded_control_that_held_makes_a_claim_vacuous(faq):
    """What is taken over counts like what is measured."""
    ((entry, claim),) = pick(faq, "verdicts", "verified")
    two = dataclasses.replace(
        claim, fails_under={**claim.fails_under, "a-little-higher": "It should fail."}
    )
    entry = dataclasses.replace(
        entry, claims=tuple(two if one is claim else one for one in entry.claims)
    )
    (first,) = verify(faq, [(entry, two)], Drawn(), None, Request(conditions=True))
    known = {"verdicts": make_evidence(faq.root, entry, [first])}
    (ruling,) = verify(faq, [(entry, two)], Drawn(), None, Request(recorded=known))

    assert "a-little-higher" in ruling.taken_over
    assert ruling.verdict is first.verdict is Verdict.VACUOUS


@pytest.mark.parametrize("how", [{"conditions": True}, {"seed": 1}])
def test_conditions_are_measured_where_it_is_asked_for(faq, how):
    """All of them, or on other replicates, of which nothing is recorded."""
    claims = pick(faq, "verdicts", "verified")
    runner = Drawn()
    (ruling,) = verify(faq, claims, runner, None, Request(recorded=recorded(faq, claims), **how))

    assert len(runner.trials) == 3
    assert ruling.taken_over == ()


@pytest.mark.parametrize("what", ["the simulation", "the replicates", "a parameter"])
def test_conditions_are_measured_anew_when_something_changed(faq, what):
    """The claim, its experiment or its simulation."""
    before = recorded(faq, pick(faq, "verdicts", "verified"))
    CHANGES[what](faq.root)
    changed, runner = load_faq(faq.root), Drawn()
    verify(changed, pick(changed, "verdicts", "verified"), runner, None, Request(recorded=before))

    assert len(runner.trials) == 3


def test_a_claim_that_covers_too_much_is_overstated(faq):
    """It holds, but not under a condition that it says it covers."""
    (ruling,) = verify(faq, pick(faq, "verdicts", "overstated"), Drawn(), None)

    assert ruling.verdict is Verdict.OVERSTATED
    assert ruling.evidence.holds_under["one-and-a-half"].outcome == "fails"


def test_a_bundle_that_is_split_costs_nothing(faq):
    """Ten claims of one experiment need the trials of one."""
    entry, (claim,) = faq.entry("verdicts"), [one for _, one in pick(faq, "verdicts", "verified")]
    counts = []
    for number in (1, 10):
        split = [
            dataclasses.replace(claim, id=f"c{i}", expect=f"{i / 20} < mean(value) < 1.5")
            for i in range(number)
        ]
        runner = Drawn()
        verify(faq, [(entry, one) for one in split], runner, None)
        counts.append(len(runner.trials))

    assert counts == [3, 3]


def test_only_arms_that_are_named_are_run(faq):
    """A third arm is run where a text shows it or a plot draws it, and nowhere else."""
    entry = faq.entry("verdicts")
    two = entry.experiments["two-dials"]
    three = dataclasses.replace(two, arms={**two.arms, "third": {"centre": 7.0}})
    entry = dataclasses.replace(
        entry, experiments={**entry.experiments, "two-dials": three}, plots=()
    )
    claim = entry.claim("arms")
    shown = dataclasses.replace(claim, shows="{{ @exchanged.mean(third.value) | .1f }}")
    showing = dataclasses.replace(
        entry, claims=tuple(shown if one is claim else one for one in entry.claims)
    )
    plot = dataclasses.replace(
        faq.entry("verdicts").plots[0], claim="arms", x="step", lines={"third": "third.curve"}
    )
    drawing = dataclasses.replace(entry, plots=(plot,))
    measured = []
    for one in (entry, showing, drawing):
        runner = Drawn()
        (ruling,) = verify(faq, [(one, one.claim("arms"))], runner, None)
        measured.append((ruling, [centre for centre, _, _ in chunks(runner)]))

    assert measured[0][1] == [1.0, 1.5, 2.0]
    assert measured[1][1] == [1.0, 1.5, 2.0, 7.0]
    assert measured[1][0].values["arms@exchanged.mean(third.value)"].estimate > 6
    assert measured[2][1] == [1.0, 1.5, 7.0, 2.0]
    assert len(measured[2][0].plots[plot.key]) == 1
    assert measured[0][0].evidence.own == measured[1][0].evidence.own


def test_a_claim_is_about_the_points_that_it_names(faq):
    """`at` leaves the others out; a condition changes what is left."""
    runner = Drawn()
    (ruling,) = verify(faq, pick(faq, "verdicts", "at-three"), runner, None)

    assert chunks(runner) == [(3.0, 0, 32), (0.03, 0, 32)]
    assert [point.at for point in ruling.evidence.own.points] == [{"centre": 3}]


def test_a_plot_shows_the_whole_sweep(faq):
    """Also of a claim that is about one of its points."""
    entry = faq.entry("verdicts")
    plot = dataclasses.replace(entry.plots[0], claim="at-three")
    entry = dataclasses.replace(entry, plots=(plot,))
    (ruling,) = verify(faq, [(entry, entry.claim("at-three"))], Drawn(), None)

    assert [line.x for line in ruling.plots[plot.key]] == [(1, 2, 3), (1, 2, 3)]
    assert [point.at for point in ruling.evidence.own.points] == [{"centre": 3}]


def test_what_is_exact_holds_in_every_replicate(faq):
    """Its interval reaches from the least to the greatest, and leaves nothing to chance."""
    entry = faq.entry("verdicts")
    exact = dataclasses.replace(entry.claim("verified"), kind="exact", holds_under=())
    runner = Drawn()
    (ruling,) = verify(faq, [(entry, exact)], runner, None)
    (point,) = ruling.evidence.own.points
    own = next(trial for trial in runner.trials if dict(trial.parameters)["centre"] == 1.0)
    values = Drawn.dial(own).measurements["value"]

    assert point.interval == (values.min(), values.max())


def test_a_new_estimator_touches_one_place(faq):
    """A record and the function that it names: then it is read, judged and shown."""
    register(Estimator("maximum", "number", f"{__name__}:maximum"))
    try:
        entry = faq.entry("verdicts")
        claim = Claim(
            "most", "measured", "S.", "dial", "maximum(value) < 1.5", fails_under={"two": "Two."}
        )
        (ruling,) = verify(faq, [(entry, claim)], Drawn(), None)
    finally:
        del ESTIMATORS["maximum"]

    assert ruling.verdict is Verdict.VERIFIED
    assert ruling.evidence.own.points[0].estimator == "maximum"


def maximum(samples, alpha, bounds):
    """A toy: the greatest sample, known exactly."""
    from dlfaq.evidence.record import Measured

    most = float(samples.max())
    return Measured(most, (most, most), len(samples))


def test_evidence_names_the_source_that_was_measured(faq):
    """Also if it is edited after the last trial: what is recorded is of the old one."""
    (entry, claim), *_ = claims = pick(faq, "verdicts", "verified")
    before = fingerprint(faq.root, entry, claim)

    class Edited(Drawn):
        def run(self, trials, started):
            yield from super().run(trials, started)
            edit(faq.root / "sims" / "dial.py", "centre + spread *", "centre - spread *")

    with open_store(faq.root) as store:
        (ruling,) = verify(faq, claims, Edited(), store)
        assert ruling.evidence.fingerprint == before
        assert fingerprint(faq.root, entry, claim) != before
        again = Drawn()
        verify(faq, claims, again, store)
    assert len(again.trials) == len({*again.trials}) == 3  # nothing served under the new source


def test_what_is_recorded_is_judged_anew(faq):
    """From measurements: a ruling that lies in the cache is not evidence."""
    (entry, claim), *_ = claims = pick(faq, "verdicts", "verified")
    runner = Drawn()
    with open_store(faq.root) as store:
        (ruling,) = verify(faq, claims, runner, store, Request(conditions=True))
        wrong = ruling_to_json(dataclasses.replace(ruling, values={}))
        print_ = fingerprint(faq.root, entry, claim)
        key = ruling_key(print_, entry, claim, None, ["cpu", "0", str(count_sides(faq))])
        store.keep_ruling(key, wrong)
        (cached,) = verify(faq, claims, runner, store, Request(conditions=True))
        (judged,) = verify(faq, claims, runner, store, Request(conditions=True, judge_anew=True))

    assert cached.values == {} != judged.values == ruling.values
    assert len(runner.trials) == 3  # measured once


def test_numbers_too_large_to_be_summed_up_cost_their_claim(faq):
    """No infinity reaches evidence."""

    def enormous(trial):
        result = Drawn.dial(trial)
        return dataclasses.replace(
            result,
            measurements={
                **result.measurements,
                "value": result.measurements["value"] * 0 + 1.7e308,
            },
        )

    for ruling in verify(faq, pick(faq, "verdicts"), Drawn(enormous)):
        if ruling.evidence is not None:
            evidence_from_json(to_json(make_evidence(faq.root, faq.entry("verdicts"), [ruling])))
