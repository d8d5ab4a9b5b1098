"""The nearest neighbours of real sentence embeddings by dot product, cosine and Euclidean distance.

python sims/embeddings/neighbours.py --normalize true

https://arxiv.org/abs/1908.10084
"""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.embeddings import sentences


def _nearest(score: Tensor, k: int) -> Tensor:
    """The k best others of each row by a score, (R, N, N) to (R, N, k)."""
    itself = torch.eye(score.shape[1], dtype=torch.bool, device=score.device)
    return score.masked_fill(itself, -torch.inf).topk(k).indices


def _overlap(a: Tensor, b: Tensor) -> Tensor:
    """Share of the neighbours in lists a that are in lists b too, (R, N, k) twice to (R,)."""
    return (a[..., :, None] == b[..., None, :]).any(3).double().mean((1, 2))


def neighbours(
    replicates: Replicates,
    vectors: Literal["sentences", "gaussian"] = "sentences",
    normalize: bool = False,
    length_noise: float = 0.0,
    sample: int = 48,
    k: int = 5,
) -> dict[str, Tensor]:
    """Find the nearest neighbours of sentences among a sample of them, in float64.

    Setting: {sample} vectors ({vectors}), lengths scattered by exp({length_noise} z), {k}
    neighbours each.

    Args:
        replicates: One sample and one set of factors each.
        vectors: The model's sentence vectors before it normalizes them, or random ones of as many
            dimensions.
        normalize: Divide each vector by its length before all comparisons.
        length_noise: Multiply every vector first by exp(length_noise z), z standard normal.
        sample: Sentences N in a sample.
        k: Neighbours of a sentence that are looked at.

    Metrics:
        identity_error: largest |distance^2 - (2 - 2 cosine)| over all pairs, at least 0.
        dot_agrees: share of the k neighbours by dot product that are among the k by cosine, in
            [0, 1].
        euclidean_agrees: share of the k neighbours by Euclidean distance that are among the k by
            cosine, in [0, 1].
        dot_precision: share of the k neighbours by dot product that are on the sentence's topic,
            in [0, 1].
        cosine_precision: the same by cosine, in [0, 1].
        hub: share of the sentences that have the most popular neighbour by dot product in their
            list, in [0, 1].
    """
    data = sentences()
    index = replicates.permutation("sample", len(data.topics))[:, :sample]
    topics = data.topics.to(replicates.device)[index]  # (R, N)
    if vectors == "sentences":
        e = data.pooled.double().to(replicates.device)[index]  # (R, N, d)
    else:
        e = replicates.normal("gaussian", sample, data.pooled.shape[1], dtype=torch.float64)
    e = e * torch.exp(length_noise * replicates.normal("factors", sample, 1, dtype=torch.float64))
    if normalize:
        e = F.normalize(e, dim=2)

    dot = e @ e.transpose(1, 2)  # (R, N, N)
    unit = F.normalize(e, dim=2)
    cosine = unit @ unit.transpose(1, 2)
    distance = torch.cdist(e, e, compute_mode="donot_use_mm_for_euclid_dist").square()
    by_dot, by_cosine, by_distance = _nearest(dot, k), _nearest(cosine, k), _nearest(-distance, k)

    def precision(lists: Tensor) -> Tensor:
        found = topics.gather(1, lists.flatten(1)).view_as(lists)
        return (found == topics[..., None]).double().mean((1, 2))

    popularity = F.one_hot(by_dot, sample).sum((1, 2)).amax(1)
    return {
        "identity_error": (distance - (2 - 2 * cosine)).abs().amax((1, 2)),
        "dot_agrees": _overlap(by_dot, by_cosine),
        "euclidean_agrees": _overlap(by_distance, by_cosine),
        "dot_precision": precision(by_dot),
        "cosine_precision": precision(by_cosine),
        "hub": popularity / sample,
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
