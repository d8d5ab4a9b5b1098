"""Failures that can be counted by hand."""

import math

import torch
from sims.checkpoints.checkpoint_interval import checkpoint_interval

from dlfaq.sim import Replicates


def sim(count=4, **given):
    return checkpoint_interval(Replicates("checkpoint_interval", range(count)), **given)


def test_it_is_the_loop_that_everybody_writes():
    """Interval by interval, for one machine."""
    measured = sim(interval=200.0, restart=5.0, failures=50)
    draws = Replicates("checkpoint_interval", range(4)).uniform("failures", 50, dtype=torch.float64)
    for i in range(4):
        time = work = lost = 0.0
        for u in draws[i].tolist():
            left = -1000 * math.log(1 - u)
            time += 5 + left
            while left >= 210:
                left, work = left - 210, work + 200
            lost += min(left, 200)
        assert math.isclose(measured["overhead"][i], time / work - 1, rel_tol=1e-9)
        assert math.isclose(measured["lost"][i], lost / 50 / 200, rel_tol=1e-9)


def test_with_rare_failures_only_saving_costs():
    """The overhead is cost over interval."""
    overhead = sim(between_failures=1e9)["overhead"]

    torch.testing.assert_close(overhead, torch.full_like(overhead, 10 / 141), rtol=1e-4, atol=0)


def test_the_mean_is_the_formula():
    """For a constant rate: (M + restart) (exp((interval + cost) / M) - 1) / interval - 1."""
    for interval, restart in ((141.0, 0.0), (141.0, 50.0), (500.0, 0.0)):
        overhead = sim(count=64, interval=interval, restart=restart)["overhead"].mean()
        expected = (1000 + restart) * math.expm1((interval + 10) / 1000) / interval - 1
        assert math.isclose(overhead, expected, rel_tol=0.02)


def test_the_mean_time_is_that_of_every_shape():
    """Below 1 many failures come soon, and some late; the mean stays."""
    for shape in (0.5, 0.7, 2.0):
        overhead = sim(count=64, shape=shape, interval=1.0, cost=0.0, failures=4000)["overhead"]
        assert 0 < overhead.mean() < 1e-3
