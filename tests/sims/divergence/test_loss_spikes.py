"""Spikes and NaN: cases that algebra, or PyTorch run by hand, decides."""

import math
from pathlib import Path

import pytest
import torch
from sims.divergence.adam_after_silence import adam_after_silence
from sims.divergence.fragile_expressions import _naive, _stable, fragile_expressions
from sims.divergence.stability_limit import stability_limit

from dlfaq.knowledge.simulations import read_simulation
from dlfaq.sim import Replicates

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


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"one-std"}))
def test_both_forms_are_the_same_mathematics(name):
    """Where neither is fragile they agree."""
    x = 0.25 + torch.rand(4, 8, generator=torch.Generator().manual_seed(0)) / 2

    torch.testing.assert_close(
        _naive(name, x, hidden=False), _stable(name, x, hidden=False), rtol=1e-3, atol=1e-5
    )


def test_the_standard_deviations_differ_by_their_divisor():
    """A divisor of n - 1 in the fragile form, n in the stable one."""
    x = torch.rand(4, 8, generator=torch.Generator().manual_seed(0))
    both = _naive("one-std", x, hidden=False), _stable("one-std", x, hidden=False)

    torch.testing.assert_close(both[0] * (7 / 8) ** 0.5, both[1], rtol=1e-4, atol=0)


def test_a_root_at_zero_is_finite_and_its_slope_is_not():
    """The loss looks innocent."""
    measured = fragile_expressions(Replicates("fragile_expressions", range(2)), expression="root")

    assert measured["value"].tolist() == [True, True]
    assert measured["finite"].tolist() == [False, False]


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
