"""Every rank holds some of the layers, and micro-batches flow through the ranks.

python sims/parallel/pipeline_parallel.py --schedule "one forward one backward"

https://arxiv.org/abs/1811.06965
"""

from typing import Literal

import torch
from torch import Tensor, distributed

from dlfaq.sim import Replicates
from dlfaq.sim.blocks import block_weights, pass_blocks, square_error
from dlfaq.sim.footprint import Activations, held_bytes, most_held
from dlfaq.sim.pipelines import idle_share, stage_order
from dlfaq.sim.processes import run_ranks


def pipeline_parallel(
    replicates: Replicates,
    schedule: Literal["all forward first", "one forward one backward"] = "all forward first",
    micro_batches: int = 8,
    ranks: int = 4,
    slowest: float = 1.0,
    blocks: int = 4,
    width: int = 32,
    examples: int = 64,
) -> dict[str, Tensor]:
    """Do one step of Adam with blocks of two layers, as many blocks on each rank.

    Setting: {blocks} blocks, width {width} to four times that and back, {examples} examples in
    {micro_batches} micro-batches on {ranks} processes, {schedule}.

    Args:
        replicates: One network, one batch and one duration of a forward and a backward pass each.
        schedule: Order of the passes on each rank.
        micro_batches: Parts m that the batch is cut into, a divisor of examples.
        ranks: Number of processes p, a divisor of blocks.
        slowest: How many times as long the last rank takes as the others; only `idle` looks at it.
        blocks: Number of blocks.
        width: Numbers d that enter and leave a block, for each example.
        examples: Examples N in the batch.

    Metrics:
        parameters: bytes of weights on the rank that has the most.
        gradients: bytes of their gradients.
        states: bytes of Adam's state.
        activations: most bytes that a rank kept for backward passes at a time.
        difference: distance of the gradients from those of a single process, over the norm of the
            latter, at least 0.
        idle: share of the time in which a rank waits, over all ranks, if the passes are played
            with these durations and sending takes no time, in [0, 1].
    """
    x, target = (replicates.normal(name, examples, width).cpu() for name in ("input", "target"))
    weights = block_weights(replicates, blocks, width)  # (R, 4 d, d) and (R, d, 4 d) for each block

    whole = [weight.clone().requires_grad_() for weight in weights]  # in this process, on its own
    alone = torch.autograd.grad(square_error(pass_blocks(whole, x), target).sum(), whole)
    results = run_ranks(_step, ranks, weights, x, target, schedule, micro_batches)
    together = [gradient for gradients, _ in results for gradient in gradients]
    ours, theirs = (
        torch.cat([one.flatten(1) for one in many], 1) for many in (together, alone)
    )  # (R, parameters)

    measured = most_held([held for _, held in results], len(replicates))
    measured["difference"] = (ours - theirs).norm(dim=1) / theirs.norm(dim=1)
    backward = 2 + replicates.uniform("backward", dtype=torch.float64)  # (R,), in any unit
    forward = 1 + replicates.uniform("forward", dtype=torch.float64)
    measured["idle"] = idle_share(schedule, ranks, micro_batches, (backward, forward), slowest)
    return {name: value.to(replicates.device) for name, value in measured.items()}


def _step(
    weights: list[Tensor], x: Tensor, target: Tensor, schedule: str, micro_batches: int
) -> tuple[list[Tensor], dict[str, int]]:
    """What every rank does: pass micro-batches through its layers in the order of the schedule."""
    rank, ranks = distributed.get_rank(), distributed.get_world_size()
    share = len(weights) // ranks
    mine = [one.clone().requires_grad_() for one in weights[rank * share : (rank + 1) * share]]
    optimizer = torch.optim.Adam(mine)
    inputs, targets = x.chunk(micro_batches, 1), target.chunk(micro_batches, 1)  # (R, N / m, d)
    passing = {}  # what came in and what went out, until the backward pass
    sent = []  # messages on their way
    with Activations(besides=mine) as kept:
        for forward, number in stage_order(schedule, rank, ranks, micro_batches):
            if forward:
                enters = torch.empty(inputs[0].shape) if rank else inputs[number].clone()
                if rank:
                    distributed.recv(enters, rank - 1)
                leaves = pass_blocks(mine, enters.requires_grad_())
                if rank == ranks - 1:
                    leaves = square_error(leaves, targets[number]).sum() / micro_batches
                else:
                    sent.append(distributed.isend(leaves.detach(), rank + 1))
                passing[number] = enters, leaves
            else:
                enters, leaves = passing.pop(number)
                gradient = None
                if rank < ranks - 1:
                    gradient = torch.empty(leaves.shape)
                    distributed.recv(gradient, rank + 1)
                leaves.backward(gradient)
                if rank:
                    sent.append(distributed.isend(enters.grad, rank - 1))
    for message in sent:
        message.wait()
    optimizer.step()
    gradients = [weight.grad for weight in mine]
    return gradients, held_bytes(mine, gradients, optimizer, kept)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
