"""One unit behind batch normalization, against nn.BatchNorm1d and regression in closed form."""

import pytest
import torch
from sims.normalization.norm_unit import _angle, _standardize, norm_unit
from torch import nn

from dlfaq.sim import Replicates


def sim(**given):
    return norm_unit(Replicates("norm_unit", range(3)), **given)


def test_standardizing_is_batch_normalization():
    z = torch.randn(1, 7, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(0))

    torch.testing.assert_close(
        _standardize(z)[0], nn.BatchNorm1d(1, eps=1e-14, affine=False).double()(z[0])
    )


@pytest.mark.parametrize("normalize", [True, False])
def test_gradient_descent_ends_at_the_least_squares_solution(normalize):
    """Both have the direction of the least-squares fit at their minimum, where the excess is 0."""
    measured = sim(normalize=normalize, lr=0.3, steps=3000)

    assert (measured["excess"].abs() < 1e-6).all()
    assert (measured["excesses"] > -1e-12).all()


def test_the_norm_is_pythagoras_over_all_steps():
    """A step of 0 length never grows; without decay the norm never ends below its start."""
    assert (sim(lr=0.0, steps=5)["norm"] - 1).abs().max() < 1e-12
    assert (sim(lr=1.0, steps=5, start=3.0)["norm"] > 3).all()


def test_a_start_twice_as_long_is_a_rate_a_quarter_as_high():
    """The direction moves at lr / |w|^2: this is exact for a scale-free loss."""
    short, long = sim(lr=0.1, start=1.0, steps=50), sim(lr=0.4, start=2.0, steps=50)

    torch.testing.assert_close(short["excesses"], long["excesses"])
    torch.testing.assert_close(2 * short["norm"], long["norm"])


def test_angles_are_those_between_vectors():
    a = torch.tensor([[1.0, 0.0], [2.0, 0.0], [1.0, 0.0]], dtype=torch.float64)
    b = torch.tensor([[0.0, 3.0], [1.0, 1.0], [-1.0, 0.0]], dtype=torch.float64)

    torch.testing.assert_close(
        _angle(a, b), torch.tensor([torch.pi / 2, torch.pi / 4, torch.pi], dtype=torch.float64)
    )


def test_momentum_acts_from_the_second_step_on():
    """The first step is that of plain SGD; then the weights grow faster."""
    torch.testing.assert_close(sim(momentum=0.9, steps=1)["norm"], sim(steps=1)["norm"])
    assert (sim(momentum=0.9, steps=50)["norm"] > sim(steps=50)["norm"]).all()
