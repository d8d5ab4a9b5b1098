"""Lengths of means where they are known exactly."""

import pytest
import torch
from sims.embeddings.mean_of_vectors import mean_of_vectors

from dlfaq.sim import Replicates


def test_one_vector_keeps_its_length():
    """A mean of one unit vector is that vector."""
    norm = mean_of_vectors(Replicates("name", range(4)), words=1)["norm"]

    assert torch.allclose(norm, torch.ones(4))


def test_equal_vectors_keep_their_length():
    """A cosine of 1 means one direction, however many vectors are averaged."""
    norm = mean_of_vectors(Replicates("name", range(4)), words=32, common=1.0)["norm"]

    assert torch.allclose(norm, torch.ones(4))


@pytest.mark.parametrize("common", [0.0, 0.3])
def test_the_formula_holds_on_average(common):
    """E |mean|^2 = c + (1 - c) / n."""
    measured = mean_of_vectors(Replicates("name", range(64)), words=5, common=common)

    assert measured["norm"].square().mean() == pytest.approx(common + (1 - common) / 5, rel=0.02)
