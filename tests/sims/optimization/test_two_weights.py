"""The two weights against algebra and a plain loop."""

import torch
from sims.optimization.two_weights import two_weights

from dlfaq.sim import Replicates


def test_the_run_equals_the_two_equations_by_hand():
    """Both weights step from the old ones: u - lr (u v - y) v and v - lr (u v - y) u."""
    measured = two_weights(Replicates("two_weights", range(4)), lr=0.1, warmup=50, steps=80)
    drawn = Replicates("two_weights", range(4))
    u, v = torch.full((4,), 5.0, dtype=torch.float64), 0.1 * drawn.normal("v", dtype=torch.float64)
    y = 1 + 0.1 * drawn.normal("labels", 80, dtype=torch.float64)
    for step in range(80):
        lr = 0.1 * min(1.0, 1 / 50 + (1 - 1 / 50) * step / 50)
        error = u * v - y[:, step]
        u, v = u - lr * error * v, v - lr * error * u

    torch.testing.assert_close(measured["sharpness"], u**2 + v**2)


def test_small_steps_conserve_the_difference_of_squares():
    """Gradient flow keeps u^2 - v^2 and ends at u v = 1.

    That fixes the sharpness: sqrt((u^2 - v^2)^2 + 4).
    """
    measured = two_weights(Replicates("two_weights", range(4)), lr=0.002, noise=0.0, steps=1000)
    v = 0.1 * Replicates("two_weights", range(4)).normal("v", dtype=torch.float64)

    expected = ((25 - v**2) ** 2 + 4).sqrt()
    torch.testing.assert_close(measured["sharpness"], expected, rtol=2e-3, atol=0)


def test_beyond_four_over_sharpness_it_diverges():
    """From 25, the catapult ends at 4 / 25 = 0.16."""
    below, above = (
        two_weights(Replicates("two_weights", range(4)), lr=lr, noise=0.0) for lr in (0.14, 0.18)
    )

    assert not below["diverged"].any()
    assert above["diverged"].all()
