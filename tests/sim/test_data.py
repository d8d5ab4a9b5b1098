"""Data come from a package, shuffled once and for all."""

import torch

from dlfaq.sim import digits


def test_digits_are_split_without_overlap():
    """1200 rows train and 597 test by default, pixels in [0, 1]."""
    data = digits()

    assert (len(data.x), len(data.x_test)) == (1200, 597)
    assert (data.x.min(), data.x.max()) == (0, 1)
    assert data.x.dtype == torch.float32
    assert data.y.dtype == torch.int64
    assert len(torch.cat([data.x, data.x_test]).unique(dim=0)) > 1790


def test_every_class_is_in_both_parts():
    """The file is grouped by writer; the fixed permutation mixes it."""
    data = digits(train=300)

    assert data.y.bincount().min() > 20
    assert data.y_test.bincount().min() > 100


def test_centring_uses_the_training_part_only():
    """The test part keeps its own mean."""
    data = digits(centred=True)

    assert data.x.mean(0).abs().max() < 1e-6
    assert data.x_test.mean(0).abs().max() > 1e-3
