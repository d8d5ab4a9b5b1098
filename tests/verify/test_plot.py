"""A plot's lines are medians of what trials measured, with the middle 80 % around them."""

import numpy as np
import pytest
from tests.verify.toys import Drawn, pick

from dlfaq.evidence.file import read, to_json
from dlfaq.evidence.reader import evidence_from_json
from dlfaq.evidence.stale import stale
from dlfaq.knowledge.entry import Plot
from dlfaq.knowledge.load import load_faq
from dlfaq.verify.evaluate import scope
from dlfaq.verify.judge import JudgeError, Measurement
from dlfaq.verify.plot import MOST, lines
from dlfaq.verify.session import make_evidence, record_evidence
from dlfaq.verify.store import open_store
from dlfaq.verify.verify import verify


def swept(values: dict[float, np.ndarray]) -> Measurement:
    """One metric `loss` over a swept `depth`."""
    points = [{"depth": depth} for depth in values]
    scopes = [scope({"": (point, {"loss": values[point["depth"]]})}) for point in points]
    return Measurement(points, scopes, len(next(iter(values.values()))))


def curves(**arms: np.ndarray) -> Measurement:
    """A curve `loss` along `step` in each arm."""
    made = {
        arm: ({}, {"loss": loss, "step": np.arange(loss.shape[1]) * 10.0})
        for arm, loss in arms.items()
    }
    return Measurement([{}], [scope(made)], len(next(iter(arms.values()))))


def test_over_a_sweep():
    """Sorted by the parameter; an expression is worked out first, then its median."""
    sample = np.arange(11.0)
    (line,) = lines(
        Plot("", "c", "depth", {"twice": "2 * loss"}), swept({8: sample + 5, 2: sample})
    )

    assert line.label == "twice"
    assert line.x == (2, 8)
    assert line.median == (10, 20)
    assert (line.low, line.high) == ((2, 12), (18, 28))


def test_shares_over_a_sweep_and_along_an_axis():
    """Of the replicates in which a condition holds; a share has no spread."""
    sample = np.arange(8.0)
    (swept_line,) = lines(
        Plot("", "c", "depth", {"": "fraction(loss > 3)"}), swept({1: sample, 2: sample + 2})
    )
    rising = np.outer(np.arange(4.0), np.ones(3)) + np.arange(3)
    (curve,) = lines(Plot("", "c", "step", {"": "fraction(arm.loss >= 2)"}), curves(arm=rising))

    assert swept_line.median == swept_line.low == swept_line.high == (0.5, 0.75)
    assert curve.median == curve.low == (0.5, 0.75, 1.0)


def test_a_line_of_parameters_alone():
    """What theory says is the same in every replicate."""
    (line,) = lines(
        Plot("", "c", "depth", {"": "2 * depth"}), swept({1: np.zeros(4), 2: np.zeros(4)})
    )

    assert line.median == line.low == (2, 4)


def test_held_parameters_leave_one_line():
    """`at` takes the points that it names."""
    points = [{"depth": depth, "lr": lr} for depth in (1, 2) for lr in (0.1, 0.2)]
    scopes = [
        scope({"": (point, {"loss": np.full(4, point["depth"] + point["lr"])})}) for point in points
    ]
    (line,) = lines(
        Plot("", "c", "depth", {"": "loss"}, {"lr": 0.2}), Measurement(points, scopes, 4)
    )

    assert line.median == (1.2, 2.2)


def test_what_is_left_open_can_be_turned():
    """Each setting has its lines."""
    points = [{"depth": depth, "lr": lr} for depth in (1, 2) for lr in (0.1, 0.2)]
    scopes = [
        scope({"": (point, {"loss": np.full(4, point["depth"] + point["lr"])})}) for point in points
    ]
    first, second = lines(Plot("", "c", "depth", {"": "loss"}), Measurement(points, scopes, 4))

    assert (first.at, second.at) == ({"lr": 0.1}, {"lr": 0.2})
    assert (first.median, second.median) == ((1.1, 2.1), (1.2, 2.2))


def test_along_an_axis():
    """Arms may be joined; long curves are thinned, from their first point to their last."""
    one, other = np.tile(np.arange(200.0), (5, 1)), np.ones((5, 200))
    ratio, short = lines(
        Plot("", "c", "step", {"sum": "one.loss + other.loss", "short": "third.loss"}),
        curves(one=one, other=other, third=np.ones((5, 3))),
    )

    assert len(ratio.x) == MOST
    assert (ratio.x[0], ratio.x[-1]) == (0, 1990)
    assert ratio.median[-1] == 200
    assert short.x == (0, 10, 20)


@pytest.mark.parametrize(
    ("plot", "cause"),
    [
        (Plot("", "c", "depth", {"": "log(loss)"}), "`log(loss)` is -inf for replicate 0"),
        (Plot("", "c", "depth", {"": "loss"}, log=("y",)), "has the y 0, which a logarithmic axis"),
    ],
)
def test_what_cannot_be_drawn_is_named(plot, cause):
    """No finite value, or nothing that a logarithmic axis could show."""
    with pytest.raises(JudgeError, match=cause.replace("(", r"\(").replace(")", r"\)")):
        lines(plot, swept({1: np.zeros(4), 2: np.ones(4)}))


def test_plots_go_into_evidence_and_come_back(faq):
    """With the ruling, from the cache, into the file, and out of it."""
    claims = pick(faq, "verdicts")
    with open_store(faq.root) as store:
        first = verify(faq, claims, Drawn(), store)
        assert verify(faq, claims, Drawn(), store) == first
    evidence = make_evidence(faq.root, faq.entry("verdicts"), first)

    assert [len(lines) for lines in evidence.plots.values()] == [2, 1]
    assert evidence_from_json(to_json(evidence)).plots == evidence.plots
    assert record_evidence(faq, first) == ["verdicts"]
    assert read(faq.root, "verdicts").plots == evidence.plots
    assert "plots" not in to_json(make_evidence(faq.root, faq.entry("troubles"), []))


def test_a_changed_plot_is_out_of_date(faq):
    """`check` says so, and only its claim is ruled on again."""
    claims = pick(faq, "verdicts")
    with open_store(faq.root) as store:
        record_evidence(faq, verify(faq, claims, Drawn(), store))
        assert not [one for one in stale(faq) if "verdicts" in one.file]
        path = faq.root / "faq" / "verdicts.yaml"
        path.write_text(path.read_text().replace("twice: 2 * value", "thrice: 3 * value"))
        changed = load_faq(faq.root)
        (problem,) = [one for one in stale(changed) if "verdicts" in one.file]
        assert "the plot of 'swept' was never recorded" in problem.what
        again = Drawn()
        rulings = verify(changed, pick(changed, "verdicts"), again, store)

    assert not again.trials  # its trials are known
    assert record_evidence(changed, [one for one in rulings if one.claim == "swept"]) == [
        "verdicts"
    ]
    assert not [one for one in stale(changed) if "verdicts" in one.file]
