"""The loss before training: cases that algebra decides."""

import math

import pytest
import torch
from sims.class_priors import class_priors
from sims.initial_loss import initial_loss
from sims.multi_label_loss import multi_label_loss
from sims.random_logits import random_logits
from torch import nn
from torch.nn import functional as F

from dlfaq.sim import Replicates


@pytest.mark.parametrize("classes", [2, 7, 1000])
def test_equal_logits_lose_exactly_ln_k(classes):
    """With a last layer of zeros every class has probability 1/k."""
    measured = initial_loss(Replicates("initial_loss", range(3)), classes=classes, init="zero", examples=20)

    torch.testing.assert_close(measured["loss"], torch.full((3,), math.log(classes)))
    torch.testing.assert_close(measured["total"], torch.full((3,), 20 * math.log(classes)))
    torch.testing.assert_close(measured["first"], torch.full((3,), 1 / classes))


def test_the_loss_is_pytorchs_of_the_same_logits():
    """For one replicate drawn by hand."""
    measured = random_logits(Replicates("random_logits", [5]), classes=4, logit_std=0.7, examples=30)
    again = Replicates("random_logits", [5])
    logits, labels = 0.7 * again.normal("logits", 30, 4)[0], again.integers("labels", 4, 30)[0]
    over_labels = torch.stack([F.cross_entropy(logits, torch.full((30,), j)) for j in range(4)]).mean()

    torch.testing.assert_close(measured["excess"][0], over_labels - math.log(4))
    torch.testing.assert_close(measured["spread"][0], F.cross_entropy(logits, labels, reduction="none").std())


def test_a_binary_cross_entropy_at_zero_is_ln_2():
    """Whatever the targets."""
    measured = multi_label_loss(Replicates("multi_label_loss", range(2)), classes=6)

    torch.testing.assert_close(measured["first"], torch.full((2,), math.log(2)))
    torch.testing.assert_close(measured["summed"], torch.full((2,), 6 * math.log(2)))


def test_equal_shares_have_the_entropy_ln_k():
    """And labels follow the frequencies."""
    measured = class_priors(Replicates("class_priors", range(2)), share=0.1, prior_bias=True)
    torch.testing.assert_close(measured["entropy"], torch.full((2,), math.log(10)))
    torch.testing.assert_close(measured["loss"], torch.full((2,), math.log(10)))

    skewed = class_priors(Replicates("class_priors", range(64)), share=0.55, prior_bias=True)
    assert abs(skewed["loss"].mean() - skewed["entropy"][0]) < 0.02
    with pytest.raises(ValueError, match="between 0 and 1"):
        class_priors(Replicates("class_priors", range(2)), share=1.0)


def test_a_biased_head_of_zeros_has_a_loss_in_closed_form():
    """Logits (b, 0 … 0): the first class has probability e^b / (e^b + k - 1)."""
    measured = initial_loss(Replicates("initial_loss", range(4)), init="zero", classes=4, first_bias=3.0)

    torch.testing.assert_close(measured["first"], torch.full((4,), math.exp(3) / (math.exp(3) + 3)))


def test_it_is_the_loss_of_an_ordinary_network():
    """The same weights in a plain loop, with PyTorch's own sum and mean."""
    measured = initial_loss(Replicates("initial_loss", range(4)), hidden=0, classes=5, examples=32)
    drawn = Replicates("initial_loss", range(4))
    weight, bias = drawn.stack("net", lambda: nn.Linear(64, 5)).weights().values()
    x, y = drawn.normal("inputs", 32, 64), drawn.integers("labels", 5, 32)
    for i in range(4):
        logits = F.linear(x[i], weight[i], bias[i]).detach()
        torch.testing.assert_close(measured["loss"][i], F.cross_entropy(logits, y[i]))
        torch.testing.assert_close(measured["total"][i], F.cross_entropy(logits, y[i], reduction="sum"))
        torch.testing.assert_close(measured["likelihood"][i], -logits.softmax(1).log()[range(32), y[i]].sum())
