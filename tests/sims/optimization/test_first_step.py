"""The first step against its formula."""

import torch
from sims.optimization.first_step import first_step

from dlfaq.sim import Replicates


def sim(**given):
    return first_step(Replicates("first_step", range(4)), **given)


def test_sgd_scales_with_the_loss_exactly():
    """A loss twice as large is a gradient twice as large is a step twice as large."""
    one, two = sim(optimizer="sgd", lr=1.0), sim(optimizer="sgd", lr=1.0, scale=2.0)

    assert torch.equal(2 * one["gradient"], two["gradient"])
    torch.testing.assert_close(2 * one["large_step"], two["large_step"], rtol=1e-4, atol=0)


def test_adam_does_not_care_about_the_scale():
    """Adam divides the gradient by its own size."""
    one, large = sim(), sim(scale=2.0**20)

    torch.testing.assert_close(one["change"], large["change"], rtol=1e-4, atol=0)
    torch.testing.assert_close(one["small_step"], torch.full((4,), 1e-3), rtol=1e-4, atol=0)


def test_warmup_divides_the_first_rate():
    """LinearLR begins at lr / warmup."""
    torch.testing.assert_close(
        sim(warmup=100)["large_step"], torch.full((4,), 1e-5), rtol=1e-3, atol=0
    )
