"""Pooling layers against a loop over windows."""

import pytest
import torch
from sims.pooling.pool_layer import pool_layer

from dlfaq.sim import Replicates


@pytest.mark.parametrize(("window", "size"), [(2, 12), (3, 12), (4, 8)])
def test_counts_follow_from_the_window(window, size):
    """One winner a window, or all."""
    largest = pool_layer(Replicates("name", range(3)), "max", window, size)
    average = pool_layer(Replicates("name", range(3)), "average", window, size)

    assert torch.allclose(largest["reached"], torch.full((3,), 1 / window**2).double())
    assert (average["reached"] == 1).all()


def test_swapping_the_relu_is_computed_by_hand():
    """Window by window: the mean of the positive parts, less the positive part of the mean."""
    measured = pool_layer(Replicates("name", range(2)), "average")
    maps = Replicates("name", range(2)).normal("map", 1, 1, 12, 12)[:, 0, 0]
    for i in range(2):
        windows = [maps[i, r : r + 2, c : c + 2] for r in range(0, 12, 2) for c in range(0, 12, 2)]
        gaps = [part.clamp(min=0).mean() - part.mean().clamp(min=0) for part in windows]

        assert measured["swapped"][i].item() == pytest.approx(max(gaps).item(), abs=1e-6)


@pytest.mark.parametrize("pool", ["max", "average"])
def test_a_pixel_across_the_border_is_two_unit_vectors(pool):
    """One output falls to 0 and another rises by as much: the root of 2."""
    measured = pool_layer(Replicates("name", range(2)), pool)

    assert (measured["inside"] == 0).all()
    assert torch.allclose(measured["across"], torch.full((2,), 2**0.5))


def test_a_strided_convolution_by_hand():
    """Moved inside, the output is another weight of the kernel."""
    measured = pool_layer(Replicates("name", range(4)), "convolution")
    make = lambda: torch.nn.Conv2d(1, 1, 2, stride=2, bias=False)  # noqa: E731
    kernels = Replicates("name", range(4)).stack("layer", make).weights()["weight"][:, 0, 0]
    expected = ((kernels[:, 0, 1] - kernels[:, 0, 0]) / kernels[:, 0, 0]).abs()

    assert torch.allclose(measured["inside"], expected, rtol=1e-4)
