"""Cosine losses against Pythagoras."""

import pytest
import torch
from sims.embeddings.cosine_training import cosine_training
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.embeddings import sentences


@pytest.mark.parametrize("similarity", ["cosine", "dot"])
def test_one_step_equals_a_plain_loop(similarity):
    """One sample after another, with F.cosine_similarity and F.mse_loss: the same factor."""
    measured = cosine_training(Replicates("name", range(3)), similarity=similarity, steps=1, lr=5.0)
    samples, data = Replicates("name", range(3)).permutation("sample", 384)[:, :16], sentences()
    for i, index in enumerate(samples):
        e = data.pooled[index].double()
        e = (e / e.norm(dim=1).mean()).requires_grad_()
        pairs = [(a, b) for a in range(16) for b in range(16) if a != b]
        first, second = (torch.tensor(side) for side in zip(*pairs, strict=True))
        same = (data.topics[index][first] == data.topics[index][second]).double()
        score = (
            F.cosine_similarity(e[first], e[second])
            if similarity == "cosine"
            else (e[first] * e[second]).sum(1)
        )
        F.mse_loss(score, same).backward()
        ratio = (e - 5.0 * e.grad).norm(dim=1) / e.norm(dim=1)

        assert measured["growth"][i] == pytest.approx(ratio.mean().item(), rel=1e-9)
        assert measured["radial"][i] == pytest.approx(
            F.cosine_similarity(e.grad, e).abs().max().item(), abs=1e-9
        )


def test_a_cosine_loss_gives_lengths_no_gradient():
    """Orthogonal to the vector, unmoved by its length, so no SGD step shortens it."""
    measured = cosine_training(Replicates("name", range(4)), lr=10.0)

    assert (measured["radial"] < 1e-12).all()
    assert (measured["rescaling"] < 1e-12).all()
    assert (measured["least_growth"] >= 1).all()
