"""Gradients of pooling against a loop over windows."""

import pytest
import torch
from sims.pool_gradients import pool_gradients

from dlfaq.sim import Replicates


@pytest.mark.parametrize(("window", "size"), [(2, 12), (3, 12), (4, 8)])
def test_counts_follow_from_the_window(window, size):
    """One winner a window, or equal parts."""
    largest = pool_gradients(Replicates("name", range(3)), pool="max", window=window, size=size)
    average = pool_gradients(Replicates("name", range(3)), pool="average", window=window, size=size)

    assert torch.allclose(largest["reached"], torch.full((3,), 1 / window**2).double())
    assert torch.allclose(average["largest"], torch.full((3,), 1 / window**2))
    assert torch.allclose(average["smallest"], average["largest"])
    assert torch.allclose(largest["total"], torch.ones(3))
    assert torch.allclose(average["total"], torch.ones(3))


def test_swapping_the_relu_is_computed_by_hand():
    """Window by window: the mean of the positive parts, less the positive part of the mean."""
    measured = pool_gradients(Replicates("name", range(2)), pool="average")
    maps = Replicates("name", range(2)).normal("map", 12, 12)
    for i in range(2):
        windows = [maps[i, r : r + 2, c : c + 2] for r in range(0, 12, 2) for c in range(0, 12, 2)]
        differences = [part.clamp(min=0).mean() - part.mean().clamp(min=0) for part in windows]

        assert measured["swapped"][i].item() == pytest.approx(max(differences).item(), abs=1e-6)
