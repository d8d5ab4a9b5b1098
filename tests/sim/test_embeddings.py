"""The shipped sentence embeddings."""

import hashlib
import re
import zipfile

import torch

from dlfaq.ask.vectors import UNIT, TokenVectors
from dlfaq.sim.embeddings import FILE, SHA256, STATIC, STATIC_SHA256, sentences, static_vectors


def test_shapes_and_types():
    """The loader returns what it documents."""
    data = sentences()

    assert data.pooled.shape == (384, 384)
    assert data.pooled.dtype == torch.float32
    assert data.final_norms.dtype == torch.float64
    assert data.words.dtype == data.topics.dtype == data.word_ranks.dtype == torch.int64
    assert len(data.final_norms) == len(data.words) == len(data.topics) == len(data.texts) == 384
    assert data.word_ranks.shape == data.word_norms.shape == (4344,)


def test_sentences_belong_to_their_numbers():
    """Word counts are those of the texts, which differ; the topics are equally large."""
    data = sentences()

    assert [len(text.split()) for text in data.texts] == data.words.tolist()
    assert len(set(data.texts)) == 384
    assert data.topics.bincount().tolist() == [64] * 6
    assert len(data.topic_names) == 6
    assert (data.words.min(), data.words.max()) == (4, 46)


def test_the_model_normalizes_its_outputs():
    """Outputs have length 1 up to float32, and the vectors before that do not."""
    data = sentences()

    assert (data.final_norms - 1).abs().max() < 1e-6
    assert data.pooled.norm(dim=1).min() > 2


def test_ranks_ascend():
    """Words stand in the order of the vocabulary, each once."""
    assert (sentences().word_ranks.diff() > 0).all()


def test_the_file_is_small_and_has_no_date():
    """Its bytes depend on the numbers alone."""
    assert FILE.stat().st_size < 1_000_000
    with zipfile.ZipFile(FILE) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_files_are_those_named_in_the_source():
    """Other data would change results without a change of any simulation's source."""
    assert hashlib.sha256(FILE.read_bytes()).hexdigest() == SHA256
    assert hashlib.sha256(STATIC.read_bytes()).hexdigest() == STATIC_SHA256


def test_static_vectors_are_means_of_token_vectors():
    """Of all words of a sentence, in whatever order they stand."""
    tokens, texts = TokenVectors(), sentences().texts
    words = re.findall("[a-z]+|[0-9]+", texts[7].lower())
    rows = [torch.tensor(list(piece)) for word in words for piece in tokens.pieces(word)]
    mean = torch.stack(rows).double().mean(0) / UNIT

    assert static_vectors().shape == (384, 128)
    assert torch.allclose(static_vectors()[7].double(), mean, atol=1e-3)
