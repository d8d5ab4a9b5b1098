"""An extreme example where the answer is known."""

import torch
from sims.normalization.norm_outlier import _normalized, norm_outlier
from torch import nn

from dlfaq.sim import Replicates


def sim(**given):
    return norm_outlier(Replicates("norm_outlier", range(3)), **given)


def test_a_factor_of_one_changes_nothing():
    for normalize in ("none", "batch", "layer"):
        measured = sim(normalize=normalize, factor=1.0, batch=8)
        assert (measured["gradient_ratio"] == 1).all()
        assert (measured["others_spread"] == 1).all()
        assert (measured["own_change"] == 0).all()


def test_without_normalization_only_the_example_itself_changes():
    measured = sim(normalize="none", factor=100.0, batch=8)

    assert (measured["others_spread"] == 1).all()
    torch.testing.assert_close(measured["own_change"], torch.full((3,), 99.0))


def test_each_replicate_has_its_own_statistics():
    """Channels of several replicates at once equal nn.BatchNorm1d, one replicate at a time."""
    z = torch.randn(3, 8, 4, generator=torch.Generator().manual_seed(0))

    for together, alone in zip(_normalized(z, "batch"), z, strict=True):
        torch.testing.assert_close(together, nn.BatchNorm1d(4)(alone).detach())


def test_a_lone_outlier_leaves_the_others_next_to_nothing():
    """In the limit the batch's variance is the outlier's: its features are +-sqrt(B - 1)."""
    measured = sim(normalize="batch", factor=1e6, batch=5)

    assert (measured["others_spread"] < 1e-3).all()
