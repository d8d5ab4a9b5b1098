"""The bowl against algebra, a plain loop, and a checkpoint that is really reloaded."""

import copy

import torch
from sims.optimization.noisy_quadratic import noisy_quadratic
from torch import nn
from torch.optim.lr_scheduler import LinearLR

from dlfaq.sim import Replicates


def draws(steps, directions=20):
    """What the simulation draws: start (R, d) and noise (R, steps, d)."""
    replicates = Replicates("noisy_quadratic", range(4))
    start = replicates.normal("start", directions, dtype=torch.float64)
    return start, replicates.normal("noise", -(-steps // 16) * 16, directions, dtype=torch.float64)


def test_without_noise_each_direction_shrinks_by_a_known_factor():
    """Gradient descent on h w^2 / 2 multiplies w by 1 - lr h."""
    measured = noisy_quadratic(
        Replicates("noisy_quadratic", range(4)),
        schedule="constant",
        lr=0.5,
        steps=50,
        noise=0.0,
        condition=100.0,
    )
    h = torch.logspace(0, -2, 20, dtype=torch.float64)
    w = draws(50)[0] * (1 - 0.5 * h) ** 50

    torch.testing.assert_close(measured["loss"], 0.5 * (h * w**2).sum(1))


def test_a_cooldown_is_a_checkpoint_and_a_second_scheduler():
    """One `cooldown` run equals: constant rate, state_dict, load it anew, LinearLR to 0."""
    measured = noisy_quadratic(
        Replicates("noisy_quadratic", range(4)), schedule="cooldown", horizon=100, steps=100
    )
    start, noises = draws(100)
    h = torch.logspace(0, -3, 20, dtype=torch.float64)

    def train(w, optimizer, steps, rate=None):
        for step in steps:
            w.grad = h * w.detach() + 0.3 * h.sqrt() * noises[:, step]
            optimizer.step()
            if rate:
                rate.step()

    w = nn.Parameter(start)
    optimizer = torch.optim.SGD([w], lr=0.5)
    train(w, optimizer, range(80))
    saved = copy.deepcopy({"w": w.detach(), "optimizer": optimizer.state_dict()})
    again = nn.Parameter(saved["w"])
    optimizer = torch.optim.SGD([again], lr=123.0)
    optimizer.load_state_dict(saved["optimizer"])
    train(again, optimizer, range(80, 100), LinearLR(optimizer, 1.0, 0.0, total_iters=20))

    torch.testing.assert_close(measured["loss"], 0.5 * (h * again.detach() ** 2).sum(1))


def test_a_rate_of_zero_moves_nothing():
    """Behind its end a linear schedule leaves the weights bit by bit as they are."""
    short, after = (
        noisy_quadratic(
            Replicates("noisy_quadratic", range(4)), schedule="linear", horizon=50, steps=steps
        )
        for steps in (50, 90)
    )

    assert torch.equal(short["loss"], after["loss"])


def test_the_variance_covers_the_second_half():
    """With one step the second half is that step: both metrics see one w."""
    measured = noisy_quadratic(
        Replicates("noisy_quadratic", range(4)), steps=1, directions=1
    )  # curvature 1

    torch.testing.assert_close(measured["variance"], 2 * measured["loss"])
