"""The one weight against a plain loop."""

import math

import torch
from sims.activations.saturated_weight import saturated_weight

from dlfaq.sim import Replicates


def test_equals_a_loop_in_plain_numbers():
    """Three SGD steps on sigmoid(w)^2, one weight at a time, with the derivative 2 s^2 (1 - s)."""
    numbers, lr, steps = range(4), 0.5, 3
    moved = saturated_weight(
        Replicates("saturated_weight", numbers), start=1.0, lr=lr, steps=steps
    )["moved"]
    starts = 1.0 + 0.1 * Replicates("saturated_weight", numbers).normal("start")
    for start, distance in zip(starts.tolist(), moved.tolist(), strict=True):
        w = start
        for _ in range(steps):
            s = 1 / (1 + math.exp(-w))
            w -= lr * 2 * s * s * (1 - s)

        assert abs((start - w) - distance) < 1e-5


def test_adam_moves_by_its_rate_at_first():
    """Adam's first step is lr * g / (|g| + eps): the rate, however flat the sigmoid."""
    measured = saturated_weight(
        Replicates("saturated_weight", range(4)), start=8.0, optimizer="adam", lr=0.25, steps=1
    )

    torch.testing.assert_close(measured["first_move"], torch.full((4,), 0.25), rtol=1e-3, atol=0)
