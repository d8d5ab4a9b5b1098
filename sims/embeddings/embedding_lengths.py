"""What the lengths of a real model's embeddings say: of sentences, normalized or not, and of words.

python sims/embeddings/embedding_lengths.py --stage output

https://arxiv.org/abs/1508.02297
"""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.embeddings import sentences


def _correlation(a: Tensor, b: Tensor) -> Tensor:
    """Pearson's correlation, (R, n) twice to (R,); 0 where a is constant up to rounding."""
    a, b = a.double(), b.double()
    constant = a.std(1) < 1e-5 * a.abs().mean(1)
    a, b = a - a.mean(1, keepdim=True), b - b.mean(1, keepdim=True)
    return torch.where(constant, 0.0, F.cosine_similarity(a, b, dim=1))


def _ranks(a: Tensor) -> Tensor:
    """Each number's place in its row's order, (R, n)."""
    return a.argsort(1).argsort(1)


def embedding_lengths(
    replicates: Replicates,
    stage: Literal["pooled", "output"] = "pooled",
    shuffled: bool = False,
    sample: int = 192,
    vocabulary: int = 500,
) -> dict[str, Tensor]:
    """Look at the norms of all-MiniLM-L6-v2's vectors, for random halves of 384 sentences.

    Setting: vectors of all-MiniLM-L6-v2 ({stage}), {sample} sentences and {vocabulary} words.

    Args:
        replicates: One sample of sentences and one of words each.
        stage: The mean of the token vectors, or the model's output, which comes out of its last
            module, Normalize.
        shuffled: Give the sentences' word counts and the words' ranks to others at random.
        sample: Sentences in a sample, at most 384.
        vocabulary: Words in a sample of the input embedding table.

    Metrics:
        largest_change: largest change of an entry of a sentence vector when the vector is divided
            by its norm, at least 0.
        spread: standard deviation of the sentence vectors' norms over their mean; at least 0.
        words_correlation: Pearson's correlation of these norms with the sentences' number of words,
            in [-1, 1].
        words_slope: slope of the norm's logarithm over the logarithm of the number of words.
        rank_correlation: Spearman's correlation of the norms of the words' input vectors with the
            words' ranks in the vocabulary, in which frequent words stand first; in [-1, 1].
    """
    data, device = sentences(), replicates.device
    e = data.pooled.double().to(device)  # (n, d)
    if stage == "output":  # with the norms that the model's outputs really have
        e = F.normalize(e, dim=1) * data.final_norms.to(device)[:, None]
    change = (F.normalize(e, dim=1) - e).abs().amax(1)  # (n,)

    index = replicates.permutation("sentences", len(e))[:, :sample]  # (R, sample)
    other = replicates.permutation("other sentences", len(e))[:, :sample]
    norms = e.norm(dim=1)[index]
    words = data.words.to(device)[other if shuffled else index].double()

    chosen = replicates.permutation("words", len(data.word_ranks))[:, :vocabulary]
    mixed = replicates.permutation("other words", len(data.word_ranks))[:, :vocabulary]
    place = data.word_ranks.to(device)[mixed if shuffled else chosen]  # (R, vocabulary)

    log_words, log_norms = words.log(), norms.log()
    centred = log_words - log_words.mean(1, keepdim=True)
    return {
        "largest_change": change[index].amax(1),
        "spread": norms.std(1) / norms.mean(1),
        "words_correlation": _correlation(norms, words),
        "words_slope": (centred * log_norms).sum(1) / centred.square().sum(1),
        "rank_correlation": _correlation(_ranks(data.word_norms.to(device)[chosen]), _ranks(place)),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
