"""The length of a mean of n vectors: what mean pooling does to the norm of a sentence of n words.

python sims/embeddings/mean_of_vectors.py --words 32 --common 0.3

https://arxiv.org/abs/1908.10084
"""

from torch import Tensor
from torch.nn import functional as F

from dlfaq.sim import Replicates


def mean_of_vectors(
    replicates: Replicates,
    words: int = 8,
    common: float = 0.0,
    dimensions: int = 64,
    rows: int = 16,
) -> dict[str, Tensor]:
    """Average random unit vectors, some of which may point the same way.

    Args:
        replicates: One set of vectors each.
        words: Vectors n that are averaged.
        common: Cosine that any two of the vectors have on average.
        dimensions: Their dimension d.
        rows: Means that are made.

    Metrics:
        norm: length of the mean, as the root of the mean square over the rows.
    """
    own = F.normalize(replicates.normal("own", rows, words, dimensions), dim=3)  # (R, rows, n, d)
    shared = F.normalize(replicates.normal("shared", rows, 1, dimensions), dim=3)  # (R, rows, 1, d)
    vectors = common**0.5 * shared + (1 - common) ** 0.5 * own
    return {"norm": vectors.mean(2).square().sum(2).mean(1).sqrt()}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
