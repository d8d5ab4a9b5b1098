"""Test rows stay out of training, tuning and early looks, and are what test metrics measure."""

import importlib
import re
from pathlib import Path

import pytest
import torch

from dlfaq.knowledge.simulations import read_simulation, simulation_names, simulation_path
from dlfaq.sim import Replicates, training_data
from dlfaq.sim.training import train
from dlfaq.sim.training_data import Data

ROOT = Path(__file__).parents[2]
NAMES = [
    name
    for name in simulation_names(ROOT)
    if "import train\n" in read_simulation(ROOT, name).source
]


def trained(name, monkeypatch, *, poison):
    """What training tells and leaves behind when a simulation runs with its rates tuned."""
    module = importlib.import_module(
        ".".join(simulation_path(ROOT, name).relative_to(ROOT).with_suffix("").parts)
    )
    simulation = getattr(module, name)
    found = []

    def spoiling(net, data: Data, *args, **given):
        if poison:
            x, y = data.test_part
            x = x.flip(1) * 1e6 if x.is_floating_point() else x.flip(1)
            data.test_part = (x, torch.zeros_like(y))
        run = train(net, data, *args, **given)
        assert not data.opened
        found.extend([run.loss, run.rate, run.inside, *run.looks.values()])
        found.extend(weight.detach().clone() for weight in net.parameters())
        return run

    monkeypatch.setattr(module, "train", spoiling)
    options = simulation.__code__.co_varnames
    given = {"steps": 25} if "steps" in options else {}
    given |= {"tune": True} if "tune" in options else {}
    simulation(Replicates(name, range(2)), **given)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_the_test_rows_change_nothing_before_the_last_look(name, monkeypatch):
    """With other test rows every loss, rate and weight is the same to the last bit."""
    clean = trained(name, monkeypatch, poison=False)
    spoilt = trained(name, monkeypatch, poison=True)

    assert len(clean) == len(spoilt) > 0
    for a, b in zip(clean, spoilt, strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=0, equal_nan=True)


def test_standardizing_never_asks_the_test_rows():
    """Scales come from the rows for training and validation alone."""
    for name in ("digits", "cancer", "wine", "diabetes"):
        for scale in ("standard", "feature", "centred", "unit"):
            split = training_data._scaled(name, scale)
            read = training_data.digits if name == "digits" else training_data._table
            original = read() if name == "digits" else read(name)
            poisoned = original._replace(x_test=original.x_test * 1e6)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(training_data, "digits", lambda poisoned=poisoned: poisoned)
                patch.setattr(training_data, "_table", lambda _, poisoned=poisoned: poisoned)
                again = training_data._scaled.__wrapped__(name, scale)
            assert torch.equal(again.x, split.x)


TESTED = {  # metrics that are measured on test rows, by simulation
    name: metrics
    for name in simulation_names(ROOT)
    if "open_test()" in read_simulation(ROOT, name).source
    and (
        metrics := [
            metric.name
            for metric in read_simulation(ROOT, name).metrics.values()
            if re.search(r"\btest\b", metric.doc)
        ]
    )
}

LEARNING = {  # with these two the networks answer the same, whatever they are asked, otherwise
    "bad_rows": {"bad": "none"},
    "deep_digits": {"activation": "tanh", "layers": 1, "steps": 60},
}


def measured(name, monkeypatch, *, poison):
    """The metrics of a simulation, with empty test inputs and even test labels, or without."""
    module = importlib.import_module(
        ".".join(simulation_path(ROOT, name).relative_to(ROOT).with_suffix("").parts)
    )
    simulation = getattr(module, name)
    original = Data.__init__

    made = []

    def spoiling(data, train, test, *args, **given):
        if not made:  # data that a simulation makes of these have their test rows, or should have
            x, y = test
            test = (torch.zeros_like(x), y // 2 * 2)
        made.append(data)
        original(data, train, test, *args, **given)

    if poison:
        monkeypatch.setattr(Data, "__init__", spoiling)
    options = read_simulation(ROOT, name).parameters
    given = {"steps": 20} if "steps" in options else {}
    given |= LEARNING.get(name, {})
    return simulation(Replicates(name, range(2)), **given)


@pytest.mark.parametrize("name", TESTED)
def test_what_is_said_to_be_measured_on_test_rows_is(name, monkeypatch):
    """With other test rows these numbers change; those of training rows would not."""
    clean = measured(name, monkeypatch, poison=False)
    spoilt = measured(name, monkeypatch, poison=True)

    same = [
        metric
        for metric in TESTED[name]
        if torch.equal(clean[metric].double().nan_to_num(), spoilt[metric].double().nan_to_num())
    ]
    assert not same
