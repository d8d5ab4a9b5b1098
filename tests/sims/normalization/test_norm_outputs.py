"""Normalization against PyTorch's own layers and numbers known beforehand."""

import pytest
import torch
from sims.normalization.norm_outputs import _standardized, _Whiten, norm_outputs
from torch.nn import functional as F

from dlfaq.sim import Replicates


def sim(**given):
    return norm_outputs(Replicates("norm_outputs", range(3)), **given)


def test_the_formula_equals_pytorch():
    """Biased variance plus eps, over the batch or over the features."""
    z = torch.randn(5, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))

    batch = F.batch_norm(z, None, None, training=True, eps=0.1)
    layer = F.layer_norm(z, (3,), eps=0.1)

    torch.testing.assert_close(_standardized(z[None], 1, 0, 0.1)[0], batch)
    torch.testing.assert_close(_standardized(z[None], -1, 0, 0.1)[0], layer)


@pytest.mark.parametrize("examples", [2, 4, 10])
def test_the_unbiased_variance_is_off_by_a_known_factor(examples):
    """It divides by N - 1: outputs shrink by sqrt(1 - 1/N), and N / (N - 1) is stored."""
    measured = sim(examples=examples, eps=1e-12)

    torch.testing.assert_close(
        measured["unbiased_error"],
        torch.full_like(measured["unbiased_error"], 1 - (1 - 1 / examples) ** 0.5),
    )
    torch.testing.assert_close(
        measured["stored"],
        torch.full_like(measured["stored"], examples / (examples - 1)),
        rtol=1e-6,
        atol=0,
    )


def test_whitening_gives_the_identity():
    z = torch.randn(
        50, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0)
    ) @ torch.tril(torch.ones(4, 4, dtype=torch.float64))

    white = _Whiten()(z)

    torch.testing.assert_close(white.T @ white / 50, torch.eye(4, dtype=torch.float64))
