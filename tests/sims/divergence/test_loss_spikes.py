"""Spikes and NaN: cases that algebra, or PyTorch run by hand, decides."""

import math
from pathlib import Path

import pytest
import torch
from sims.divergence.adam_after_silence import adam_after_silence
from sims.divergence.find_nan import find_nan
from sims.divergence.fragile_expressions import fragile_expressions
from sims.divergence.stability_limit import stability_limit

from dlfaq.knowledge.simulations import read_simulation
from dlfaq.sim import Replicates, expressions

ROOT = Path(__file__).parents[3]
NAMES = read_simulation(ROOT, "fragile_expressions").parameters["expression"].choices


@pytest.mark.parametrize("ratio", [0.1, 0.9, 1.2])
def test_a_step_multiplies_by_one_minus_rate_times_curvature(ratio):
    """After n steps the distance is that factor to the n."""
    measured = stability_limit(
        Replicates("stability_limit", range(3)), ratio=ratio, curvature=5.0, steps=20
    )
    expected = torch.full((3,), 20 * math.log(abs(1 - 2 * ratio)), dtype=torch.float64)

    torch.testing.assert_close(measured["growth"], expected)


def test_all_know_the_same_expressions():
    """Both simulations offer each of them."""
    both = read_simulation(ROOT, "find_nan").parameters["expression"].choices

    assert tuple(NAMES) == tuple(both) == expressions.NAMES


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"one-std"}))
def test_both_forms_are_the_same_mathematics(name):
    """Where neither is fragile they agree."""
    x = 0.25 + torch.rand(4, 8, generator=torch.Generator().manual_seed(0)) / 2

    torch.testing.assert_close(
        expressions.fragile(name, x, hidden=False),
        expressions.stable(name, x, hidden=False),
        rtol=1e-3,
        atol=1e-5,
    )


def test_the_standard_deviations_differ_by_their_divisor():
    """A divisor of n - 1 in the fragile form, n in the stable one."""
    x = torch.rand(4, 8, generator=torch.Generator().manual_seed(0))
    both = [form("one-std", x, hidden=False) for form in (expressions.fragile, expressions.stable)]

    torch.testing.assert_close(both[0] * (7 / 8) ** 0.5, both[1], rtol=1e-4, atol=0)


def test_a_root_at_zero_is_finite_and_its_slope_is_not():
    """The loss looks innocent."""
    measured = fragile_expressions(Replicates("fragile_expressions", range(2)), expression="root")

    assert measured["value"].tolist() == [True, True]
    assert measured["finite"].tolist() == [False, False]


@pytest.mark.parametrize(
    ("name", "hook", "anomaly"),
    [("log-sum-exp", True, False), ("softmax", True, True), ("root", False, True)],
)
def test_hooks_see_values_and_anomaly_mode_sees_gradients(name, hook, anomaly):
    """Only a logarithm of 0 is found by both: its loss is inf, and its gradient NaN at once."""
    measured = find_nan(Replicates("find_nan", range(2)), expression=name)

    assert measured["finite"].tolist() == [name == "root"] * 2
    assert measured["hook"].tolist() == [hook] * 2
    assert measured["anomaly"].tolist() == [anomaly] * 2


def test_a_harmless_network_is_not_reported():
    """Neither tool finds anything, and the loss is finite."""
    measured = find_nan(Replicates("find_nan", range(2)), expression="exp", extreme=False)

    assert measured["finite"].all()
    assert not measured["hook"].any() | measured["anomaly"].any() | measured["named"].any()


@pytest.mark.parametrize("silence", [10, 500])
def test_the_step_after_silence_follows_adams_formula(silence):
    """(1 - β1) / sqrt(1 - β2), each divided by its bias correction."""
    measured = adam_after_silence(
        Replicates("adam_after_silence", range(2)), active=0, silence=silence
    )
    first = 0.1 / (1 - 0.9 ** (silence + 1))
    second = math.sqrt(0.001 / (1 - 0.999 ** (silence + 1)))

    torch.testing.assert_close(
        measured["step"], torch.full((2,), first / second, dtype=torch.float64), rtol=1e-5, atol=0
    )
