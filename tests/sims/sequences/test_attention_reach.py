"""The gradient's reach and the order, against PyTorch's own layers and against algebra."""

import pytest
import torch
from sims.sequences.attention_reach import attention_reach
from torch import nn
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.sequences import LSTM, RNN, SelfAttention, sinusoids

NAME, T, D = "attention_reach", 6, 32


def norms(output, x, direction):
    """Gradient norms by position, (T,), of a projection of the last output."""
    (gradient,) = torch.autograd.grad((output[:, -1] @ direction / direction.norm()).sum(), x)
    return gradient.norm(dim=-1).mean(0)


def draws(make):
    alone = Replicates(NAME, [2])
    weights = {
        name: value[0].detach().double()
        for name, value in alone.stack("net", make).weights().items()
    }
    x = alone.normal("inputs", 8, T, D, dtype=torch.float64)[0].requires_grad_()
    return weights, x, alone.normal("direction", D, 1, dtype=torch.float64)[0]


@pytest.mark.parametrize(
    ("reader", "ours", "theirs"), [("rnn", RNN, nn.RNN), ("lstm", LSTM, nn.LSTM)]
)
def test_recurrent_reach_equals_pytorchs(reader, ours, theirs):
    """The same weights in `nn.RNN` and `nn.LSTM` give the same gradients."""
    weights, x, direction = draws(lambda: ours(D, D))
    net = theirs(D, D, batch_first=True).double()
    net.load_state_dict({f"{name}_l0": value for name, value in weights.items()})
    if reader == "lstm":
        net.bias_ih_l0.data[D : 2 * D] += 3
    expected = norms(net(x)[0], x, direction)
    measured = attention_reach(Replicates(NAME, [2]), reader=reader, length=T, forget=3.0)

    torch.testing.assert_close(measured["first"][0], expected[0])
    torch.testing.assert_close(measured["middle"][0], expected[1:-1].mean())
    torch.testing.assert_close(measured["last"][0], expected[-1])


def test_attentions_reach_equals_pytorchs():
    """The same projections through `scaled_dot_product_attention`."""
    weights, x, direction = draws(lambda: SelfAttention(D))
    q, k, v = (x @ weights[f"{name}.weight"].T for name in ("query", "key", "value"))
    expected = norms(F.scaled_dot_product_attention(q, k, v), x, direction)
    measured = attention_reach(Replicates(NAME, [2]), reader="attention", length=T)

    torch.testing.assert_close(measured["first"][0], expected[0])
    torch.testing.assert_close(measured["last"][0], expected[-1])


def moved(make, apply, places):
    """`moved` of one replicate, from PyTorch's own layers and indexing."""
    weights, x, _ = draws(make)
    order = Replicates(NAME, [2]).permutation("order", T)[0]
    outputs, after = apply(weights, x + places), apply(weights, x[:, order] + places)
    return ((after - outputs[:, order]).abs().max() / outputs.square().mean().sqrt()).detach()


@pytest.mark.parametrize("positions", [False, True])
@pytest.mark.parametrize("reader", ["attention", "causal"])
def test_attention_moves_as_pytorchs(reader, positions):
    """`scaled_dot_product_attention` on shuffled rows."""

    def apply(weights, x):
        q, k, v = (x @ weights[f"{name}.weight"].T for name in ("query", "key", "value"))
        return F.scaled_dot_product_attention(q, k, v, is_causal=reader == "causal")

    places = sinusoids(T, D).double() if positions else torch.zeros(T, D)
    expected = moved(lambda: SelfAttention(D), apply, places)
    measured = attention_reach(Replicates(NAME, [2]), reader=reader, positions=positions, length=T)

    torch.testing.assert_close(measured["moved"][0], expected, atol=1e-12, rtol=1e-6)


def test_an_rnn_moves_as_pytorchs():
    """`nn.RNN` on shuffled rows."""

    def apply(weights, x):
        net = nn.RNN(D, D, batch_first=True).double()
        net.load_state_dict({f"{name}_l0": value for name, value in weights.items()})
        return net(x)[0].detach()

    expected = moved(lambda: RNN(D, D), apply, torch.zeros(T, D))
    measured = attention_reach(Replicates(NAME, [2]), reader="rnn", length=T)

    torch.testing.assert_close(measured["moved"][0], expected)


def test_one_position_has_no_order():
    """A shuffle of one changes nothing, whatever the layer."""
    for reader in ("attention", "causal", "rnn"):
        measured = attention_reach(
            Replicates(NAME, range(3)), reader=reader, positions=True, length=1
        )
        assert (measured["moved"] == 0).all()
