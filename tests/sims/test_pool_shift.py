"""Shifted images against pooling by reshaping."""

import pytest
import torch
from sims.pool_shift import pool_shift

from dlfaq.sim import Replicates, digits


@pytest.mark.parametrize("start", ["first", "last"])
@pytest.mark.parametrize("window", [2, 3, 4])
def test_digits_against_reshaping(start, window):
    """The canvas drawn with slices, cut into blocks, and averaged or maximized."""
    drawn = Replicates("name", range(3))
    images = digits().x[drawn.integers("digit", 1200, 1)[:, 0]].view(-1, 8, 8)
    left = window + (window - 1 if start == "last" else 0)
    canvases = torch.zeros(2, 3, 24, 24)
    for shift in (0, 1):
        canvases[shift, :, window : window + 8, left + shift : left + shift + 8] = images
    blocks = canvases.view(2, 3, 24 // window, window, 24 // window, window)
    for pool, pooled in (("max", blocks.amax((3, 5))), ("average", blocks.mean((3, 5)))):
        measured = pool_shift(Replicates("name", range(3)), pool=pool, image="digit", start=start, window=window)
        expected = (pooled[1] - pooled[0]).flatten(1).norm(dim=1) / pooled[0].flatten(1).norm(dim=1)

        assert torch.allclose(measured["change"], expected, atol=1e-5)


def test_a_random_start_is_one_of_the_starts():
    """Each replicate's change is that of the first or of the second column of a window of two."""
    given = {"image": "digit", "pool": "max"}
    random = pool_shift(Replicates("name", range(32)), start="random", **given)["change"]
    first = pool_shift(Replicates("name", range(32)), start="first", **given)["change"]
    last = pool_shift(Replicates("name", range(32)), start="last", **given)["change"]

    assert ((random == first) | (random == last)).all()
    assert (random != first).any()
    assert (random != last).any()


def test_a_convolution_of_equal_weights_would_be_an_average():
    """What it changes for a pixel inside a window is |b - a| / |a| of its kernel's weights."""
    kernels = Replicates("name", range(8)).normal("kernel", 1, 2, 2)[:, 0]
    measured = pool_shift(Replicates("name", range(8)), pool="convolution")

    assert torch.allclose(
        measured["change"], ((kernels[:, 0, 1] - kernels[:, 0, 0]) / kernels[:, 0, 0]).abs(), rtol=1e-4
    )
