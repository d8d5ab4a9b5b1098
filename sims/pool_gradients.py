"""Which inputs of a pooling layer get a gradient, and what happens when a ReLU changes places with the pooling.

python sims/pool_gradients.py --pool average --window 2

https://www.deeplearningbook.org/contents/convnets.html
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates


def pool_gradients(
    replicates: Replicates, pool: Literal["max", "average"] = "max", window: int = 2, size: int = 12
) -> dict[str, Tensor]:
    """Pool random maps in windows side by side, and send a gradient of 1 down from every output.

    Args:
        replicates: One map each.
        pool: The layer, `nn.MaxPool2d` or `nn.AvgPool2d`.
        window: Side w of a window, and the step from one to the next.
        size: Side of the map, standard normal numbers; a multiple of the window.

    Metrics:
        reached: share of the inputs whose gradient is not 0.
        largest: largest gradient of an input.
        smallest: smallest gradient of an input.
        total: sum of all gradients, divided by the number of outputs.
        swapped: largest difference between a ReLU in front of the pooling and one behind it.
    """
    layer = {"max": nn.MaxPool2d, "average": nn.AvgPool2d}[pool](window)
    x = replicates.normal("map", size, size).requires_grad_()  # (R, S, S): PyTorch sees R channels
    pooled = layer(x)  # (R, S / w, S / w)
    gradient = torch.autograd.grad(pooled.sum(), x)[0].flatten(1)  # (R, S S)
    swapped = layer(torch.relu(x)) - torch.relu(pooled)
    return {
        "reached": (gradient != 0).double().mean(1),
        "largest": gradient.amax(1),
        "smallest": gradient.amin(1),
        "total": gradient.sum(1) / pooled[0].numel(),
        "swapped": swapped.detach().abs().amax((1, 2)),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
