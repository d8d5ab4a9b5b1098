"""BatchNorm over parts of a batch, against PyTorch's own."""

import pytest
import torch
from sims.parallel.rank_batchnorm import Parts, rank_batchnorm
from torch import nn

from dlfaq.sim import Replicates


@pytest.mark.parametrize("shape", [(12, 3), (12, 3, 4, 4)])
def test_each_part_is_normalized_as_pytorch_does(shape):
    """Part by part in training; in evaluation mode with the statistics of the first parts."""
    x = 2 + 3 * torch.randn(shape, generator=torch.Generator().manual_seed(0))
    ours, theirs = Parts(3, 4), (nn.BatchNorm1d if len(shape) == 2 else nn.BatchNorm2d)(3)
    first = theirs(x[:4])
    expected = torch.cat([first, *(theirs.__class__(3)(part) for part in x[4:].split(4))])

    assert torch.allclose(ours(x), expected, atol=1e-5)
    assert torch.allclose(ours.eval()(x), theirs.eval()(x), atol=1e-5)


@pytest.mark.parametrize("network", ["dense", "convolutional"])
def test_parts_differ_from_the_whole_batch(network):
    """And both learn."""
    small, whole = (
        rank_batchnorm(Replicates("rank_batchnorm", range(2)), part=n, network=network)
        for n in (8, 32)
    )
    assert not torch.equal(small["accuracy"], whole["accuracy"])
    assert (whole["accuracy"] > 0.8).all()
