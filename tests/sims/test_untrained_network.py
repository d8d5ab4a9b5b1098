"""The first loss against algebra and against PyTorch, one network at a time."""

import math

import torch
from sims.initial_loss import initial_loss
from torch.nn import functional as F

from dlfaq.sim import Replicates


def sim(**given):
    return initial_loss(Replicates("initial_loss", range(4)), **given)


def test_a_head_of_zeros_loses_exactly_ln_k():
    """With equal logits every class has probability 1 / k, by algebra."""
    torch.testing.assert_close(sim(init="zero", classes=7)["loss"], torch.full((4,), math.log(7)))


def test_a_biased_head_of_zeros_has_a_loss_in_closed_form():
    """Logits (b, 0 … 0): the first class has probability e^b / (e^b + k - 1)."""
    measured = sim(init="zero", classes=4, first_bias=3.0)

    torch.testing.assert_close(measured["first"], torch.full((4,), math.exp(3) / (math.exp(3) + 3)))


def test_it_is_the_loss_of_an_ordinary_network():
    """The same weights in a plain loop, with PyTorch's own sum and mean."""
    measured = sim(hidden=0, classes=5, examples=32)
    drawn = Replicates("initial_loss", range(4))
    weight, bias = drawn.stack("net", lambda: torch.nn.Linear(64, 5)).weights().values()
    x, y = drawn.normal("inputs", 32, 64), drawn.integers("labels", 5, 32)
    for i in range(4):
        logits = F.linear(x[i], weight[i], bias[i]).detach()
        torch.testing.assert_close(measured["loss"][i], F.cross_entropy(logits, y[i]))
        torch.testing.assert_close(measured["total"][i], F.cross_entropy(logits, y[i], reduction="sum"))
        torch.testing.assert_close(measured["likelihood"][i], -logits.softmax(1).log()[range(32), y[i]].sum())
