"""Real sentence embeddings, made once by a real model and shipped as a small file."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

FILE = Path(__file__).with_name("datasets") / "minilm_sentences.npz"
# so that new data are a change of source
SHA256 = "90af4dc67575f2776b3ada507f276a1e150a032e5f3ec86e746a9bc212c2ab8c"
STATIC = FILE.with_name("static_sentences.npy")
STATIC_SHA256 = "4c1639bb600d36f9701d28bcafdb34d39fa70c929b85db38669535f2b284e271"


class Sentences(NamedTuple):
    """Sentences and what all-MiniLM-L6-v2 makes of them.

    n = 384 sentences, m = 4344 words, d = 384 dimensions.

    Attributes:
        pooled: (n, d) float32 (stored as float16). Mean of the last layer's token vectors: what
            enters the model's Normalize module. `pooled / norm(pooled)` is the model's output, up
            to the rounding of the file.
        final_norms: (n,) float64. Norms of the model's outputs, as they left its Normalize module
            in float32.
        words: (n,) int64. Words of each sentence, 4 to 46.
        topics: (n,) int64. Number of each sentence's topic, 0 … 5, 64 sentences a topic.
        texts: The n sentences.
        topic_names: Names of the 6 topics.
        word_ranks: (m,) int64. Places of every fifth whole word of the model's vocabulary,
            ascending. The vocabulary is BERT's, in which frequent words stand before rare ones,
            roughly.
        word_norms: (m,) float32. Norms of these words' rows in the input embedding table.
    """

    pooled: Tensor
    final_norms: Tensor
    words: Tensor
    topics: Tensor
    texts: tuple[str, ...]
    topic_names: tuple[str, ...]
    word_ranks: Tensor
    word_norms: Tensor


@cache
def sentences() -> Sentences:
    """Read the file, which `benchmarks/make_sentence_embeddings.py` writes.

    Source: the sentences are our own, put together from phrases. The model is
        sentence-transformers/all-MiniLM-L6-v2 (N.
    Reimers, I. Gurevych: Sentence-BERT, arXiv:1908.10084; W. Wang et al.: MiniLM,
    arXiv:2002.10957), under the Apache License 2.0, which lets vectors and norms derived from its
    weights be passed on.
    """
    with np.load(FILE, allow_pickle=False) as file:
        return Sentences(
            pooled=torch.from_numpy(file["pooled"].astype(np.float32)),
            final_norms=torch.from_numpy(file["final_norms"]),
            words=torch.from_numpy(file["words"].astype(np.int64)),
            topics=torch.from_numpy(file["topics"].astype(np.int64)),
            texts=tuple(file["texts"].tobytes().decode("ascii").split("\n")),
            topic_names=tuple(str(name) for name in file["topic_names"]),
            word_ranks=torch.from_numpy(file["word_ranks"].astype(np.int64)),
            word_norms=torch.from_numpy(file["word_norms"]),
        )


@cache
def static_vectors() -> Tensor:
    """(n, 128) float32 (stored as float16): the mean of each sentence's static token vectors.

    A static token vector is the same in every sentence. `benchmarks/make_static_embeddings.py`
    writes the file from the token vectors of `dlfaq ask`, which model2vec distilled from
    all-MiniLM-L6-v2 (Apache License 2.0).
    """
    return torch.from_numpy(np.load(STATIC, allow_pickle=False).astype(np.float32))
