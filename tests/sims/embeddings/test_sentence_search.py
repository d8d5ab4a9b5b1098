"""Search lists against scikit-learn's, one choice of sentences at a time."""

import pytest
import torch
from scipy.stats import pearsonr
from sims.embeddings.sentence_search import sentence_search
from sklearn.neighbors import NearestNeighbors

from dlfaq.sim import Replicates
from dlfaq.sim.embeddings import sentences


def few() -> Replicates:
    """Three replicates; each use draws the same numbers."""
    return Replicates("name", range(3))


@pytest.mark.parametrize("score", ["cosine", "euclidean"])
def test_lists_equal_scikit_learns(score):
    """Precision, popularity and the words of what is found are those of NearestNeighbors."""
    measured = sentence_search(few(), score=score)
    data = sentences()
    for i, order in enumerate(few().permutation("sample", 384)):
        asked, found_in = order[:64], order[64:128]
        e = data.pooled.double().numpy()
        search = NearestNeighbors(n_neighbors=5, metric=score, algorithm="brute").fit(e[found_in])
        lists = torch.from_numpy(search.kneighbors(e[asked])[1])
        same = data.topics[found_in][lists] == data.topics[asked][:, None]
        words = data.words[found_in].double()

        assert measured["precision"][i] == pytest.approx(same.double().mean().item())
        assert measured["hub"][i] == pytest.approx(lists.flatten().bincount().max().item() / 64)
        assert measured["words"][i] == pytest.approx((words[lists].mean() / words.mean()).item())
        lengths = data.pooled[found_in].double().norm(dim=1)
        assert measured["length_words"][i] == pytest.approx(pearsonr(lengths, words).statistic)


def test_once_normalized_all_measures_agree():
    """Dot product, cosine and distance; sums and means differ by their lengths alone."""
    dot = sentence_search(few(), normalize=True)
    sums = sentence_search(few(), normalize=True, vectors="sums", score="euclidean")

    assert (dot["agrees"] == 1).all()
    assert torch.equal(dot["precision"], sums["precision"])
    assert (sums["identity"] < 1e-12).all()


def test_documents_are_means_of_one_to_as_many_chunks():
    """With two chunks, every second document is the mean of two sentences on one topic."""
    measured = sentence_search(few(), chunks=2, score="cosine")
    data = sentences()
    single = sentence_search(few(), chunks=1, score="cosine")
    ratio = measured["size"]

    assert ((ratio > 2 / 3) & (ratio < 4 / 3)).all()
    assert not torch.equal(measured["precision"], single["precision"])
    assert (single["size"] == 1).all()
    assert len(data.topics.unique()) == 6


def test_a_cut_of_nothing_and_a_second_normalization_change_nothing():
    """All 384 numbers kept: unit vectors stay what they are."""
    whole = sentence_search(few(), normalize=True)
    again = sentence_search(few(), normalize=True, renormalize=True)

    assert torch.equal(whole["agrees"], again["agrees"])
    assert (again["deviation"] < 1e-12).all()


def test_rounding_to_half_precision_moves_lengths_by_its_precision():
    """bfloat16 has 8 bits, float16 has 11."""
    half = sentence_search(few(), normalize=True, dtype="bfloat16")["deviation"]
    fine = sentence_search(few(), normalize=True, dtype="float16")["deviation"]

    assert (half < 2**-8).all()
    assert (fine < half).all()
