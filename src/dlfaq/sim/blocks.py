"""The feed-forward blocks of a transformer, alone.

They are a network of plain matrices that can be cut in several ways.
"""

from torch import Tensor

from dlfaq.sim.replicates import Replicates


def block_weights(replicates: Replicates, blocks: int, width: int) -> list[Tensor]:
    """The weights of blocks of two layers without biases, width d to 4 d and back, on the CPU.

    Args:
        replicates: One network each; the draws are called `into` and `out`.
        blocks: Number of blocks.
        width: Numbers d that enter and leave a block.

    Returns:
        Two matrices a block, (R, 4 d, d) and (R, d, 4 d), in the order in which they are used.
    """
    into = replicates.normal("into", blocks, 4 * width, width).cpu() * (2 / width) ** 0.5
    out = replicates.normal("out", blocks, width, 4 * width).cpu() * (1 / (4 * width)) ** 0.5
    return [
        part.contiguous()
        for pair in zip(into.unbind(1), out.unbind(1), strict=True)
        for part in pair
    ]


def pass_blocks(weights: list[Tensor], x: Tensor) -> Tensor:
    """Pass examples through blocks, with ReLU in the middle of each: (R, N, d) to (R, N, d)."""
    for into, out in zip(weights[::2], weights[1::2], strict=True):
        x = (x @ into.mT).relu() @ out.mT
    return x


def square_error(y: Tensor, target: Tensor) -> Tensor:
    """The mean square error of each replicate: (R, N, d) twice to (R,)."""
    return (y - target).square().mean((1, 2))
