"""Random logits against the exact expectation for two classes."""

import torch
from numpy.polynomial.hermite_e import hermegauss
from sims.first_loss.random_logits import random_logits

from dlfaq.sim import Replicates


def test_two_classes_have_an_expectation_by_quadrature():
    """With k = 2 the excess is E[log cosh(d / 2)], d normal with variance 2 s^2."""
    nodes, weights = (torch.from_numpy(part) for part in hermegauss(64))
    exact = (weights * torch.cosh(nodes * 2**0.5 * 0.8 / 2).log()).sum() / weights.sum()
    measured = random_logits(Replicates("random_logits", range(64)), classes=2, logit_std=0.8)[
        "excess"
    ]

    torch.testing.assert_close(measured.double().mean(), exact, rtol=0.01, atol=0)


def test_equal_logits_have_no_excess_no_spread_no_distance():
    """With s = 0 everything is exact."""
    for value in random_logits(Replicates("random_logits", range(4)), logit_std=0.0).values():
        torch.testing.assert_close(value, torch.zeros_like(value))


def test_what_all_logits_share_costs_nothing():
    """With all variance in common logits are equal; with a part, their variance is (1 - c) s^2."""
    whole, part, rest = (
        random_logits(Replicates("random_logits", range(4)), logit_std=std, shared=shared)["excess"]
        for std, shared in ((2.0, 1.0), (2.0, 0.75), (1.0, 0.0))
    )

    torch.testing.assert_close(whole, torch.zeros(4), rtol=0, atol=1e-5)
    torch.testing.assert_close(part, rest, rtol=1e-4, atol=1e-5)
