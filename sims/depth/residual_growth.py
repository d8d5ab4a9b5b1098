"""How a signal grows through a stack of residual blocks, and how the gradient grows on the way back.

python sims/depth/residual_growth.py --kind pre-norm

https://arxiv.org/abs/1901.09321
"""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from dlfaq.sim import Replicates


def residual_growth(
    replicates: Replicates,
    kind: Literal["sum", "scaled", "zero", "pre-norm", "post-norm"] = "sum",
    blocks: int = 20,
    width: int = 64,
    examples: int = 8,
) -> dict[str, Tensor]:
    """Send random inputs up through untrained blocks x -> x + f(x), and a random gradient down again.

    f(x) = V relu(U x) with random U and V: its mean square is that of x, on average, and it points anywhere.

    Args:
        replicates: One network, one batch of inputs and one gradient each.
        kind: `sum` is x + f(x), `scaled` x + f(x) / sqrt(L), `zero` has V = 0, `pre-norm` is x + f(norm(x)) and
            `post-norm` norm(x + f(x)) with layer normalization.
        blocks: Number of blocks L.
        width: Units n of every layer.
        examples: Inputs in the batch, B.

    Metrics:
        size: mean square of the last block's outputs, divided by the inputs'.
        gradient: mean square of the gradient at the input over that at the output.
        kept: cosine between the gradient at the input and the one at the output, averaged over the batch.
    """
    # one draw for all blocks: (R, L, n, n)
    enter = (2 / width) ** 0.5 * replicates.normal(
        "U", blocks, width, width
    )  # He: relu halves the mean square
    leave = (1 / width) ** 0.5 * replicates.normal("V", blocks, width, width)
    if kind == "zero":
        leave = torch.zeros_like(leave)
    share = blocks**-0.5 if kind == "scaled" else 1.0
    x = replicates.normal("inputs", examples, width).requires_grad_()  # (R, B, n)

    h = x
    for block in range(blocks):
        branch = F.layer_norm(h, (width,)) if kind == "pre-norm" else h
        branch = torch.relu(branch @ enter[:, block].mT) @ leave[:, block].mT  # (R, B, n)
        h = h + share * branch
        if kind == "post-norm":
            h = F.layer_norm(h, (width,))

    above = replicates.normal("gradient", examples, width)  # (R, B, n): dL/dh at the output
    (below,) = torch.autograd.grad(h, x, above)
    return {
        "size": (h.square().mean((1, 2)) / x.square().mean((1, 2))).detach(),
        "gradient": below.square().mean((1, 2)) / above.square().mean((1, 2)),
        "kept": F.cosine_similarity(below, above, dim=2).mean(1),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
