"""The bowl against algebra, a plain loop, and a checkpoint that is really reloaded."""

import copy
import math

import pytest
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


def test_even_noise_is_as_large_in_flat_directions():
    """One step from the same start: it adds sigma, or sigma times the root of the curvature."""
    given = {"schedule": "constant", "lr": 1.0, "steps": 1, "condition": 100.0}
    start, noises = draws(1)
    h = torch.logspace(0, -2, 20, dtype=torch.float64)
    for even, share in ((True, torch.ones_like(h)), (False, h.sqrt())):
        measured = noisy_quadratic(
            Replicates("noisy_quadratic", range(4)), noise=0.3, even=even, **given
        )
        w = start - h * start - 0.3 * share * noises[:, 0]
        torch.testing.assert_close(measured["loss"], 0.5 * (h * w**2).sum(1))


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


def ravine(**given):
    """Without noise, at a rate that falls to 0 in a straight line."""
    given = {"noise": 0.0, "schedule": "linear", "horizon": given.get("steps", 500)} | given
    return noisy_quadratic(Replicates("noisy_quadratic", range(4)), **given)


def test_a_falling_rate_shrinks_each_direction_by_its_own_factors():
    """c_j after T steps is c_j times the product of 1 - lr_t h_j; so is the progress."""
    measured = ravine(lr=0.5, steps=10, condition=100.0)
    start = draws(10)[0]
    h = torch.logspace(0, -1, 20, base=100.0, dtype=torch.float64)
    c = start.clone()
    for step in range(10):
        c = c * (1 - 0.5 * (1 - step / 10) * h)

    torch.testing.assert_close(measured["distance"], c.norm(dim=1) / start.norm(dim=1))
    torch.testing.assert_close(measured["progress"], (h * c**2).sum(1) / (h * start**2).sum(1))


@pytest.mark.parametrize("optimizer", ["sgd", "momentum"])
def test_descent_along_the_gradient_does_not_notice_a_rotation(optimizer):
    """Bowl and start are turned together; rotated noise is as large as before."""
    straight = ravine(optimizer=optimizer, steps=30, noise=0.3)
    turned = ravine(optimizer=optimizer, steps=30, noise=0.3, rotated=True)

    for metric in ("loss", "distance", "variance"):
        torch.testing.assert_close(straight[metric], turned[metric])


def test_adams_first_step_has_the_length_of_its_rate():
    """Each coordinate moves by the rate, whatever its curvature; rotated, others do."""
    start = draws(1)[0]
    after = start - 0.01 * start.sign()
    expected = after.norm(dim=1) / start.norm(dim=1)
    measured = ravine(optimizer="adam", lr=0.01, steps=1)
    turned = ravine(optimizer="adam", lr=0.01, steps=1, rotated=True)

    torch.testing.assert_close(measured["distance"], expected)
    assert ((turned["distance"] - expected).abs() > 1e-4).all()


FORMULAS = {
    "constant": lambda _: 1.0,
    "linear": lambda t: max(0.0, 1 - t / 100),
    "cosine": lambda t: (1 + math.cos(math.pi * t / 100)) / 2,
    "cooldown": lambda t: min(1.0, max(0.0, (100 - t) / 20)),
    "drops": lambda t: 0.1 ** ((t >= 50) + (t >= 75)),
    "inverse": lambda t: 20 / (20 + t),
    "inverse-sqrt": lambda t: math.sqrt(20 / (20 + t)),
}


@pytest.mark.parametrize("schedule", FORMULAS)
def test_a_schedule_is_its_formula(schedule):
    """PyTorch's schedulers, also behind their end, against the textbook's closed form."""
    measured = noisy_quadratic(
        Replicates("noisy_quadratic", range(2)), schedule=schedule, horizon=100, steps=201
    )
    expected = torch.tensor([FORMULAS[schedule](t) for t in range(0, 201, 10)])

    assert measured["step"].tolist() == [*range(0, 201, 10)]
    torch.testing.assert_close(measured["rate"], expected.double().expand(2, -1), rtol=0, atol=1e-7)


def test_one_cycle_refuses_to_go_on():
    """OneCycleLR raises an error behind its last step; the others never do."""
    with pytest.raises(ValueError, match="Tried to step"):
        noisy_quadratic(
            Replicates("noisy_quadratic", range(1)), schedule="one-cycle", horizon=20, steps=30
        )
