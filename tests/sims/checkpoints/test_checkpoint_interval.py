"""Failures that can be counted by hand."""

import math

import torch
from sims.checkpoints.checkpoint_interval import checkpoint_interval

from dlfaq.sim import Replicates


def sim(count=4, **given):
    return checkpoint_interval(Replicates("checkpoint_interval", range(count)), **given)


def test_it_is_the_loop_that_everybody_writes():
    """Attempt by attempt, for one machine."""
    measured = sim(interval=200.0, cost=10.0, restart=5.0, attempts=50)
    draws = Replicates("checkpoint_interval", range(4)).uniform("failures", 50, dtype=torch.float64)
    for i in range(4):
        time = work = lost = failures = 0.0
        for u in draws[i].tolist():
            failure = -1000 * math.log(1 - u)
            if failure < 210:
                time, lost, failures = time + failure + 5, lost + min(failure, 200), failures + 1
            else:
                time, work = time + 210, work + 200
        assert math.isclose(measured["overhead"][i], time / work - 1, rel_tol=1e-9)
        assert math.isclose(measured["lost"][i], lost / failures / 200, rel_tol=1e-9)
        assert math.isclose(measured["failures"][i], failures / 50, rel_tol=1e-9)


def test_without_failures_only_saving_costs():
    """The overhead is cost over interval."""
    measured = sim(between_failures=1e12)

    torch.testing.assert_close(
        measured["overhead"], torch.full((4,), 10 / 141, dtype=torch.float64)
    )
    torch.testing.assert_close(measured["expected"], measured["overhead"], rtol=1e-4, atol=0)
    assert (measured["lost"] == 0).all()


def test_the_mean_is_the_formula():
    """With restarts too."""
    for given in ({}, {"restart": 50.0}, {"interval": 500.0}):
        measured = sim(count=64, **given)
        assert math.isclose(measured["overhead"].mean(), measured["expected"][0], rel_tol=0.02)
