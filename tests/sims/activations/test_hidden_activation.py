"""Exact cases of networks that differ in the activation of their hidden layers."""

import math

import pytest
import torch
from sims.activations.hidden_activation import BENDS, _network, hidden_activation
from torch import nn

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.training_data import load


def trained(**parameters):
    return hidden_activation(Replicates("hidden_activation", range(3)), **parameters)


def test_each_hidden_layer_has_its_normalization_and_its_activation():
    """A linear layer, BatchNorm, the activation; none of them behind the last layer."""
    net = _network("mlp", [64, 8, 8, 10], "tanh", 1.0, "batch")

    hidden = ["Linear", "BatchNorm1d", "Tanh"]
    assert [type(part).__name__ for part in net] == [*hidden * 2, "Flatten", "Linear"]


def test_a_convolutional_network_pools_once():
    """Behind its first convolution; the output layer sees 4 x 4 places."""
    net = _network("conv", [64, 4, 4, 4, 10], "gelu", 1.0, "batch")

    hidden = ["Conv2d", "BatchNorm2d", "GELU"]
    kinds = ["Unflatten", *hidden, "MaxPool2d", *hidden * 2, "Flatten", "Linear"]
    assert [type(part).__name__ for part in net] == kinds
    assert net(torch.randn(5, 64)).shape == (5, 10)


@pytest.mark.parametrize("network", ["mlp", "conv"])
def test_hidden_weights_have_the_gain_and_the_output_layer_is_pytorchs(network):
    """Standard deviation times the root of the inputs; biases are 0, but not the output's."""
    torch.manual_seed(0)
    net = _network(network, [64, 128, 128, 10], "relu", math.sqrt(2), "none")
    first, second, last = (m for m in net.modules() if isinstance(m, nn.Linear | nn.Conv2d))

    for layer in (first, second):
        gain = layer.weight.detach().std() * layer.weight[0].numel() ** 0.5
        assert gain == pytest.approx(math.sqrt(2), rel=0.1)
        assert torch.all(layer.bias == 0)
    assert last.weight.abs().max() <= last.in_features**-0.5
    assert torch.any(last.bias != 0)


@pytest.mark.parametrize("activation", ["relu", "leaky", "gelu", "silu", "tanh", "sigmoid"])
def test_accuracy_is_that_of_test_rows(activation):
    """At rate 0 it is what the untrained network gets right of rows it never saw."""
    here = {"layers": 2, "hidden": 8, "lr": 0.0, "steps": 10}
    measured = trained(activation=activation, gain=1.0, **here)
    again = Replicates("hidden_activation", range(3))
    rows = load(again, "digits", valid=200)
    net = again.stack("net", lambda: _network("mlp", [64, 8, 8, 10], activation, 1.0, "none"))
    x, y = rows.open_test()

    assert activation in BENDS
    assert torch.equal(measured["accuracy"], accuracy(net(x).detach(), y))
    assert len(y[0]) == 597


def test_a_run_that_never_arrives_counts_one_step_more():
    """At rate 0 the loss stays where it began."""
    measured = trained(lr=0.0, steps=12)

    assert torch.all(measured["steps_to_half"] == 13)
    assert not measured["arrived"].any()


def test_a_run_arrives_when_ten_batches_are_below_half():
    """Breast cancer is learned in a few steps, and a mean over ten batches needs ten of them."""
    measured = trained(layers=1, data="cancer", lr=0.5, steps=60)

    assert measured["arrived"].all()
    assert torch.all(measured["steps_to_half"] >= 10)
    assert torch.all(measured["loss"] < 0.5)
