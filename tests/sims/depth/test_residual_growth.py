"""Exact cases of signals in residual blocks."""

import torch
from sims.depth.residual_growth import residual_growth
from torch.nn import functional as F

from dlfaq.sim import Replicates


def sim(**given):
    return residual_growth(Replicates("residual_growth", range(4)), **given)


def test_a_branch_of_zero_is_the_identity():
    """Nothing grows and nothing turns."""
    for value in sim(kind="zero").values():
        torch.testing.assert_close(value, torch.ones(4), rtol=0, atol=1e-5)


def test_one_block_divided_by_the_root_of_one_is_the_sum():
    """With L = 1 the two are the same."""
    for one, other in zip(
        sim(kind="scaled", blocks=1).values(), sim(kind="sum", blocks=1).values(), strict=True
    ):
        torch.testing.assert_close(one, other)


def test_two_blocks_by_hand():
    """Forward and backward of one replicate, for each kind."""
    for kind in ("sum", "scaled", "pre-norm", "post-norm"):
        measured = residual_growth(
            Replicates("residual_growth", [5]), kind=kind, blocks=2, width=16
        )
        alone = Replicates("residual_growth", [5])
        enter = alone.normal("U", 2, 16, 16)[0] * (2 / 16) ** 0.5
        leave = alone.normal("V", 2, 16, 16)[0] * (1 / 16) ** 0.5
        x = alone.normal("inputs", 8, 16)[0].requires_grad_()
        above = alone.normal("gradient", 8, 16)[0]
        h = x
        for u, v in zip(enter, leave, strict=True):
            f = F.relu((F.layer_norm(h, (16,)) if kind == "pre-norm" else h) @ u.T) @ v.T
            h = h + (f / 2**0.5 if kind == "scaled" else f)
            h = F.layer_norm(h, (16,)) if kind == "post-norm" else h
        h.backward(above)
        expected = (
            h.square().mean() / x.square().mean(),
            x.grad.square().mean() / above.square().mean(),
            F.cosine_similarity(x.grad, above, dim=1).mean(),
        )

        for metric, value in zip(("size", "gradient", "kept"), expected, strict=True):
            torch.testing.assert_close(measured[metric][0], value.detach(), rtol=1e-4, atol=1e-5)
