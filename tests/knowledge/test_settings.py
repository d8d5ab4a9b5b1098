"""What an experiment is run under: who wins where a parameter is set more than once."""

import pytest

from dlfaq.knowledge.experiment import STANDARD, Condition, Experiment
from dlfaq.knowledge.settings import expand, size, swept
from dlfaq.knowledge.simulations import read_simulation

OWN = Condition()


def experiment(**changes) -> Experiment:
    return Experiment("e", "noise", **changes)


@pytest.fixture
def signature(root):
    """Shift = 0.0, kind = "plain", count = 3."""
    return read_simulation(root, "noise")


def all_of(one, condition, signature, name, at=None):
    """A parameter's value for each point and arm."""
    setting = expand(one, condition, signature, at)
    places = [(arm, point) for point in setting.points for arm in setting.arms]
    return [setting.parameters(arm, point)[name] for arm, point in places]


def test_defaults(signature):
    """Without anything: one arm without a name, one point, every parameter at its default."""
    setting = expand(experiment(), OWN, signature)

    assert list(setting.arms) == [""]
    assert setting.points == ({},)
    assert setting.parameters("", {}) == {"shift": 0.0, "kind": "plain", "count": 3}


def test_given_is_below_arms_and_the_sweep_above(signature):
    """Given < arms < sweep."""
    one = experiment(given={"shift": 1, "count": 5}, arms={"a": {"shift": 2}, "b": {}})
    both = experiment(given={"shift": 1}, arms={"a": {"shift": 2}}, sweep={"shift": (7, 8)})

    assert all_of(one, OWN, signature, "shift") == [2, 1]
    assert all_of(one, OWN, signature, "count") == [5, 5]
    assert all_of(both, OWN, signature, "shift") == [7, 8]


def test_several_sweeps_are_a_grid(signature):
    """The last one varies fastest."""
    one = experiment(sweep={"shift": (1, 2), "count": (3, 4)})
    points = expand(one, OWN, signature).points

    assert [tuple(point.values()) for point in points] == [(1, 3), (1, 4), (2, 3), (2, 4)]
    assert size(one, OWN) == 4


def test_a_condition_gives_to_all_arms_and_ends_a_sweep(signature):
    """What it gives wins over everything, and is swept no more."""
    one = experiment(given={"shift": 1}, arms={"a": {"shift": 2}, "b": {}}, sweep={"count": (3, 4)})
    condition = Condition("c", given={"shift": 9, "count": 5})

    assert all_of(one, condition, signature, "shift") == [9, 9]
    assert all_of(one, condition, signature, "count") == [5, 5]
    assert swept(one, condition) == {}


def test_a_condition_changes_single_arms(signature):
    """Over the sweep, in that arm alone; its other parameters stay."""
    one = experiment(arms={"a": {"kind": "wide"}, "b": {}}, sweep={"shift": (1, 2)})
    condition = Condition("c", arms={"a": {"shift": 0}})
    both = Condition("c", given={"shift": 5}, arms={"a": {"shift": 0}})

    assert all_of(one, condition, signature, "shift") == [0, 1, 0, 2]
    assert all_of(one, condition, signature, "kind") == ["wide", "plain"] * 2
    assert all_of(one, both, signature, "shift") == [5, 5]


def test_a_condition_sweeps_other_values(signature):
    """Parameter by parameter; it may also sweep one that the experiment does not."""
    one = experiment(sweep={"shift": (1, 2), "count": (3,)})
    condition = Condition("c", sweep={"shift": (8,), "kind": ("plain", "wide")})

    assert swept(one, condition) == {"shift": (8,), "count": (3,), "kind": ("plain", "wide")}
    assert size(one, condition) == 2


def test_a_condition_multiplies_a_number_wherever_it_was_set(signature):
    """Defaults, what is given, arms and the sweep; what is whole stays whole where it can."""
    one = experiment(given={"shift": 0.5}, arms={"a": {}, "b": {"count": 5}})
    condition = Condition("c", times={"shift": 4, "count": 2})
    counts = all_of(one, condition, signature, "count")

    assert all_of(one, condition, signature, "shift") == [2.0, 2.0]
    assert counts == [6, 10]
    assert all(isinstance(count, int) for count in counts)
    assert all_of(one, Condition("c", times={"count": 0.5}), signature, "count") == [1.5, 2.5]
    assert all_of(experiment(sweep={"shift": (1, 2)}), condition, signature, "shift") == [4, 8]


def test_what_a_condition_sets_itself_is_not_multiplied(signature):
    """Neither what it gives nor what it changes in an arm."""
    one = experiment(arms={"a": {}, "b": {}})
    given = Condition("c", given={"count": 7}, times={"count": 2})
    arm = Condition("c", arms={"a": {"count": 7}}, times={"count": 2})

    assert all_of(one, given, signature, "count") == [7, 7]
    assert all_of(one, arm, signature, "count") == [7, 6]


def test_a_claim_at_one_point(signature):
    """`at` holds a swept parameter, under every condition that does not set it itself."""
    one = experiment(sweep={"shift": (1, 2), "count": (3, 4)})
    points = expand(one, OWN, signature, {"shift": 2}).points

    assert [tuple(point.values()) for point in points] == [(2, 3), (2, 4)]
    tripled = Condition("c", times={"shift": 3})
    assert all_of(one, tripled, signature, "shift", {"shift": 2}) == [6, 6]
    assert swept(one, Condition("c", sweep={"shift": (8,)}), {"shift": 2})["shift"] == (8,)
    assert swept(one, Condition("c", given={"shift": 9}), {"shift": 2}) == {"count": (3, 4)}


def test_conditions_by_name():
    """An experiment's own come before the standard ones; no name is the experiment as it stands."""
    own = Condition("longer", times={"steps": 8})
    one = experiment(conditions={"longer": own})

    assert one.condition("longer") is own
    assert one.condition("tuned") is STANDARD["tuned"]
    assert one.condition("") == OWN
    with pytest.raises(KeyError):
        one.condition("shorter")


def test_a_grid_is_counted_without_spelling_it_out():
    """A sweep of 10^18 points costs nothing to refuse."""
    assert size(experiment(sweep={str(i): tuple(range(1000)) for i in range(6)}), OWN) == 10**18
