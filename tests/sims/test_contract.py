"""The contract of a simulation: a list of checks, run over every file in `sims/`. A new one is tested by existing."""

import importlib
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from dlfaq.knowledge.simulations import read_simulation, simulation_names, simulation_path
from dlfaq.sim import Replicates

ROOT = Path(__file__).parents[2]
CPU_SECONDS = 5  # what one claim with its controls may cost at most


def module_of(name: str) -> str:
    """The dotted name of a simulation's file: `sims.pooling.pool_bags`."""
    return ".".join(simulation_path(ROOT, name).relative_to(ROOT).with_suffix("").parts)


class Simulation:
    """One simulation as the checks see it: called with replicate numbers, it measures."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.signature = read_simulation(ROOT, name)
        self.function: Callable = getattr(importlib.import_module(module_of(name)), name)

    def __call__(self, numbers: range) -> dict[str, torch.Tensor]:
        measured = self.function(Replicates(self.name, numbers))
        return {
            metric: torch.as_tensor(measured[metric]).double() for metric in self.signature.metrics
        }


def close(a: torch.Tensor, b: torch.Tensor) -> None:
    """Equal up to the rounding of batched products, which training amplifies."""
    np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=2e-3, atol=1e-5)


def check_replicates_stand_alone(sim: Simulation) -> None:
    """Replicate 2 is the same number alone, and beside whomever it runs."""
    together, alone, later = sim(range(4)), sim(range(2, 3)), sim(range(2, 6))
    for metric in together:
        close(together[metric][2:3], alone[metric])
        close(later[metric][:1], alone[metric])


def check_stacked_equals_a_loop(sim: Simulation) -> None:
    """All at once is a loop over seeds, only faster."""
    together = sim(range(3))
    looped = [sim(range(i, i + 1)) for i in range(3)]
    for metric in together:
        close(together[metric], torch.cat([one[metric] for one in looped]))


def check_a_second_run_is_equal(sim: Simulation) -> None:
    """The same replicates again are the same bits."""
    first, second = sim(range(2)), sim(range(2))
    assert all(torch.equal(first[metric], second[metric]) for metric in first)


def check_global_randomness_is_untouched(sim: Simulation) -> None:
    """Neither read nor moved: torch's and numpy's global generators."""
    torch.manual_seed(1)
    np.random.seed(1)
    before, first = (torch.get_rng_state(), np.random.get_state()[1].copy()), sim(range(2))
    assert torch.equal(before[0], torch.get_rng_state())
    assert (before[1] == np.random.get_state()[1]).all()
    torch.manual_seed(2)
    second = sim(range(2))
    assert all(torch.equal(first[metric], second[metric]) for metric in first)


def check_metrics_are_those_declared(sim: Simulation) -> None:
    """It returns what its docstring declares, one number or curve a replicate, finite and detached."""
    measured = sim.function(Replicates(sim.name, range(3)))
    axes = {metric.axis for metric in sim.signature.metrics.values() if metric.axis}
    assert set(measured) == set(sim.signature.metrics) | axes
    for name, metric in sim.signature.metrics.items():
        value = torch.as_tensor(measured[name])
        assert value.shape == ((3, len(measured[metric.axis])) if metric.axis else (3,))
        assert not value.requires_grad
        assert torch.isfinite(value.double()).all()


def check_costs_little(sim: Simulation) -> None:
    """The defaults cost less than what a whole claim may."""
    start = time.process_time()
    sim(range(32))
    assert time.process_time() - start < CPU_SECONDS


CHECKS = [value for name, value in list(globals().items()) if name.startswith("check_")]


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
    check(Simulation(name))
