"""Exact cases of the last layer of a regression."""

import torch
from sims.activations.output_activation import output_activation

from dlfaq.sim import Replicates
from dlfaq.sim.training_data import load


def regression(count=4, **parameters):
    return output_activation(Replicates("output_activation", range(count)), **parameters)


def test_a_silent_network_predicts_zeros():
    """Its error is the mean square of the targets over their variance, and it never moves."""
    measured = regression(32, output="relu", layers=3, steps=20)
    silent = measured["silent"]
    _, y = load(Replicates("y", range(1)), "diabetes", valid=90).open_test()
    y = 1 + y / 2

    assert silent.any()
    assert not silent.all()
    assert torch.all(measured["zero"][silent] == 1)
    assert torch.all(measured["curve"][silent] == 0)
    expected = (y.square().mean() / y.var()).expand(int(silent.sum()))
    torch.testing.assert_close(measured["error"][silent], expected, rtol=1e-5, atol=0)


def test_targets_are_positive():
    """So a ReLU and a softplus could predict them all."""
    rows = load(Replicates("y", range(1)), "diabetes", valid=90)
    _, y_test = rows.open_test()

    assert min((1 + y / 2).min() for y in (rows.y, rows.y_valid, y_test)) > 0


def test_outputs_have_their_range():
    """Softplus is above 0, tanh below 1, ReLU not below 0."""
    assert torch.all(regression(output="softplus")["curve"] > 0)
    assert torch.all(regression(output="tanh", data="parabola")["curve"] < 1)
    assert torch.all(regression(output="relu")["negative"] == 0)


def test_without_activations_the_curve_is_a_line():
    """Its second differences are 0; those of a network with tanh are not."""
    straight = regression(activation="identity", data="parabola", steps=50)["curve"]
    bent = regression(activation="tanh", data="parabola", steps=50)["curve"]

    assert straight.diff(n=2).abs().max() < 1e-5
    assert bent.diff(n=2).abs().max() > 1e-3


def test_the_offset_moves_all_predictions():
    """By exactly that, before training."""
    moved, plain = (regression(offset=offset, lr=0.0, steps=1) for offset in (1.0, 0.0))

    torch.testing.assert_close(moved["curve"], plain["curve"] + 1)
