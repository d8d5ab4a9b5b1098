"""Every rank has part of the batch, and keeps only part of what data parallelism keeps everywhere.

python sims/parallel/sharded_parallel.py --shard weights

https://arxiv.org/abs/1910.02054
"""

from typing import Any, Literal

import torch
from torch import Tensor, distributed

from dlfaq.sim import Replicates
from dlfaq.sim.blocks import block_weights, pass_blocks, square_error
from dlfaq.sim.collectives import all_rows, own_rows
from dlfaq.sim.footprint import Activations, held_bytes, most_held
from dlfaq.sim.processes import run_ranks


def sharded_parallel(
    replicates: Replicates,
    shard: Literal["nothing", "states", "gradients", "weights"] = "nothing",
    optimizer: Literal["Adam", "SGD"] = "Adam",
    ranks: int = 4,
    blocks: int = 4,
    width: int = 32,
    examples: int = 64,
) -> dict[str, Tensor]:
    """Do one step with blocks of two layers, width to 4 * width and back, each rank on its part of the batch.

    Args:
        replicates: One network and one batch each.
        shard: What a rank keeps only its part of: nothing, which is plain data parallelism; the optimizer's states; the
            gradients as well; or the weights as well, which are then fetched when a layer needs them and dropped again.
        optimizer: Adam, or SGD without momentum.
        ranks: Number of processes, a divisor of width and examples.
        blocks: Number of blocks.
        width: Numbers d that enter and leave a block, for each example.
        examples: Examples N in the batch of all ranks.

    Metrics:
        parameters: bytes of weights on a rank, before and after the step.
        gradients: bytes of gradients.
        states: bytes of the optimizer's state.
        activations: bytes kept for the backward pass.
        difference: distance of the new weights from those of a single process, over the length of its step.
    """
    x, target = (
        replicates.normal(name, examples, width).cpu() for name in ("input", "target")
    )  # (R, N, d)
    weights = block_weights(replicates, blocks, width)  # (R, 4 d, d) and (R, d, 4 d) for each block

    alone = [weight.clone().requires_grad_() for weight in weights]  # in this process, on its own
    own = getattr(torch.optim, optimizer)(alone)
    square_error(pass_blocks(alone, x), target).sum().backward()
    own.step()

    results = run_ranks(_step, ranks, weights, x, target, shard, optimizer)
    lists = weights, alone, results[0][0]
    before, single, sharded = (
        torch.cat([one.detach().flatten(1) for one in list_], 1) for list_ in lists
    )
    measured = most_held([held for _, held in results], len(replicates))
    measured["difference"] = (sharded - single).norm(dim=1) / (single - before).norm(dim=1)
    return {name: value.to(replicates.device) for name, value in measured.items()}


def _step(
    weights: list[Tensor], x: Tensor, target: Tensor, shard: str, optimizer: str
) -> tuple[list[Tensor], dict[str, int]]:
    """What every rank does. Returns all new weights, put together, and the bytes that it held of each sort."""
    in_parts = shard == "weights"
    rank, ranks = distributed.get_rank(), distributed.get_world_size()
    x, target = x.chunk(ranks, 1)[rank].clone(), target.chunk(ranks, 1)[rank]  # (R, N / ranks, d)
    held = [
        (own_rows(weight) if in_parts else weight.clone()).requires_grad_() for weight in weights
    ]
    gradients = {}

    def keep(weight: Tensor) -> None:
        gradients[weight] = own_rows(weight.grad) if shard == "gradients" else weight.grad
        weight.grad = None

    for weight in held:
        weight.register_post_accumulate_grad_hook(
            keep
        )  # called as soon as the gradient is complete
    with Activations(besides=held) as kept:
        for first, second in zip(held[::2], held[1::2], strict=True):
            x = _Linear.apply(_Linear.apply(x, first, in_parts).relu(), second, in_parts)
        loss = (
            square_error(x, target).sum() / ranks
        )  # the sum over the ranks is the mean over the whole batch
    loss.backward()

    updated = [weight.detach() for weight in held]
    if shard in {"states", "gradients"}:
        updated = [
            weight.chunk(ranks, 1)[rank] for weight in updated
        ]  # its rows of the same memory
    own = getattr(torch.optim, optimizer)(updated)
    for mine, weight in zip(updated, held, strict=True):
        mine.grad = (
            gradients[weight].chunk(ranks, 1)[rank] if shard == "states" else gradients[weight]
        )
    own.step()
    new = updated if shard == "nothing" else [all_rows(mine) for mine in updated]
    return new, held_bytes([*held, *updated], gradients.values(), own, kept)


class _Linear(torch.autograd.Function):
    """x W^T with a weight that may be in parts: it is whole only while it is used."""

    @staticmethod
    def forward(context: Any, x: Tensor, weight: Tensor, in_parts: bool) -> Tensor:
        context.save_for_backward(x, weight)
        context.in_parts = in_parts
        return x @ (all_rows(weight) if in_parts else weight).mT

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, Tensor, None]:
        x, weight = context.saved_tensors
        total = gradient.mT @ x  # (R, out, in): of this rank's examples
        distributed.all_reduce(
            total
        )  # of all; where only a part is kept, libraries send no more than that part
        if context.in_parts:
            return gradient @ all_rows(weight), own_rows(total), None
        return gradient @ weight, total, None


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
