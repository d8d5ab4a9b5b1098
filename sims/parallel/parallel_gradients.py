"""Several processes average their gradients: is that the gradient of the large batch?

python sims/parallel/parallel_gradients.py --norm batch

https://arxiv.org/abs/2006.15704
"""

from typing import Literal

import torch
from torch import Tensor, distributed, nn

from dlfaq.sim import Replicates, cross_entropy, digits, rows
from dlfaq.sim.collectives import sum_over_ranks
from dlfaq.sim.processes import run_ranks


def parallel_gradients(
    replicates: Replicates,
    norm: Literal["none", "layer", "batch", "synchronized batch"] = "none",
    shards: Literal["equal", "close", "uneven"] = "equal",
    average: Literal["plain", "weighted"] = "plain",
    precision: Literal["float32", "float64"] = "float64",
    ranks: int = 4,
    examples: int = 64,
    hidden: int = 16,
) -> dict[str, Tensor]:
    """Compare the gradient of one large batch with the average of the ranks' on their shards of it.

    Setting: {examples} digits on {ranks} processes, shards {shards}, average {average}, a network
    of {hidden} units with normalization {norm}, in {precision}.

    Args:
        replicates: One batch of handwritten digits and one network each.
        norm: Normalization of the hidden layer. Batch normalization takes mean and variance over
            the rank's shard; synchronized, over the whole batch, as `nn.SyncBatchNorm` does.
        shards: Equal parts; or close to it, the first rank having two examples fewer and the last
            two more (14, 16, 16 and 18 of 64); or parts that double from rank to rank, the last
            rank taking the rest (4, 8, 16 and 36).
        average: Of the ranks' gradients: a plain mean, or weighted with the sizes of their shards.
        precision: Type of all numbers.
        ranks: Number of processes.
        examples: Images N in the large batch.
        hidden: Width of the hidden layer.

    Metrics:
        difference: distance between the average and the large batch's gradient, over the norm of
            the latter; at least 0.
        apart: largest difference between two ranks' averages, at least 0.
    """
    dtype = getattr(torch, precision)
    x, y, *_ = digits(centred=True)
    index = replicates.permutation("images", len(x))[:, :examples].cpu()  # (R, N)
    x, y = rows(x, index).to(dtype), y[index]  # (R, N, 64), (R, N)
    net = replicates.stack(
        "net", lambda: nn.Sequential(nn.Linear(64, hidden), nn.Linear(hidden, 10))
    )
    # Shapes: (R, h, 64), (R, h), (R, 10, h) and (R, 10).
    weights = [weight.detach().cpu().to(dtype) for weight in net.parameters()]

    sizes = [examples // ranks] * ranks
    if shards == "close":
        sizes[0] -= 2
        sizes[-1] += 2
    if shards == "uneven":
        sizes = [examples >> (ranks - rank) for rank in range(ranks - 1)]  # 4, 8 and 16 of 64 …
        sizes.append(examples - sum(sizes))  # … and 36
    # In this process, (R, parameters); then from every rank.
    large = _gradient(weights, x, y, norm.removeprefix("synchronized "))
    averages = run_ranks(_average, ranks, weights, x, y, sizes, norm, average)
    return {
        "difference": ((averages[0] - large).norm(dim=1) / large.norm(dim=1)).to(replicates.device),
        "apart": torch.stack([(one - averages[0]).abs().amax(1) for one in averages])
        .amax(0)
        .to(replicates.device),
    }


def _average(
    weights: list[Tensor], x: Tensor, y: Tensor, sizes: list[int], norm: str, average: str
) -> Tensor:
    """What every rank does: the gradient of its own shard, then the average over the ranks."""
    rank = distributed.get_rank()
    gradient = _gradient(weights, x.split(sizes, 1)[rank], y.split(sizes, 1)[rank], norm)
    share = sizes[rank] / sum(sizes) if average == "weighted" else 1 / len(sizes)
    gradient *= share
    distributed.all_reduce(gradient)  # the sum over the ranks, on every rank
    return gradient


def _gradient(weights: list[Tensor], x: Tensor, y: Tensor, norm: str) -> Tensor:
    """The gradient of the mean loss, all weights in a row: (R, parameters)."""
    w1, b1, w2, b2 = weights = [weight.clone().requires_grad_() for weight in weights]
    h = x @ w1.mT + b1[:, None]  # (R, n, h)
    if norm != "none":
        # Over the units, or over the examples that this process sees.
        dim = 2 if norm == "layer" else 1
        mean, square = h.mean(dim, keepdim=True), (h * h).mean(dim, keepdim=True)
        if norm == "synchronized batch":
            ranks = distributed.get_world_size()
            # Of the whole batch.
            mean, square = sum_over_ranks(mean) / ranks, sum_over_ranks(square) / ranks
        h = (h - mean) / (square - mean * mean + 1e-5).sqrt()
    loss = cross_entropy(h.relu() @ w2.mT + b2[:, None], y)  # (R,)
    return torch.cat(
        [gradient.flatten(1) for gradient in torch.autograd.grad(loss.sum(), weights)], 1
    )


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
