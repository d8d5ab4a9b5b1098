"""Which weights of a residual branch move."""

import torch
from sims.initialization.zero_branch import Branch, zero_branch

from dlfaq.sim import Replicates


def moved(zero, steps):
    measured = zero_branch(Replicates("zero_branch", range(2)), zero=zero, steps=steps, norm="none")
    return measured["moved"]


def test_a_branch_that_starts_at_zero_is_the_identity():
    """All but `nothing` pass on what comes in."""
    x = torch.randn(5, 8)
    for zero in ("scale", "down", "both", "matrices"):
        assert torch.equal(Branch(8, "layer", zero)(x), x)
    assert not torch.equal(Branch(8, "layer", "nothing")(x), x)


def test_one_zero_factor_learns_and_two_do_not():
    """By SGD without decay both matrices would stay; AdamW's decay moves what is not zero."""
    for zero, share in (("matrices", 0.0), ("both", 0.5)):
        assert (moved(zero, 3) == share).all()
    for zero in ("scale", "down"):
        assert (moved(zero, 3) > 0.9).all()
