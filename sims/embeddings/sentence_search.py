"""Search among real sentence embeddings, with and without their lengths.

python sims/embeddings/sentence_search.py --score dot --normalize both

https://arxiv.org/abs/1908.10084
"""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.embeddings import Sentences, sentences, static_vectors


def _vectors(data: Sentences, kind: str) -> Tensor:
    """The vectors (n, d) of all sentences, float64."""
    if kind == "counts":
        texts = [text.lower().strip(".").split() for text in data.texts]
        known = sorted({word for text in texts for word in text})
        return torch.tensor([[text.count(word) for word in known] for text in texts]).double()
    if kind == "static":
        return static_vectors().double()
    pooled = data.pooled.double()
    lengths = {"outputs": data.final_norms / pooled.norm(dim=1), "sums": data.words}
    return pooled * lengths[kind][:, None] if kind in lengths else pooled


def _scores(queries: Tensor, documents: Tensor, score: str) -> Tensor:
    """How near each document is to each query, (R, Q, d) and (R, M, d) to (R, Q, M)."""
    if score == "euclidean":
        return -torch.cdist(queries, documents, compute_mode="donot_use_mm_for_euclid_dist")
    if score == "cosine":
        queries, documents = F.normalize(queries, dim=2), F.normalize(documents, dim=2)
    return queries @ documents.transpose(1, 2)


def sentence_search(
    replicates: Replicates,
    vectors: Literal["outputs", "means", "sums", "static", "counts"] = "means",
    normalize: bool = False,
    score: Literal["dot", "cosine", "euclidean"] = "dot",
    chunks: int = 1,
    subtract_mean: bool = False,
    kept: int = 384,
    renormalize: bool = False,
    dtype: Literal["float64", "float16", "bfloat16", "float8_e4m3fn"] = "float64",
    documents: int = 64,
) -> dict[str, Tensor]:
    """Ask with 64 sentences, and look at the best 5 of other documents for each.

    Setting: {vectors} (all-MiniLM-L6-v2's unless static or counts), 5 of {documents} by {score}.

    Args:
        replicates: One choice of queries and documents among 384 sentences on six topics each.
        vectors: The outputs; the means of token vectors, which the model normalizes to outputs;
            means times the number of words; means of static token vectors, which are the same in
            every sentence; or how often each word occurs, without a model.
        normalize: Divide each vector by its length first.
        score: What orders the documents.
        chunks: Documents are means of 1, 2 … chunks, 1, 2 … sentences on one topic.
        subtract_mean: Subtract the mean of all sentences that are not queries.
        kept: Numbers of each vector that are kept.
        renormalize: Normalize queries and documents behind all this.
        dtype: Round the vectors and their scores to it.
        documents: Documents M, at most 320.

    Metrics:
        precision: share of the 5 best that are on the query's topic, in [0, 1].
        agrees: share of them that are also the best by cosine before cut and rounding, in [0, 1].
        hub: share of the queries that have the most popular document among their best, in [0, 1].
        words: mean number of words of what is found, divided by that of all documents; at least 0.
        size: the same for the number of sentences in a document, at least 0.
        deviation: largest |length - 1| of a query or document, at least 0.
        length_words: Pearson's correlation of the documents' lengths and words, in [-1, 1].
        identity: largest |distance^2 - (2 - 2 cosine)|, at least 0.
        similarity: mean cosine of queries and documents, in [-1, 1].
    """
    data, device = sentences(), replicates.device
    order = replicates.permutation("sample", len(data.topics))  # (R, n): the first 64 ask
    topics, words = data.topics.to(device)[order], data.words.to(device)[order].double()
    e = _vectors(data, vectors).to(device)[order]  # (R, n, d)
    e = F.normalize(e, dim=2) if normalize else e
    e = e - e[:, 64:].mean(1, keepdim=True) if subtract_mean else e
    asked, rest = e[:, :64], e[:, 64:]
    sizes = torch.arange(documents, device=device) % chunks + 1  # (M,)
    same = topics[:, 64:, None] == topics[:, None, 64:]  # each topic's sentences, itself first
    lot = replicates.uniform("parts", *same[0].shape) + 1 + 2 * torch.eye(320, device=device)
    parts = (lot * same).argsort(2, descending=True)[:, :documents, :chunks]  # (R, M, chunks)
    share = (torch.arange(chunks, device=device) < sizes[:, None]) / sizes[:, None]
    each = torch.arange(len(e), device=device)[:, None, None]
    found_in = torch.einsum("rmcd,mc->rmd", rest[each, parts], share.double())
    words = (words[:, 64:][each, parts] * (share > 0)).sum(2)  # (R, M)
    cosines = _scores(asked, found_in, "cosine")
    best = cosines.topk(5).indices  # (R, Q, 5)
    gap = _scores(asked, found_in, "euclidean").square() - (2 - 2 * cosines)
    both = [v[..., :kept] for v in (asked, found_in)]
    both = [F.normalize(v, dim=2) if renormalize else v for v in both]
    asked, found_in = [v.to(getattr(torch, dtype)).double() for v in both]
    scores = _scores(asked, found_in, score).to(getattr(torch, dtype)).double()  # (R, Q, M)
    lists = scores.sort(dim=2, descending=True, stable=True).indices[..., :5]
    popularity = F.one_hot(lists, documents).sum((1, 2)).double()  # (R, M)
    theirs, lengths = topics[:, 64:][each, lists], found_in.norm(dim=2)
    share_of = popularity / popularity.mean(1, keepdim=True)
    return {
        "precision": (theirs == topics[:, :64, None]).double().mean((1, 2)),
        "agrees": (lists[..., None] == best[..., None, :]).any(3).double().mean((1, 2)),
        "hub": popularity.amax(1) / 64,
        "words": (share_of * words / words.mean(1, keepdim=True)).mean(1),
        "size": (share_of * sizes / sizes.double().mean()).mean(1),
        "deviation": (torch.cat([asked, found_in], 1).norm(dim=2) - 1).abs().amax(1),
        "length_words": F.cosine_similarity(*(v - v.mean(1)[:, None] for v in (lengths, words))),
        "identity": gap.abs().amax((1, 2)),
        "similarity": cosines.mean((1, 2)),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
