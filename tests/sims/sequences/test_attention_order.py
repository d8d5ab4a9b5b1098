"""Order, where the answer is known."""

import pytest
import torch
from sims.sequences.attention_order import attention_order
from torch import nn
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.sequences import RNN, SelfAttention, sinusoids

NAME, T, D = "attention_order", 5, 8


def plain(make, apply, places):
    """`moved` of one replicate, from PyTorch's own layers and indexing."""
    alone = Replicates(NAME, [1])
    weights = {
        name: value[0].detach().double()
        for name, value in alone.stack("net", make).weights().items()
    }
    x = alone.normal("inputs", 8, T, D, dtype=torch.float64)[0]
    order = alone.permutation("order", T)[0]
    outputs, after = apply(weights, x + places), apply(weights, x[:, order] + places)
    return (after - outputs[:, order]).abs().max() / outputs.square().mean().sqrt()


@pytest.mark.parametrize("positions", [False, True])
@pytest.mark.parametrize("reader", ["attention", "causal"])
def test_attention_equals_pytorchs(reader, positions):
    """`scaled_dot_product_attention` on shuffled rows."""

    def apply(weights, x):
        q, k, v = (x @ weights[f"{name}.weight"].T for name in ("query", "key", "value"))
        return F.scaled_dot_product_attention(q, k, v, is_causal=reader == "causal")

    places = sinusoids(T, D).double() if positions else torch.zeros(T, D)
    expected = plain(lambda: SelfAttention(D), apply, places)
    measured = attention_order(
        Replicates(NAME, [1]), reader=reader, positions=positions, length=T, width=D
    )["moved"][0]

    torch.testing.assert_close(measured, expected, atol=1e-12, rtol=1e-6)


def test_an_rnn_equals_pytorchs():
    """`nn.RNN` on shuffled rows."""

    def apply(weights, x):
        net = nn.RNN(D, D, batch_first=True).double()
        net.load_state_dict({f"{name}_l0": value for name, value in weights.items()})
        return net(x)[0].detach()

    expected = plain(lambda: RNN(D, D), apply, torch.zeros(T, D))
    measured = attention_order(Replicates(NAME, [1]), reader="rnn", length=T, width=D)["moved"][0]

    torch.testing.assert_close(measured, expected)


def test_one_position_has_no_order():
    """A shuffle of one changes nothing, whatever the layer."""
    for reader in ("attention", "causal", "rnn"):
        assert (
            attention_order(Replicates(NAME, range(3)), reader=reader, positions=True, length=1)[
                "moved"
            ]
            == 0
        ).all()
