"""Exact cases of the linear stack."""

import numpy as np
import torch
from sims.activations.linear_stack import Stack, linear_stack

from dlfaq.sim import Replicates


def stack(**parameters):
    return linear_stack(Replicates("linear_stack", range(4)), steps=0, **parameters)


def test_linear_layers_are_their_product():
    """Up to the rounding of float64, at any depth."""
    assert torch.all(stack(layers=2)["difference"] < 1e-13)
    assert torch.all(stack(layers=12)["difference"] < 1e-13)


def test_the_rank_is_the_narrowest_width():
    """A product of matrices has at most its smallest factor's rank; random ones have just that."""
    assert [int(stack(layers=4, narrowest=n)["rank"].unique()) for n in (1, 5, 20)] == [1, 5, 20]


def test_the_floor_is_numpys_least_squares():
    """The loss before training is divided by the error that `numpy.linalg.lstsq` leaves."""
    shared = Replicates("linear_stack", range(4))
    net = shared.stack("net", lambda: Stack(2, 20, 20, "identity"))
    x = shared.normal("x", 64, 20, dtype=torch.float64)
    target = torch.tanh(5 * x @ shared.normal("target", 20, 20, dtype=torch.float64)) / 2
    first = (net(x) - target).square().mean((1, 2)).detach()
    floors = []
    for inputs, outputs in zip(x.numpy(), target.numpy(), strict=True):
        ones = np.concatenate([inputs, np.ones((64, 1))], 1)
        best = ones @ np.linalg.lstsq(ones, outputs, rcond=None)[0]
        floors.append(((best - outputs) ** 2).mean())

    torch.testing.assert_close(
        stack(layers=2)["start_loss"], first / torch.tensor(floors), rtol=1e-9, atol=0
    )


def test_the_curve_begins_before_training_and_ends_after_it():
    """One number before each step and one after the last."""
    measured = linear_stack(Replicates("linear_stack", range(4)), layers=2, steps=5)

    assert measured["step"].tolist() == [0, 1, 2, 3, 4, 5]
    assert torch.equal(measured["loss_at"][:, 0], measured["start_loss"])
    assert torch.equal(measured["loss_at"][:, -1], measured["loss"])
    assert torch.equal(measured["start_loss"], stack(layers=2)["start_loss"])
