"""The layers that can be stacked are PyTorch's own, number for number."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from dlfaq.sim import Stacked
from dlfaq.sim.sequences import GRU, LSTM, RNN, Bidirectional, SelfAttention, sinusoids

PAIRS = [(RNN, nn.RNN), (LSTM, nn.LSTM), (GRU, nn.GRU)]


def noise(*shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_recurrent_layers_equal_pytorchs(ours, theirs):
    """Same seed, same weights, same states, same gradients."""
    torch.manual_seed(0)
    mine = ours(5, 7)
    torch.manual_seed(0)
    fused = theirs(5, 7, batch_first=True)
    x = noise(3, 6, 5)

    for name, value in mine.named_parameters():
        assert torch.equal(value, getattr(fused, f"{name}_l0"))
    torch.testing.assert_close(mine(x), fused(x)[0])
    mine(x).square().sum().backward()
    fused(x)[0].square().sum().backward()
    torch.testing.assert_close(mine.weight_hh.grad, fused.weight_hh_l0.grad)


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_bidirectional_equals_pytorchs(ours, theirs):
    """Forth and back, side by side."""
    torch.manual_seed(0)
    mine = Bidirectional(lambda: ours(5, 7))
    torch.manual_seed(0)
    fused = theirs(5, 7, batch_first=True, bidirectional=True)
    x = noise(3, 6, 5)

    torch.testing.assert_close(mine(x), fused(x)[0])


@pytest.mark.parametrize("causal", [False, True])
def test_attention_equals_pytorchs(causal):
    """`scaled_dot_product_attention` of the three projections."""
    torch.manual_seed(0)
    mine = SelfAttention(8, causal=causal)
    x = noise(3, 6, 8)
    theirs = F.scaled_dot_product_attention(
        mine.query(x), mine.key(x), mine.value(x), is_causal=causal
    )

    torch.testing.assert_close(mine(x), theirs)


@pytest.mark.parametrize(
    "make", [lambda: GRU(5, 8), lambda: Bidirectional(lambda: LSTM(5, 8)), lambda: SelfAttention(5)]
)
def test_they_can_be_stacked(make):
    """Copy r is network r, which PyTorch's fused layers do not allow."""
    torch.manual_seed(0)
    alone = [make() for _ in range(3)]
    x = noise(3, 2, 6, 5)

    torch.testing.assert_close(
        Stacked(alone)(x), torch.stack([net(one) for net, one in zip(alone, x, strict=True)])
    )


def test_sinusoids_turn_at_the_formulas_speeds():
    """The formula, place by place."""
    codes = sinusoids(7, 6)

    for place in range(7):
        for pair in range(3):
            angle = torch.tensor(place / 10000 ** (2 * pair / 6))
            torch.testing.assert_close(codes[place, 2 * pair], angle.sin())
            torch.testing.assert_close(codes[place, 2 * pair + 1], angle.cos())
