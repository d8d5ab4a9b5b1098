"""Neighbour lists against scikit-learn's, one sample at a time."""

import pytest
import torch
from sims.embeddings.neighbours import neighbours
from sklearn.neighbors import NearestNeighbors

from dlfaq.sim import Replicates
from dlfaq.sim.embeddings import sentences


def test_lists_equal_scikit_learns():
    """Precision by cosine and agreement of the distance are those of NearestNeighbors."""
    measured = neighbours(Replicates("name", range(3)))
    samples = Replicates("name", range(3)).permutation("sample", 384)[:, :48]
    data = sentences()
    for i, index in enumerate(samples):
        e, topics = data.pooled[index].double().numpy(), data.topics[index].numpy()
        lists = {
            metric: NearestNeighbors(n_neighbors=6, metric=metric, algorithm="brute")
            .fit(e)
            .kneighbors(e)[1][:, 1:]
            for metric in ("cosine", "euclidean")
        }
        precision = (topics[lists["cosine"]] == topics[:, None]).mean()
        agree = sum(
            len(set(a) & set(b)) for a, b in zip(lists["cosine"], lists["euclidean"], strict=True)
        ) / (48 * 5)

        assert measured["cosine_precision"][i] == pytest.approx(precision)
        assert measured["euclidean_agrees"][i] == pytest.approx(agree)


def test_lengths_do_not_matter_once_normalized():
    """Any positive factors give the same lists and the identity."""
    plain = neighbours(Replicates("name", range(4)), normalize=True)
    scaled = neighbours(Replicates("name", range(4)), normalize=True, length_noise=2.0)

    assert torch.equal(plain["dot_precision"], scaled["dot_precision"])
    assert (scaled["identity_error"] < 1e-12).all()
    assert (scaled["dot_agrees"] == 1).all()


def test_random_vectors_find_the_topic_by_chance():
    """63 of the other 383 sentences are on a sentence's topic."""
    precision = neighbours(Replicates("name", range(32)), vectors="gaussian")["cosine_precision"]

    assert precision.mean() == pytest.approx(63 / 383, abs=0.02)
