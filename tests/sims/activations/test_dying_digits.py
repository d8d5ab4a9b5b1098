"""Dead units against a plain loop over networks."""

import pytest
import torch
from sims.activations.dying_digits import dying_digits
from torch import nn
from torch.nn import functional as F

from dlfaq.sim import Replicates, digits


def plain() -> nn.Sequential:
    """Two hidden layers with a bias of 0.1."""
    net = nn.Sequential(
        nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 10)
    )
    for layer in (net[0], net[2]):
        nn.init.constant_(layer.bias, 0.1)
    return net


def test_one_step_equals_a_plain_loop():
    """One network after the other, with torch.optim, has the same dead units and accuracy."""
    measured = dying_digits(Replicates("name", range(4)), lr=10.0, bias=0.1, layers=2)
    drawn, data = Replicates("name", range(4)), digits()
    nets = drawn.stack("net", plain)
    batches = drawn.batches("batches", len(data.x), 64, 1)
    x, y = torch.cat([data.x, data.x_test]), torch.cat([data.y, data.y_test])
    for i in range(4):
        net = plain()
        net.load_state_dict({name: value[i].detach() for name, value in nets.weights().items()})
        F.cross_entropy(net(data.x[batches[i, 0]]), data.y[batches[i, 0]]).backward()
        torch.optim.SGD(net.parameters(), lr=10.0).step()
        logits, z = net(x), net[:3](x)

        assert measured["dead"][i] == (z < 0).all(0).double().mean()
        assert measured["accuracy"][i] == pytest.approx(
            (logits.argmax(1) == y).double().mean().item(), abs=0.002
        )


def test_relu_units_are_stuck_exactly_if_they_are_dead():
    """No input, no gradient: the two shares are one for ReLU."""
    measured = dying_digits(Replicates("name", range(4)), lr=10.0)

    assert torch.equal(measured["dead"], measured["stuck"])
    assert (measured["dead"] > 0).all()


def test_leaky_units_are_never_stuck():
    """A slope of 0.01 is not 0, however dead the ReLU would be."""
    measured = dying_digits(Replicates("name", range(4)), activation="leaky", lr=10.0)

    assert (measured["dead"] > 0).any()
    assert (measured["stuck"] == 0).all()


def test_a_bias_far_below_zero_kills_every_unit():
    """|w·x| cannot exceed 8 with 64 weights of at most 1/8 and pixels of at most 1."""
    measured = dying_digits(Replicates("name", range(4)), steps=0, bias=-9.0)

    assert (measured["dead"] == 1).all()
    assert (measured["one_way"] == 0).all()


def test_the_curve_begins_before_training_and_ends_after_it():
    """Looked at before the first step, after every tenth, and after the last."""
    untrained = dying_digits(Replicates("name", range(4)), steps=0)
    measured = dying_digits(Replicates("name", range(4)), lr=10.0, steps=13)

    assert measured["step"].tolist() == [0, 10, 13]
    assert torch.equal(measured["dead_at"][:, 0], untrained["dead"])
    assert torch.equal(measured["dead_at"][:, -1], measured["dead"])


def test_normalization_keeps_units_alive_where_one_step_kills_them():
    """And the accuracy on the test images is the last part of that on all."""
    plain_ones, normalized = (
        dying_digits(Replicates("name", range(4)), lr=10.0, norm=norm) for norm in ("none", "batch")
    )

    assert (normalized["dead"] < plain_ones["dead"]).all()
    assert ((normalized["test_accuracy"] - normalized["accuracy"]).abs() < 0.1).all()
