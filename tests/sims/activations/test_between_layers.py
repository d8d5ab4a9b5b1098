"""Exact cases of what stands between the layers."""

import pytest
import torch
from sims.activations.between_layers import RowReader, _perceptron, between_layers
from torch import nn

from dlfaq.sim import Replicates


def trained(**parameters):
    return between_layers(Replicates("between_layers", range(3)), steps=25, **parameters)


@pytest.mark.parametrize("norm", ["none", "batch"])
def test_without_activations_it_is_an_affine_map(norm):
    """Batch normalization has fixed numbers in evaluation mode."""
    assert torch.all(trained(activation="identity", norm=norm)["gap"] < 1e-5)


@pytest.mark.parametrize("bend", [{}, {"activation": "identity", "norm": "layer"}])
def test_what_bends_is_not_affine(bend):
    """An activation bends, and so does the division by an example's own spread."""
    assert torch.all(trained(**bend)["gap"] > 1e-3)


def test_one_hidden_layer_has_its_activation_either_way():
    """Behind every hidden layer or behind the first: with one of them it is the same network."""
    every, first = (trained(layers=1, bent=bent) for bent in ("every", "first"))

    assert torch.equal(every["accuracy"], first["accuracy"])
    assert torch.equal(every["gap"], first["gap"])


def test_activations_stand_where_they_should():
    """None behind the last layer; one in all, or one behind each hidden layer."""

    def kinds(**given):
        net = _perceptron(64, 2, 3, 8, "batch", "tanh", **given)
        return [type(part).__name__[:5] for part in net]

    hidden = ["Linea", "Batch", "Tanh"]
    assert kinds(bent="every") == [*hidden * 3, "Linea"]
    assert kinds(bent="first") == [*hidden, *["Linea", "Batch"] * 2, "Linea"]


def test_the_transformer_reads_rows_and_bends_where_it_should():
    """Its activation replaces GELU in each block; rows that change places change the answer."""
    reader = RowReader(2, 2, 8, "layer", "tanh").eval()
    x = torch.randn(5, 64)
    turned = x.unflatten(-1, (8, 8)).flip(1).flatten(1)

    assert [type(block.feed[1]) for block in reader.blocks] == [nn.Tanh, nn.Tanh]
    assert reader(x).shape == (5, 2)
    assert not torch.allclose(reader(x), reader(turned))


def test_the_transformer_learns_digits():
    """In 25 steps it is far from guessing, and its images are read row by row."""
    measured = trained(
        network="transformer", norm="layer", layers=1, data="digits", activation="gelu", lr=0.01
    )

    assert torch.all(measured["accuracy"] > 0.3)
