"""One ReLU unit, checked against pencil and paper."""

import pytest
import torch
from sims.activations.relu_unit import relu_unit

from dlfaq.sim import Replicates


def test_the_formula_is_exact_away_from_zero():
    """The gradient of the output is x where the unit is active."""
    measured = relu_unit(Replicates("name", range(4)), share=0.3, steps=1)

    assert (measured["formula_error"] == 0).all()


def test_at_zero_the_formula_is_wrong_by_the_input_itself():
    """PyTorch's derivative of ReLU at 0 is 0, so the error is the largest |x|."""
    drawn = Replicates("name", range(4)).normal("x", 200, 8, dtype=torch.float64)
    measured = relu_unit(Replicates("name", range(4)), at_zero=True, steps=1)

    assert torch.equal(measured["formula_error"], drawn.abs().amax((1, 2)))


def test_the_factor_from_above_is_missing_in_the_formula():
    """With an upstream gradient of 0.25 three quarters of x are missing, on the active rows."""
    quarter = relu_unit(Replicates("name", range(4)), share=0.5, upstream=0.25, steps=1)[
        "formula_error"
    ]
    zero = relu_unit(Replicates("name", range(4)), share=0.5, upstream=0.0, steps=1)[
        "formula_error"
    ]

    assert torch.allclose(quarter, 0.75 * zero)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.25])
def test_the_unit_starts_with_the_share_asked_for(share):
    """A learning rate of 0 leaves it where it is."""
    measured = relu_unit(Replicates("name", range(4)), share=share, steps=1, lr=0.0)

    assert (measured["share_after"] == share).all()
    assert ((measured["gradient"] > 0) == (share > 0)).all()
