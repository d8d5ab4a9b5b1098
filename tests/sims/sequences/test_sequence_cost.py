"""Counts that can be made with pencil and paper, or by PyTorch's own layers."""

import pytest
from sims.sequences.sequence_cost import sequence_cost
from torch import nn

from dlfaq.sim import Replicates

NAME = "sequence_cost"


def counts(**given):
    return {
        name: float(value[0])
        for name, value in sequence_cost(Replicates(NAME, range(2)), **given).items()
    }


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize(
    ("reader", "theirs"), [("rnn", nn.RNN), ("gru", nn.GRU), ("lstm", nn.LSTM)]
)
def test_parameters_are_pytorchs(reader, theirs, layers, bidirectional):
    """As many as the fused layer has."""
    given = {"layers": layers, "bidirectional": bidirectional}
    fused = theirs(5, 7, num_layers=layers, bidirectional=bidirectional)

    counted = counts(reader=reader, length=3, width=7, inputs=5, **given)["parameters"]
    assert counted == sum(parameter.numel() for parameter in fused.parameters())


@pytest.mark.parametrize(("reader", "gates"), [("rnn", 1), ("gru", 3), ("lstm", 4)])
def test_recurrent_products(reader, gates):
    """Each step multiplies input and state by the gates' matrices; n terms are 2 n operations."""
    counted = counts(reader=reader, length=9, width=7, inputs=5)

    assert counted["operations"] == 9 * 2 * gates * 7 * (5 + 7)
    assert counted["chain"] == 9


def test_attention_products():
    """Three projections, the scores, and the weighted mean; kept are q, k, v and the softmax."""
    counted = counts(reader="attention", length=9, inputs=6)

    assert counted["operations"] == 3 * 2 * 9 * 6 * 6 + 2 * (2 * 9 * 9 * 6)
    assert counted["stored"] == 9 * 9 + 3 * 9 * 6
    assert counted["chain"] == 3


def test_a_plain_rnn_stores_its_states():
    """The tanh keeps its outputs, T of them, and the first product the zeros it started from."""
    assert counts(reader="rnn", length=9, width=7, inputs=5)["stored"] == 9 * 7 + 7


def test_layers_add_up():
    """A second layer waits for the first: the chains add, whatever the direction."""
    assert counts(reader="attention", length=9, layers=2)["chain"] == 6
    assert counts(reader="lstm", length=9, layers=2)["chain"] == 18
    assert counts(reader="rnn", length=9, bidirectional=True)["chain"] == 9
