"""What a side of a claim is run under: who wins where a parameter is set more than once."""

import pytest
from dlfaq.knowledge.conditions import expand, size, swept

from dlfaq.knowledge.entry import Claim, Control
from dlfaq.knowledge.simulations import read_simulation


def claim(**settings) -> Claim:
    return Claim("c", "It is so.", "noise", ("mean(value) < 1",), (), **settings)


@pytest.fixture
def signature(root):
    """Shift = 0.0, kind = "plain", count = 3."""
    return read_simulation(root, "noise")


def all_of(claim, control, signature, name):
    """A parameter's value for each point and arm."""
    condition = expand(claim, control, signature)
    return [condition.parameters(arm, point)[name] for point in condition.points for arm in condition.arms]


def test_defaults(signature):
    """Without anything there is one arm without a name, one point, and every parameter at its default."""
    condition = expand(claim(), None, signature)

    assert list(condition.arms) == [""]
    assert condition.points == ({},)
    assert condition.parameters("", {}) == {"shift": 0.0, "kind": "plain", "count": 3}


def test_given_is_below_arms_and_the_sweep_above(signature):
    """Given < arms < sweep."""
    one = claim(given={"shift": 1, "count": 5}, arms={"a": {"shift": 2}, "b": {}})

    assert all_of(one, None, signature, "shift") == [2, 1]
    assert all_of(one, None, signature, "count") == [5, 5]
    assert all_of(
        claim(given={"shift": 1}, arms={"a": {"shift": 2}}, sweep={"shift": (7, 8)}), None, signature, "shift"
    ) == [7, 8]


def test_several_sweeps_are_a_grid(signature):
    """The last one varies fastest."""
    one = claim(sweep={"shift": (1, 2), "count": (3, 4)})

    assert [tuple(point.values()) for point in expand(one, None, signature).points] == [(1, 3), (1, 4), (2, 3), (2, 4)]
    assert size(one, None) == 4


def test_a_control_gives_to_all_arms_and_ends_a_sweep(signature):
    """What it gives wins over everything, and is swept no more."""
    one = claim(given={"shift": 1}, arms={"a": {"shift": 2}, "b": {}}, sweep={"count": (3, 4)})
    control = Control("why", given={"shift": 9, "count": 5})

    assert all_of(one, control, signature, "shift") == [9, 9]
    assert all_of(one, control, signature, "count") == [5, 5]
    assert swept(one, control) == {}


def test_a_control_changes_single_arms(signature):
    """Over the sweep, in that arm alone; its other parameters stay."""
    one = claim(arms={"a": {"kind": "wide"}, "b": {}}, sweep={"shift": (1, 2)})
    control = Control("why", arms={"a": {"shift": 0}})

    assert all_of(one, control, signature, "shift") == [0, 1, 0, 2]
    assert all_of(one, control, signature, "kind") == ["wide", "plain"] * 2
    assert all_of(one, Control("why", given={"shift": 5}, arms={"a": {"shift": 0}}), signature, "shift") == [5, 5]


def test_a_control_sweeps_other_values(signature):
    """Parameter by parameter; it may also sweep one that the claim does not."""
    one = claim(sweep={"shift": (1, 2), "count": (3,)})
    control = Control("why", sweep={"shift": (8,), "kind": ("plain", "wide")})

    assert swept(one, control) == {"shift": (8,), "count": (3,), "kind": ("plain", "wide")}
    assert size(one, control) == 2


def test_a_grid_is_counted_without_spelling_it_out(signature):
    """A sweep of 10^18 points costs nothing to refuse."""
    assert size(claim(sweep={str(i): tuple(range(1000)) for i in range(6)}), None) == 10**18
