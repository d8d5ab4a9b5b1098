"""Normalization against PyTorch's own functions and numbers known beforehand."""

import pytest
import torch
from sims.normalization.norm_outputs import _standardized, norm_outputs
from torch.nn import functional as F

from dlfaq.sim import Replicates


def sim(**given):
    return norm_outputs(Replicates("norm_outputs", range(3)), **given)


def test_the_formula_equals_pytorch():
    """Biased variance plus eps, over the batch or the features; RMSNorm: mean square."""
    z = torch.randn(5, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))

    batch = F.batch_norm(z, None, None, training=True, eps=0.1)
    layer = F.layer_norm(z, (3,), eps=0.1)
    rms = F.rms_norm(z, (3,), eps=0.1)

    torch.testing.assert_close(_standardized(z[None], "batch", 0, 0.1)[0], batch)
    torch.testing.assert_close(_standardized(z[None], "layer", 0, 0.1)[0], layer)
    torch.testing.assert_close(_standardized(z[None], "rms", 0, 0.1)[0], rms)


@pytest.mark.parametrize("examples", [2, 4, 10])
def test_the_unbiased_variance_is_off_by_a_known_factor(examples):
    """It divides by N - 1: outputs shrink by sqrt(1 - 1/N)."""
    measured = sim(examples=examples, eps=1e-12)["unbiased_error"]

    torch.testing.assert_close(measured, torch.full_like(measured, 1 - (1 - 1 / examples) ** 0.5))


def test_two_examples_become_plus_and_minus_one():
    """So any two features are fully correlated, up to eps."""
    left = sim(examples=2, eps=1e-12)["correlation_left"]

    torch.testing.assert_close(left, torch.ones_like(left))


def test_only_rms_normalization_sees_a_common_shift_of_an_example():
    assert (sim(normalize="layer")["shifted"] < 1e-12).all()
    assert (sim(normalize="rms")["shifted"] > 0.01).all()


def test_evaluation_mode_uses_what_an_earlier_batch_left():
    """So neither the others nor this batch's statistics count."""
    assert (sim(mode="evaluation")["reaction"] < 1e-12).all()
    assert (sim(mode="training")["reaction"] > 0.01).all()
    assert (sim(mode="evaluation")["formula_error"] > 0.01).all()


def test_what_one_extreme_example_does_to_the_others():
    """Nothing without a factor or under layer normalization; with it the variance is mostly its."""
    one = torch.ones(3, dtype=torch.float64)

    torch.testing.assert_close(sim(factor=1.0)["squeezed"], one)
    torch.testing.assert_close(sim(normalize="layer")["squeezed"], one)
    torch.testing.assert_close(sim(mode="evaluation")["squeezed"], one)
    assert (sim(factor=1e4, examples=4)["squeezed"] < 0.01).all()
