"""Conditions and settings in words."""

from pathlib import Path

import pytest

from dlfaq.knowledge.entry import Answer, Entry
from dlfaq.knowledge.experiment import Condition, Experiment
from dlfaq.knowledge.simulations import Parameter, Signature
from dlfaq.site.conditions import changes, condition_name, setting

PARAMETERS = {
    "hidden": Parameter("hidden", "int", 32),
    "lr": Parameter("lr", "float", 0.1),
    "optimizer": Parameter("optimizer", "str", "sgd"),
}
SENTENCE = "{hidden} units, {optimizer} at {lr}"
SIGNATURE = Signature("toy", Path(), "", "", PARAMETERS, {}, "", SENTENCE)
ENTRY = Entry("toy", "Toy?", (), Answer(""), {}, (), Path())


@pytest.mark.parametrize(
    ("experiment", "at", "words"),
    [
        (Experiment("a", "toy"), {}, "32 units, sgd at 0.1"),
        (Experiment("a", "toy", {"lr": 0.001}), {}, "32 units, sgd at 0.001"),
        (
            Experiment("a", "toy", sweep={"hidden": (8, 16, 64)}),
            {},
            "8, 16 or 64 units, sgd at 0.1",
        ),
        (
            Experiment("a", "toy", sweep={"hidden": (8, 16, 64)}),
            {"hidden": 16},
            "16 units, sgd at 0.1",
        ),
        (
            Experiment("a", "toy", sweep={"hidden": tuple(range(1, 9))}),
            {},
            "1 to 8 units, sgd at 0.1",
        ),
        (
            Experiment(
                "a",
                "toy",
                arms={"low": {"lr": 0.01}, "high": {"lr": 1.0}, "odd": {"optimizer": "adam"}},
            ),
            {},
            "32 units, sgd (odd: adam) at 0.01 (low), 1 (high) or 0.1 (odd)",
        ),
    ],
)
def test_the_setting_of_an_experiment(experiment, at, words):
    """What differs between arms, or along the sweep, is named with all its values."""
    assert setting(experiment, SIGNATURE, at) == words


def test_a_simulation_without_a_setting():
    """Then what the experiment sets is listed."""
    bare = Signature("toy", Path(), "", "", PARAMETERS, {}, "")
    one = Experiment("a", "toy", {"lr": 0.5}, {"few": {"hidden": 8}}, {"steps": (10, 20)})

    assert (
        setting(one, bare, {"steps": 10})
        == "lr = 0.5, hidden = 8 in few, steps = 10; the rest by default"
    )
    assert setting(Experiment("a", "toy"), bare, {}) == "all parameters by default"


def test_names_of_conditions():
    """Standard ones in words; an experiment's own by name, even if the name is a standard one."""
    own = {
        "raw-pixels": Condition("raw-pixels"),
        "longer": Condition("longer", times={"steps": 10}),
    }

    assert condition_name(Experiment("a", "toy"), "longer") == "4 × longer"
    assert condition_name(Experiment("a", "toy", conditions=own), "longer") == "longer"
    assert condition_name(Experiment("a", "toy", conditions=own), "raw-pixels") == "raw pixels"


def test_what_a_condition_changes():
    one = Condition("x", {"lr": 0.5}, {"low": {"tune": True}}, {"hidden": (8, 16)}, {"steps": 4})

    assert changes(one) == "lr = 0.5, tune = yes in low, hidden = 8 or 16, steps × 4"
