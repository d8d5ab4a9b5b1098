"""Exact cases of the chain."""

import pytest
import torch
from sims.activations.scalar_chain import scalar_chain

from dlfaq.sim import Replicates


@pytest.mark.parametrize(("layers", "gradient"), [(2, 0.25), (5, 2.0), (10, 64.0)])
def test_weights_of_eight_at_the_steepest_point_double_the_gradient(layers, gradient):
    """Each further layer multiplies by 8 / 4: the first gradient is 1/2 * (1/4)^L * 8^(L-1) = 2^(L-4)."""
    chain = scalar_chain(
        Replicates("scalar_chain", range(4)), layers=layers, smallest=8, largest=8, centred=True
    )

    torch.testing.assert_close(chain["first"], torch.full((4,), gradient, dtype=torch.float64))


def test_one_unit_needs_no_weights_in_the_formula():
    """With one layer the product of w_2 … w_L is empty: both formulas are right."""
    chain = scalar_chain(Replicates("scalar_chain", range(4)), layers=1, largest=3.0)

    assert torch.all(chain["formula_error"] < 1e-12)
    assert torch.all(chain["no_weights_error"] < 1e-12)


def test_a_dead_chain_has_numbers():
    """Weights that saturate every unit give a gradient of 0, not of nan."""
    chain = scalar_chain(
        Replicates("scalar_chain", range(2)), layers=3, smallest=1000, largest=1000
    )

    assert all(torch.isfinite(value.double()).all() for value in chain.values())
