"""What a pooling layer does to one map: its gradient, a moving pixel, and a ReLU on either side.

python sims/pooling/pool_layer.py --pool average --window 2

https://www.deeplearningbook.org/contents/convnets.html
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates


def pool_layer(
    replicates: Replicates,
    pool: Literal["max", "average", "convolution"] = "max",
    window: int = 2,
    size: int = 12,
) -> dict[str, Tensor]:
    """Shrink random maps in windows side by side, then an empty map with one bright pixel.

    Setting: random maps of {size} x {size} numbers, {pool} over windows of {window} x {window}.

    Args:
        replicates: One map and one layer each.
        pool: `nn.MaxPool2d`, `nn.AvgPool2d`, or an `nn.Conv2d` with the window's size and step.
        window: Side w of a window, at least 2, and the step from one to the next.
        size: Side S of the map, standard normal numbers; a multiple of the window, at least 2 w.

    Metrics:
        reached: share of the inputs with a gradient other than 0 for the sum of outputs, in [0, 1].
        swapped: largest difference between a ReLU in front of the layer and one behind it.
        inside: norm of the change when the pixel moves inside its window, over the norm before.
        across: the same when it moves across the window's border.
    """
    make = {
        "max": lambda: nn.MaxPool2d(window),
        "average": lambda: nn.AvgPool2d(window),
        "convolution": lambda: nn.Conv2d(1, 1, window, stride=window, bias=False),
    }[pool]
    layer = replicates.stack("layer", make) if pool == "convolution" else torch.vmap(make())
    x = replicates.normal("map", 1, 1, size, size).requires_grad_()  # (R, N = 1, C = 1, S, S)
    shrunk = layer(x)
    gradient = torch.autograd.grad(shrunk.sum(), x)[0].flatten(1)  # (R, S S)
    swapped = layer(x.relu()) - shrunk.relu()

    def bright(column: int) -> Tensor:
        """The layer's output for a map that is 0 but for a pixel in this column: (R, …)."""
        canvas = torch.zeros_like(x)
        canvas[..., 0, column] = 1
        return layer(canvas).flatten(1)

    with torch.no_grad():
        first, last, beyond = bright(0), bright(window - 1), bright(window)
    return {
        "reached": (gradient != 0).double().mean(1),
        "swapped": swapped.detach().abs().flatten(1).amax(1),
        "inside": (last - first).norm(dim=1) / first.norm(dim=1),
        "across": (beyond - last).norm(dim=1) / last.norm(dim=1),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
