"""The contract of a simulation: a list of checks, run over every file in `sims/`, new ones too.

Each is called three times at most, and all checks read these calls: twice in the setting of the
entries that is the least work, once in the one that adds most of the values of its parameters.
"""

import importlib.util
import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from math import prod
from pathlib import Path

import numpy as np
import pytest
import torch

from dlfaq.knowledge.experiment import OWN, Parameters
from dlfaq.knowledge.load import load_faq
from dlfaq.knowledge.settings import expand
from dlfaq.knowledge.simulations import (
    Signature,
    read_simulation,
    simulation_names,
    simulation_path,
)
from dlfaq.sim import Replicates

ROOT = Path(__file__).parents[2]
# Shares of 6,400 outputs beyond a threshold, or of 480 guesses: one that lies on it may fall to
# either side. Of 597 guesses of a trained network whose last layer is random, three may.
ROUGH = {"flat_end": 5e-4, "flat_at": 5e-4, "gap": 3e-3, "loaded_weights.accuracy": 6e-3}
PASSES = 50_000  # of `passes`: what one call of up to four replicates may cost, about 4 CPU-seconds


@dataclass(frozen=True)
class Call:
    """One call: replicates, result, whether global generators stood still, cost in `passes`."""

    numbers: range
    measured: dict[str, object]
    untouched: bool
    cost: float

    def values(self, metrics: Iterable[str]) -> dict[str, torch.Tensor]:
        return {metric: torch.as_tensor(self.measured[metric]).double() for metric in metrics}


class Simulation:
    """One simulation as the checks see it."""

    def __init__(
        self, signature: Signature, function: Callable, settings: Sequence[Parameters] = ()
    ) -> None:
        self.signature, self.function = signature, function
        self.settings = covering(signature, settings or [{}])

    @cached_property
    def calls(self) -> list[Call]:
        """Replicates 0 to 3, replicate 2 alone, and three in the other setting if there is one."""
        numbers = (range(4), range(2, 3), range(1, 4))
        settings = (self.settings[0], *self.settings)
        return [
            self._call(*call, seed)
            for seed, call in enumerate(zip(numbers, settings, strict=False))
        ]

    def _call(self, numbers: range, setting: Parameters, seed: int) -> Call:
        torch.manual_seed(seed)
        np.random.seed(seed)
        random.seed(seed)
        pace = seconds_of_a_pass()
        before, start = global_states(), time.process_time()
        measured = self.function(Replicates(self.signature.name, numbers), **setting)
        seconds = time.process_time() - start
        untouched = before == global_states()
        return Call(numbers, measured, untouched, seconds / max(pace, seconds_of_a_pass()))


def seconds_of_a_pass(passes: int = 500) -> float:
    """What one forward and backward pass of a small layer costs here and now, in CPU-seconds.

    Simulations are measured in it: a machine that is slow or busy is slow at this, too.
    """
    weight, inputs = torch.zeros(32, 32, requires_grad=True), torch.ones(32, 32)
    start = time.process_time()
    for _ in range(passes):
        weight.grad = None
        (inputs @ weight).square().mean().backward()
    return (time.process_time() - start) / passes


def global_states() -> tuple:
    return torch.get_rng_state().tolist(), np.random.get_state()[1].tolist()


def covering(signature: Signature, settings: Sequence[Parameters]) -> list[Parameters]:
    """The one or two settings with most values of parameters that have names: texts and truths.

    Of those with equal values the least work is taken, by the whole numbers (steps, layers …).
    """
    chosen = [p.name for p in signature.parameters.values() if p.choices or p.type == "bool"]
    full = [
        {p.name: p.default for p in signature.parameters.values()} | dict(one) for one in settings
    ]
    cheapest: dict[frozenset, dict] = {}
    for one in sorted(full, key=work):
        cheapest.setdefault(frozenset((name, one[name]) for name in chosen), one)
    pairs = product(cheapest.items(), repeat=2)
    best = min(pairs, key=lambda p: (-len(p[0][0] | p[1][0]), 5 * work(p[0][1]) + work(p[1][1])))
    return [best[0][1]] if best[0] == best[1] else [best[0][1], best[1][1]]


def work(setting: Parameters) -> int:
    """What a call costs, in units of its own."""
    whole = [max(value, 1) for value in setting.values() if type(value) is int]
    return prod(whole) * (7 if setting.get("tune") else 1)


@cache
def simulation(name: str) -> Simulation:
    module = simulation_path(ROOT, name).relative_to(ROOT).with_suffix("").parts
    function = getattr(importlib.import_module(".".join(module)), name)
    return Simulation(read_simulation(ROOT, name), function, used().get(name, ()))


@cache
def used() -> dict[str, list[Parameters]]:
    """The parameters of every arm of every experiment, under all conditions that a claim names."""
    found: dict[str, list[Parameters]] = {}
    for entry, claim in load_faq(ROOT).claims():
        experiment = entry.experiment_of(claim)
        signature = read_simulation(ROOT, experiment.simulation)
        for condition in (OWN, *claim.holds_under, *claim.fails_under):
            setting = expand(experiment, experiment.condition(condition), signature)
            rows = [row for arm in setting.arms for row in setting.rows(arm)]
            found.setdefault(signature.name, []).extend(rows)
    return found


