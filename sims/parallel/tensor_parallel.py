"""Every rank holds a slice of every weight matrix: what that saves, and that the gradients are the same.

python sims/parallel/tensor_parallel.py --ranks 2

https://arxiv.org/abs/1909.08053
"""

import torch
from torch import Tensor, distributed

from dlfaq.sim import Replicates
from dlfaq.sim.blocks import block_weights, square_error
from dlfaq.sim.collectives import sum_over_ranks
from dlfaq.sim.footprint import Activations, held_bytes, most_held
from dlfaq.sim.processes import run_ranks


def tensor_parallel(
    replicates: Replicates, ranks: int = 4, blocks: int = 4, width: int = 32, examples: int = 64
) -> dict[str, Tensor]:
    """Do one step of Adam with blocks of two layers, width to 4 * width and back, cut across their inner units.

    A rank has some of the inner units, with the weights that lead into them and out of them. So within a block nothing has
    to be sent: each rank's output is a part of the sum that the block's output is.

    Args:
        replicates: One network and one batch each.
        ranks: Number of processes, a divisor of 4 * width.
        blocks: Number of blocks.
        width: Numbers d that enter and leave a block, for each example.
        examples: Examples N in the batch.

    Metrics:
        parameters: bytes of weights on the rank that has the most.
        gradients: bytes of their gradients.
        states: bytes of Adam's state.
        activations: bytes kept for the backward pass.
        difference: distance of the gradients, put together, from those of a single process, over the norm of the latter.
    """
    x, target = (
        replicates.normal(name, examples, width).cpu() for name in ("input", "target")
    )  # (R, N, d)
    weights = block_weights(replicates, blocks, width)  # (R, 4 d, d) and (R, d, 4 d) for each block

    whole = [weight.clone().requires_grad_() for weight in weights]  # in this process, on its own
    alone = torch.autograd.grad(_loss(whole, x, target), whole)
    results = run_ranks(_step, ranks, weights, x, target)
    parts = [gradients for gradients, _ in results]  # of each rank, of each weight
    together = [
        torch.cat(slices, 1 if layer % 2 == 0 else 2)
        for layer, slices in enumerate(zip(*parts, strict=True))
    ]

    length = [
        torch.cat([one.flatten(1) for one in list_], 1) for list_ in (together, alone)
    ]  # (R, parameters)
    measured = most_held([held for _, held in results], len(replicates))
    measured["difference"] = (length[0] - length[1]).norm(dim=1) / length[1].norm(dim=1)
    return {name: value.to(replicates.device) for name, value in measured.items()}


def _step(weights: list[Tensor], x: Tensor, target: Tensor) -> tuple[list[Tensor], dict[str, int]]:
    """What every rank does: take its slices of the weights, do a step, and say what it holds."""
    rank, ranks = distributed.get_rank(), distributed.get_world_size()
    mine = [  # rows of the matrix into the inner units, (R, 4 d / ranks, d), columns of the one out of them
        weight.chunk(ranks, 1 if layer % 2 == 0 else 2)[rank].clone(
            memory_format=torch.contiguous_format
        )
        for layer, weight in enumerate(weights)
    ]
    for weight in mine:
        weight.requires_grad_()
    # by hand, not by dlfaq.sim.training: one step of this rank
    optimizer = torch.optim.Adam(mine)
    with Activations(besides=mine) as kept:
        loss = _loss(mine, x, target)
    loss.backward()
    optimizer.step()
    gradients = [weight.grad for weight in mine]
    return gradients, held_bytes(mine, gradients, optimizer, kept)


def _loss(weights: list[Tensor], x: Tensor, target: Tensor) -> Tensor:
    """The mean square error, summed over the replicates; on ranks, of their slices together."""
    parallel = distributed.is_initialized()
    for into, out in zip(weights[::2], weights[1::2], strict=True):
        if parallel:
            x = sum_over_ranks(
                x, forward=False
            )  # each rank's units want something of x: the gradients add up
        x = (x @ into.mT).relu() @ out.mT  # (R, N, d); on a rank, its units' part of the sum
        if parallel:
            x = sum_over_ranks(x, backward=False)
    return square_error(x, target).sum()


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
