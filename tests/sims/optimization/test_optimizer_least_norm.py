"""Least squares, against the pseudo-inverse."""

import pytest
import torch
from sims.optimization.optimizer_least_norm import optimizer_least_norm

from dlfaq.sim import Replicates


def sim(**given):
    return optimizer_least_norm(Replicates("optimizer_least_norm", range(8)), **given)


def test_gradient_descent_is_the_pseudo_inverse():
    """From 0 it ends at the shortest solution; the error is that of the unseen part of w."""
    measured = sim(optimizer="sgd", lr=1.0)
    draws = Replicates("optimizer_least_norm", range(8))
    x = draws.normal("inputs", 10, 40, dtype=torch.float64)
    true = draws.normal("true", 40, dtype=torch.float64)
    unseen = true - (torch.linalg.pinv(x) @ x @ true[..., None])[..., 0]

    assert torch.allclose(measured["norm"], torch.ones(8, dtype=torch.float64))
    assert torch.allclose(measured["error"], unseen.square().sum(1) / true.square().sum(1))


def test_without_a_step_nothing_is_explained():
    """At w = 0 loss and error are 1 by definition; a random start is mostly outside the span."""
    measured = sim(steps=1, lr=0.0, start=1.0)

    assert (sim(steps=1, lr=1e-300)["loss"] == 1).all()
    assert abs(measured["outside"].mean() - 30 / 40) < 0.1


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_a_determined_system_has_one_solution(optimizer):
    """All find the true w."""
    measured = sim(
        optimizer=optimizer,
        lr=0.1 if optimizer != "sgd" else 1.0,
        equations=40,
        unknowns=10,
        steps=1000,
    )

    assert (measured["error"] < 1e-12).all()


def test_scales_change_what_a_weight_is_worth_not_the_task():
    """The error weights each input by its scale: at the start it is 1 with any spread."""
    assert torch.allclose(
        sim(steps=1, lr=1e-300, spread=1.0)["error"], torch.ones(8, dtype=torch.float64)
    )