def check_replicates_stand_alone(sim: Simulation) -> None:
    """Replicate 2 is the same number alone and beside others: no neighbours, no place, no chance.

    So all at once is a loop over seeds, and a second run is equal. The two agree up to the rounding
    of batched products, which training amplifies.
    """
    together, alone, *_ = (call.values(sim.signature.metrics) for call in sim.calls)
    for name in together:
        one, other = together[name][2:3].numpy(), alone[name].numpy()
        rough = ROUGH.get(f"{sim.signature.name}.{name}", ROUGH.get(name, 1e-5))
        np.testing.assert_allclose(one, other, rtol=5e-3, atol=rough)


def check_global_randomness_is_untouched(sim: Simulation) -> None:
    """Not moved: torch's and numpy's global generators.

    Nor read, Python's included: each call finds other seeds, so that what read them differs there.
    """
    assert all(call.untouched for call in sim.calls)


def check_metrics_are_those_declared(sim: Simulation) -> None:
    """It returns what its docstring declares for each replicate, finite and detached."""
    axes = {metric.axis for metric in sim.signature.metrics.values() if metric.axis}
    for call in sim.calls:
        assert set(call.measured) == set(sim.signature.metrics) | axes
        for name, metric in sim.signature.metrics.items():
            value, n = torch.as_tensor(call.measured[name]), len(call.numbers)
            assert value.shape == ((n, len(call.measured[metric.axis])) if metric.axis else (n,))
            assert not value.requires_grad
            assert torch.isfinite(value.double()).all()


def check_costs_little(sim: Simulation) -> None:
    """No call of a few replicates costs more than a few seconds of a quiet machine."""
    assert max(call.cost for call in sim.calls) < PASSES


CHECKS = [value for name, value in list(globals().items()) if name.startswith("check_")]


@pytest.fixture(autouse=True, scope="module")
def _first_optimizer():
    """The first optimizer of a process loads PyTorch's compiler, which no simulation pays for."""
    torch.optim.SGD([torch.zeros(1, requires_grad=True)])


@pytest.fixture(autouse=True)
def _one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", simulation_names(ROOT))
def test_simulation(name, check):
    """Every simulation keeps the contract."""
    check(simulation(name))


TOY = '''"""A simulation with one fault."""

import os
import random
import time
from typing import Literal

import numpy as np
import torch


def toy(replicates, how: Literal["usual", "other", "third"] = "usual", steps: int = 3) -> dict:
    """Draw a number and a curve.

    Args:
        replicates: One of each.
        how: Makes no difference.
        steps: Points of the curve.

    Metrics:
        value: a number.
        curve[step]: numbers.
    """
    value = replicates.normal("value")
    measured = {"value": value, "curve": replicates.normal("curve", steps)}
    measured["step"] = torch.arange(steps)
    end = time.process_time() + 0.4
    FAULT
    return measured
'''

FAULTS = {
    "torch.rand(1)": check_global_randomness_is_untouched,
    "np.random.rand()": check_global_randomness_is_untouched,
    "value += torch.initial_seed()": check_replicates_stand_alone,
    "value += random.random()": check_replicates_stand_alone,
    "value += os.urandom(1)[0] / 7 + os.urandom(2)[0]": check_replicates_stand_alone,
    "value -= value.mean()": check_replicates_stand_alone,
    "value += torch.arange(len(value))": check_replicates_stand_alone,
    "measured['curve'] = measured['curve'].cumsum(0)": check_replicates_stand_alone,
    "measured['more'] = value": check_metrics_are_those_declared,
    "del measured['value']": check_metrics_are_those_declared,
    "del measured['step']": check_metrics_are_those_declared,
    "value[-1] = torch.nan": check_metrics_are_those_declared,
    "value /= 0": check_metrics_are_those_declared,
    "value.requires_grad_()": check_metrics_are_those_declared,
    "measured['value'] = value[:, None]": check_metrics_are_those_declared,
    "measured['value'] = value.squeeze()": check_metrics_are_those_declared,
    "measured['curve'] = measured['curve'].T": check_metrics_are_those_declared,
    "if how == 'other': value /= 0": check_metrics_are_those_declared,
    "while time.process_time() < end: pass": check_costs_little,
}


def toy(fault: str, path: Path, settings: Sequence[Parameters]) -> Simulation:
    (path / "sims").mkdir()
    (path / "sims" / "toy.py").write_text(TOY.replace("FAULT", fault))
    spec = importlib.util.spec_from_file_location("toy", path / "sims" / "toy.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return Simulation(read_simulation(path, "toy"), module.toy, settings)


@pytest.mark.parametrize("fault", ["pass", *FAULTS])
def test_each_fault_is_noticed_by_a_check(fault, tmp_path, monkeypatch):
    """And a simulation without one passes all of them."""
    monkeypatch.setitem(globals(), "PASSES", 500)
    sim = toy(fault, tmp_path, [{"how": "usual"}, {"how": "other"}])
    assert len(sim.calls) == 3
    for check in CHECKS:
        if check is FAULTS.get(fault):
            with pytest.raises((AssertionError, KeyError)):
                check(sim)
        elif fault == "pass":
            check(sim)


def test_what_no_entry_uses_is_not_called(tmp_path):
    """A fault outside the settings of the entries is none: it need not work there."""
    sim = toy("if how == 'other': value /= 0", tmp_path, [])

    check_metrics_are_those_declared(sim)
    assert len(sim.calls) == 2


def test_the_settings_cover_most_values_at_least_work(tmp_path):
    """Of all pairs the one with most named values; of equal settings the one with fewest steps."""
    used = [{"how": how, "steps": steps} for how in ("usual", "other") for steps in (400, 20, 80)]
    sim = toy("pass", tmp_path, used)

    assert sorted(one["how"] for one in sim.settings) == ["other", "usual"]
    assert {one["steps"] for one in sim.settings} == {20}
