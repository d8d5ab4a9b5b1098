"""Training embeddings with a loss of their cosines: what becomes of their lengths?

python sims/embeddings/cosine_training.py --similarity dot

https://arxiv.org/abs/1908.10084
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.embeddings import sentences
from dlfaq.sim.training import descend


def cosine_training(
    replicates: Replicates,
    similarity: Literal["cosine", "dot"] = "cosine",
    optimizer: Literal["sgd", "momentum", "adam", "adamw", "rmsprop"] = "sgd",
    lr: float = 1.0,
    steps: int = 30,
    sample: int = 16,
) -> dict[str, Tensor]:
    """Train free vectors, which start as real sentence embeddings, in float64.

    The loss is the mean square of similarity - target over all pairs, the target being 1 for two
    sentences on one topic and 0 for others: Sentence-BERT's regression objective.

    Args:
        replicates: One sample of sentences each.
        similarity: Of two embeddings: the cosine, or the dot product.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Learning rate.
        steps: Training steps.
        sample: Sentences N in a sample.

    Metrics:
        radial: largest |cosine of an embedding and its gradient|, at the start, in [0, 1].
        rescaling: change of the starting loss when each embedding is multiplied by a number of
            its own from 0.5 to 1.5, at least 0.
        least_growth: smallest ratio of an embedding's length after training to its length before,
            at least 0.
        growth: mean of that ratio, at least 0.
        loss_ratio: loss after training, divided by the loss before; at least 0.
    """
    data, device = sentences(), replicates.device
    index = replicates.permutation("sample", len(data.topics))[:, :sample]
    topics = data.topics.to(device)[index]  # (R, N)
    target = (topics[:, :, None] == topics[:, None]).double()  # (R, N, N)
    start = data.pooled.double().to(device)[index]  # (R, N, d)
    # mean length 1; their differences stay
    start = start / start.norm(dim=2).mean(1)[:, None, None]
    others = ~torch.eye(sample, dtype=torch.bool, device=device)

    def loss_of(e: Tensor) -> Tensor:
        e = F.normalize(e, dim=2) if similarity == "cosine" else e
        error = (e @ e.transpose(1, 2) - target).square()
        return error[:, others].mean(1)  # (R,)

    e = nn.Parameter(start.clone())
    first = loss_of(e)
    gradient = torch.autograd.grad(first.sum(), e)[0]
    descend({"e": e}, lambda _: loss_of(e), steps, optimizer=optimizer, lr=lr)
    e = e.detach()
    factors = 0.5 + replicates.uniform("factors", sample, 1, dtype=torch.float64)  # (R, N, 1)
    ratio = e.norm(dim=2) / start.norm(dim=2)  # (R, N)
    return {
        "radial": F.cosine_similarity(gradient, start, dim=2).abs().amax(1),
        "rescaling": (loss_of(factors * start) - first.detach()).abs(),
        "least_growth": ratio.amin(1),
        "growth": ratio.mean(1),
        "loss_ratio": loss_of(e) / first.detach(),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
