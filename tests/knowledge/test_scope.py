"""The static reading of expressions agrees with their evaluation: what passes can be evaluated."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlfaq.knowledge.expectation import parse_quantity
from dlfaq.knowledge.experiment import Condition, Experiment
from dlfaq.knowledge.scope import Kind, check_quantity, scope_of
from dlfaq.knowledge.settings import Setting, expand
from dlfaq.knowledge.simulations import Signature, read_simulation
from dlfaq.verify.evaluate import ExpressionError, per_replicate, scope

REPLICATES, POINTS = 4, 3  # replicates, points of the curve
SWEEP = (1, 2, 3)
NUMBERS = st.recursive(
    st.sampled_from(
        ["low.value", "high.value", "low.curve", "high.curve[-1]", "shift", "count", "low.kind",
         "value", "2", "low.count"]
    ),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda t: f"abs({t})"),
        inner.map(lambda t: f"max({t})"),
        st.tuples(inner, inner).map(lambda t: f"min({t[0]}, {t[1]})"),
        st.tuples(inner, inner).map(lambda t: f"slope({t[0]}, {t[1]})"),
    ),
    max_leaves=4,
)  # fmt: skip
QUANTITIES = st.one_of(
    NUMBERS.map(lambda t: f"mean({t})"),
    st.tuples(NUMBERS, NUMBERS).map(lambda t: f"fraction({t[0]} < {t[1]} or not {t[1]} == 2)"),
    NUMBERS.map(lambda t: f"all(increasing({t}))"),
)


@pytest.fixture
def signature(root) -> Signature:
    """shift, kind (a text) and count; value and curve[step]."""
    return read_simulation(root, "noise")


def setting(signature: Signature, condition: Condition | None = None, **changes) -> Setting:
    """An experiment on the simulation, spelt out."""
    return expand(Experiment("e", "noise", **changes), condition or Condition(), signature)


def test_names(signature):
    """Metrics with their arm; parameters also without it, where arms agree; no texts."""
    arms = {"low": {"count": 4}, "high": {"kind": "wide"}}
    found = scope_of(setting(signature, arms=arms, sweep={"shift": SWEEP}), signature)

    assert set(found.names) == {
        "low.value", "high.value", "low.curve", "high.curve",
        "low.count", "high.count", "low.shift", "high.shift", "shift",
    }  # fmt: skip
    assert found.texts == {"low.kind", "high.kind"}
    assert found.names["shift"].varies
    assert not found.names["low.count"].varies
    assert found.names["low.curve"].kind is Kind.CURVE


def test_names_without_arms(signature):
    """Plain names."""
    found = scope_of(setting(signature), signature)

    assert set(found.names) == {"value", "curve", "shift", "count"}
    assert found.metrics == ["value", "curve"]
    assert not found.names["value"].varies


def test_a_condition_changes_what_varies(signature):
    """What it gives is swept no more; what it changes in one arm the arms do not agree on."""
    arms = {"low": {}, "high": {"kind": "wide"}}
    sweep = {"shift": SWEEP}
    given = setting(signature, Condition("still", given={"shift": 2}), arms=arms, sweep=sweep)
    single = setting(signature, Condition("one", arms={"low": {"count": 9}}), arms=arms)
    times = setting(signature, Condition("more", times={"shift": 4}), arms=arms, sweep=sweep)

    assert not scope_of(given, signature).names["shift"].varies
    assert "count" not in scope_of(single, signature).names
    assert scope_of(times, signature).names["shift"].varies


@settings(max_examples=500, deadline=None)
@given(text=QUANTITIES, seed=st.integers(0, 9))
def test_what_passes_can_be_evaluated_and_only_that(tmp_path_factory, text, seed):
    """On the same names, the checks complain exactly where the evaluation cannot go on."""
    try:
        quantity = parse_quantity(text)
    except ValueError:
        return
    signature = _signature(tmp_path_factory)
    own = setting(signature, arms={"low": {}, "high": {"count": 4}}, sweep={"shift": SWEEP})
    messages = [what for what, _ in check_quantity(quantity, scope_of(own, signature))]
    random = np.random.default_rng(seed)
    scopes = [
        scope({arm: (own.parameters(arm, point), _measured(random)) for arm in own.arms})
        for point in own.points
    ]
    failed = ""
    try:
        for places in [scopes] if quantity.along_sweep else [[one] for one in scopes]:
            per_replicate(quantity, places, REPLICATES)
    except ExpressionError as error:
        failed = str(error)
    harmless = ("measures nothing", "slope over")
    complaints = [what for what in messages if not any(one in what for one in harmless)]

    if failed and " is nan" not in failed and " is inf" not in failed:
        assert messages, failed
    if complaints:
        assert failed, complaints


def _measured(random) -> dict:
    curve = random.normal(size=(REPLICATES, POINTS))
    return {"value": random.normal(size=REPLICATES), "curve": curve}


_READ: list[Signature] = []


def _signature(tmp_path_factory) -> Signature:
    from tests.knowledge.conftest import SIMULATION

    if not _READ:
        root = tmp_path_factory.mktemp("scope")
        (root / "sims").mkdir()
        (root / "sims" / "noise.py").write_text(SIMULATION)
        _READ.append(read_simulation(root, "noise"))
    return _READ[0]
