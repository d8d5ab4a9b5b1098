"""The loss of an encoder against a plain loop, and what follows from its geometry."""

import pytest
import torch
from sims.embeddings.trained_similarity import _loss, trained_similarity
from sklearn.neighbors import NearestNeighbors
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.nets import mlp
from dlfaq.sim.training_data import load


def few() -> Replicates:
    """Two replicates; each use draws the same numbers."""
    return Replicates("name", range(2))


@pytest.mark.parametrize("similarity", ["cosine", "dot"])
def test_the_loss_equals_a_plain_loop(similarity):
    """One row after another, with F.cosine_similarity and the definition of the softmax."""
    generator = torch.Generator().manual_seed(0)
    e = torch.randn(1, 8, 4, generator=generator, dtype=torch.float64)
    y = torch.tensor([[0, 0, 1, 1, 2, 2, 2, 3]])  # the last row has no partner
    total = 0.0
    for i in range(8):
        others = [j for j in range(8) if j != i]
        a, b = e[0, i], e[0, others]
        scores = 3 * (F.cosine_similarity(a[None], b) if similarity == "cosine" else b @ a)
        chances = scores.exp() / scores.exp().sum()
        mates = [-chances[n].log() for n, j in enumerate(others) if y[0, j] == y[0, i]]
        total += sum(mates) / max(len(mates), 1)

    assert _loss(e, y, similarity, 3.0).item() == pytest.approx(total / 8)


def test_a_cosine_loss_gives_lengths_no_gradient():
    """Orthogonal to the vector; a loss of dot products is not."""
    assert (trained_similarity(few(), steps=3)["radial"] < 1e-9).all()
    assert (trained_similarity(few(), steps=3, similarity="dot")["radial"] > 0.1).all()


def test_without_training_both_losses_leave_the_same_encoder():
    """A rate of 0: the arms start alike, and search the same unseen digits."""
    cosine = trained_similarity(few(), steps=1, lr=0.0)
    dot = trained_similarity(few(), steps=1, lr=0.0, similarity="dot")

    for metric in ("by_dot", "by_cosine", "length"):
        assert torch.equal(cosine[metric], dot[metric])
    assert ((cosine["by_cosine"] > 0.2) & (cosine["by_cosine"] < 1)).all()


def test_the_neighbours_are_those_of_scikit_learn():
    """Five others by cosine, of which none is the image itself."""
    measured = trained_similarity(few(), steps=1, lr=0.0)
    x, y = load(few(), "digits", valid=200).open_test()
    unseen = y[0] >= 5
    x, y = x[:, unseen], y[0, unseen]
    net = few().stack("net", lambda: mlp(64, [32], 16))
    for one, share in zip(net(x).detach(), measured["by_cosine"], strict=True):
        unit = F.normalize(one, dim=1).numpy()
        near = NearestNeighbors(n_neighbors=5).fit(unit).kneighbors(return_distance=False)
        right = (y[near] == y[:, None]).double().mean().item()
        assert share.item() == pytest.approx(right, abs=0.002)


def test_training_helps_on_the_digits_it_is_about():
    """All digits trained and searched: nearly every neighbour shows the same digit."""
    measured = trained_similarity(few(), trained="all")

    assert (measured["by_cosine"] > 0.9).all()
