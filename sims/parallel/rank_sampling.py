"""Which images the ranks draw, and how much noise their average has.

python sims/parallel/rank_sampling.py --sampling "one seed"

https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.distributed.DistributedSampler
"""

from typing import Literal

import torch
from torch import Tensor, distributed, nn
from torch.utils.data import DistributedSampler

from dlfaq.sim import Replicates, cross_entropy, digits, rows
from dlfaq.sim.processes import run_ranks


def rank_sampling(
    replicates: Replicates,
    sampling: Literal[
        "sampler", "sampler seeded by rank", "no set_epoch", "own seeds", "one seed"
    ] = "sampler",
    ranks: int = 4,
    batch: int = 16,
    epochs: int = 3,
    examples: int = 1024,
) -> dict[str, Tensor]:
    """Let every rank draw its share of the images in each epoch, and average the gradients.

    Setting: {examples} digits, {ranks} processes with batches of {batch}, {epochs} epochs, drawn
    by: {sampling}.

    Args:
        replicates: One seed and one linear classifier, which is not trained, each.
        sampling: PyTorch's `DistributedSampler`, with one seed on all ranks or another on each, or
            without a call of `set_epoch`; or every rank shuffles all images by itself, from a seed
            of its own or from one that all have.
        ranks: Number of processes.
        batch: Images in a rank's batch B.
        epochs: Number of epochs E, at least 2.
        examples: Handwritten digits n to draw from, at most 1200.

    Metrics:
        noise: mean squared distance of the average gradient from that of all images, over that of
            rank 0's own gradient; at least 0.
        distinct: different images that the ranks drew together in an epoch, over all images, in
            [0, 1].
        seen: share of all images that rank 0 has drawn in any epoch, in [0, 1].
        twice: images that came more than once in the first epoch, over all ranks; at least 0.
        as_one: 1 if the ranks' first batches together are the first rows that one process draws,
            from a sampler with `num_replicas=1` and the same seed, else 0, in [0, 1].
        repeated: share of rank 0's images of the second epoch that are, in the same places, those
            of the first, in [0, 1].
    """
    seeds = replicates.integers("seed", 2**31).tolist()
    net = replicates.stack("net", lambda: nn.Linear(64, 10))
    weight = next(net.parameters()).detach().cpu()  # (R, 10, 64)
    x, y, *_ = digits(centred=True)
    results = run_ranks(
        _draw, ranks, weight, x[:examples], y[:examples], seeds, sampling, batch, epochs
    )
    drawn = torch.stack([order for order, _ in results], 1)  # (R, ranks, E, share)
    together = _count(
        drawn.transpose(1, 2).flatten(2), examples
    )  # (R, E, n): how often an epoch showed each image
    alone = _count(drawn[:, 0].flatten(1), examples)  # (R, n)
    single = [list(DistributedSampler(range(examples), 1, 0, seed=seed)) for seed in seeds]
    first = torch.tensor(single)[:, : ranks * batch]  # (R, ranks B)
    both = torch.stack([first, drawn[:, :, 0, :batch].flatten(1)]).sort(2).values  # (2, R, ranks B)
    measured = {
        "noise": results[0][1],
        "distinct": (together > 0).double().mean((1, 2)),
        "seen": (alone > 0).double().mean(1),
        "twice": (together[:, 0] > 1).double().sum(1),
        "as_one": (both[0] == both[1]).all(1).double(),
        "repeated": (drawn[:, 0, 0] == drawn[:, 0, 1]).double().mean(1),
    }
    return {name: value.to(replicates.device) for name, value in measured.items()}


def _draw(
    weight: Tensor, x: Tensor, y: Tensor, seeds: list[int], sampling: str, batch: int, epochs: int
) -> tuple[Tensor, Tensor]:
    """What every rank does: draw, (R, E, share), and compare gradients with their average, (R,)."""
    rank, ranks = distributed.get_rank(), distributed.get_world_size()
    orders, examples = [], len(x)
    for seed in seeds:  # a sampler cannot be stacked
        other = rank if sampling == "sampler seeded by rank" else 0
        # It asks the process group for rank and ranks.
        sampler = DistributedSampler(range(examples), seed=seed + other)
        generator = torch.Generator().manual_seed(seed + rank if sampling == "own seeds" else seed)
        for epoch in range(epochs):
            if sampling != "no set_epoch":
                sampler.set_epoch(epoch)
            own = torch.randperm(examples, generator=generator)[: examples // ranks]
            orders.append(
                own if sampling.endswith(("seed", "seeds")) else torch.tensor(list(sampler))
            )
    drawn = torch.stack(orders).view(len(seeds), epochs, -1)  # (R, E, share)

    steps = drawn.shape[2] // batch
    batches = drawn[:, :, : steps * batch].reshape(len(seeds), epochs * steps, batch)  # (R, S, B)
    gradient = _gradients(weight, x, y, batches)  # (R, S, 640): of this rank, at every step
    every = _gradients(
        weight, x, y, torch.arange(examples).expand(len(seeds), 1, -1)
    )  # (R, 1, 640): of all images
    average = gradient.clone()
    distributed.all_reduce(average)
    average /= ranks
    return drawn, (average - every).square().mean((1, 2)) / (gradient - every).square().mean((1, 2))


def _gradients(weight: Tensor, x: Tensor, y: Tensor, batches: Tensor) -> Tensor:
    """The gradient at one and the same weights on each of the batches: (R, S, B) to (R, S, 640)."""
    copies = weight[:, None].repeat(1, batches.shape[1], 1, 1).requires_grad_()  # (R, S, 10, 64)
    logits = rows(x, batches) @ copies.mT  # (R, S, B, 10)
    loss = cross_entropy(logits.flatten(0, 1), y[batches].flatten(0, 1))  # (R S,)
    return torch.autograd.grad(loss.sum(), copies)[0].flatten(2)


def _count(drawn: Tensor, examples: int) -> Tensor:
    """How often each image was drawn: (…, draws) to (…, n)."""
    return torch.zeros(*drawn.shape[:-1], examples).scatter_add_(-1, drawn, torch.ones(drawn.shape))


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
