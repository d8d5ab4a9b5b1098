"""Correlations of norms against scipy, on all sentences and words."""

import pytest
from scipy.stats import linregress, pearsonr, spearmanr
from sims.embeddings.embedding_lengths import embedding_lengths

from dlfaq.sim import Replicates
from dlfaq.sim.embeddings import sentences


def test_on_the_whole_data_every_number_is_scipys():
    """A sample of everything has no randomness left."""
    data = sentences()
    norms = data.pooled.double().norm(dim=1)
    measured = embedding_lengths(Replicates("name", range(2)), sample=384, vocabulary=4344)
    for i in range(2):
        assert measured["words_correlation"][i] == pytest.approx(
            pearsonr(norms, data.words).statistic
        )
        assert measured["words_slope"][i] == pytest.approx(
            linregress(data.words.log(), norms.log()).slope, rel=1e-4
        )
        assert measured["rank_correlation"][i] == pytest.approx(
            spearmanr(data.word_ranks, data.word_norms).statistic, abs=1e-4
        )
        assert measured["spread"][i] == pytest.approx((norms.std() / norms.mean()).item())


def test_a_length_of_one_correlates_with_nothing():
    """At the output only rounding is left, and it is not taken for a signal."""
    measured = embedding_lengths(Replicates("name", range(4)), stage="output")

    assert (measured["words_correlation"] == 0).all()
    assert (measured["largest_change"] < 1e-6).all()
