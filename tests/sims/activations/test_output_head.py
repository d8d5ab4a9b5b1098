"""Exact cases of the output head."""

import torch
from sims.activations.output_head import output_head

from dlfaq.sim import Replicates


def test_a_bounded_output_keeps_the_distance():
    """A tanh cannot pass 1, so its error is at least that of the constant 1 when all targets are above 1."""
    for head in ("tanh", "sigmoid"):
        measured = output_head(Replicates("output_head", range(4)), head=head, steps=200)

        assert torch.all(measured["loss"] >= 0.9999 * measured["bound_loss"])


def test_the_bound_is_the_mean_square_distance_to_one():
    """For targets above 1 the best allowed constant is 1."""
    measured = output_head(Replicates("output_head", range(4)), steps=1, noise=0.0)
    x = 4 * Replicates("output_head", range(4)).uniform("x", 128, 1) - 2
    expected = (6 + torch.sin(2 * x) / 2 - 1).square().mean((1, 2))

    torch.testing.assert_close(measured["bound_loss"], expected)
