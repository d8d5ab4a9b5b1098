"""What a rank holds if it keeps only part of the batch, the states, the gradients or the weights.

python sims/parallel/sharded_parallel.py --shard weights

https://arxiv.org/abs/1910.02054
https://arxiv.org/abs/1909.08053
"""

from typing import Literal

import torch
from torch import Tensor, distributed

from dlfaq.sim import Replicates
from dlfaq.sim.blocks import block_weights, pass_blocks, square_error
from dlfaq.sim.collectives import all_rows, linear, own_rows, sum_over_ranks
from dlfaq.sim.footprint import Activations, held_bytes, most_held
from dlfaq.sim.processes import run_ranks


def sharded_parallel(
    replicates: Replicates,
    shard: Literal["nothing", "states", "gradients", "weights", "units"] = "nothing",
    optimizer: Literal["Adam", "SGD"] = "Adam",
    ranks: int = 4,
    blocks: int = 4,
    width: int = 32,
    examples: int = 64,
) -> dict[str, Tensor]:
    """Do one step with blocks of two layers, width to 4 * width and back.

    Setting: {blocks} blocks of width {width}, {examples} examples, one step of {optimizer} on
    {ranks} processes; sharded: {shard}.

    Args:
        replicates: One network and one batch each.
        shard: What a rank keeps only its part of, beside its part of the batch: nothing, which is
            plain data parallelism; the optimizer's states; the gradients as well; or the weights as
            well, which are then fetched when a layer needs them and dropped again. Or `units`,
            which is tensor parallelism: each rank has the whole batch, but of each block only some
            inner units with the weights that lead into them and out of them.
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
        difference: distance of the new weights from those of a single process, over the length of
            its step, at least 0.
    """
    x, target = (replicates.normal(name, examples, width).cpu() for name in ("input", "target"))
    weights = block_weights(replicates, blocks, width)  # (R, 4 d, d) and (R, d, 4 d) for each block

    alone = [weight.clone().requires_grad_() for weight in weights]  # in this process, on its own
    own = getattr(torch.optim, optimizer)(alone)
    square_error(pass_blocks(alone, x), target).sum().backward()
    own.step()

    results = run_ranks(_step, ranks, weights, x, target, shard, optimizer)
    before, single, sharded = (
        torch.cat([one.detach().flatten(1) for one in many], 1)  # (R, parameters)
        for many in (weights, alone, results[0][0])
    )
    measured = most_held([held for _, held in results], len(replicates))
    measured["difference"] = (sharded - single).norm(dim=1) / (single - before).norm(dim=1)
    return {name: value.to(replicates.device) for name, value in measured.items()}


def _step(
    weights: list[Tensor], x: Tensor, target: Tensor, shard: str, optimizer: str
) -> tuple[list[Tensor], dict[str, int]]:
    """What every rank does: all new weights, put together, and the bytes it held of each sort."""
    rank, ranks = distributed.get_rank(), distributed.get_world_size()
    if shard != "units":
        x, target = x.chunk(ranks, 1)[rank].clone(), target.chunk(ranks, 1)[rank]  # (R, N / r, d)
    held = [weight.clone() for weight in weights]
    if shard in {"weights", "units"}:
        held = [own_rows(weight) for weight in weights]
    if shard == "units":  # of the weights that lead out of the units, columns
        held[1::2] = [own_rows(out.mT).mT for out in weights[1::2]]
    gradients = {}

    def keep(weight: Tensor) -> None:  # called as soon as a gradient is complete
        gradients[weight] = own_rows(weight.grad) if shard == "gradients" else weight.grad
        weight.grad = None

    for weight in held:
        weight.requires_grad_().register_post_accumulate_grad_hook(keep)
    with Activations(besides=held) as kept:
        for into, out in zip(held[::2], held[1::2], strict=True):
            x = _block(x, into, out, shard)
        parts = 1 if shard == "units" else ranks  # the sum over the ranks is the batch's mean
        loss = square_error(x, target).sum() / parts
    loss.backward()

    updated = [weight.detach() for weight in held]
    if shard in {"states", "gradients"}:  # this rank's rows of the same memory
        updated = [weight.chunk(ranks, 1)[rank] for weight in updated]
    own = getattr(torch.optim, optimizer)(updated)
    for mine, weight in zip(updated, held, strict=True):
        whole = gradients[weight]
        mine.grad = whole.chunk(ranks, 1)[rank] if shard == "states" else whole
    own.step()
    new = updated if shard == "nothing" else [all_rows(mine) for mine in updated]
    if shard == "units":
        new[1::2] = [all_rows(out.mT).mT for out in updated[1::2]]
    return new, held_bytes([*held, *updated], gradients.values(), own, kept)


def _block(x: Tensor, into: Tensor, out: Tensor, shard: str) -> Tensor:
    """One block, (R, n, d) to (R, n, d)."""
    if shard != "units":
        in_parts = shard == "weights"
        return linear(linear(x, into, in_parts=in_parts).relu(), out, in_parts=in_parts)
    x = sum_over_ranks(x, forward=False)  # each rank's units want something of x
    return sum_over_ranks((x @ into.mT).relu() @ out.mT, backward=False)  # the parts of a sum


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
