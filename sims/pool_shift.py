"""How much the output of a pooling layer changes when its image is shifted.

python sims/pool_shift.py --pool max --image digit

https://arxiv.org/abs/1904.11486
"""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from dlfaq.sim import Replicates, digits


def pool_shift(
    replicates: Replicates,
    pool: Literal["max", "average", "convolution"] = "max",
    image: Literal["pixel", "digit"] = "pixel",
    start: Literal["first", "last", "random"] = "first",
    window: int = 2,
) -> dict[str, Tensor]:
    """Put an image on an empty canvas, pool it, move the image one pixel to the right, and pool it again.

    Args:
        replicates: One image, one place and one kernel of the convolution each.
        pool: Max or average pooling, or a convolution of the window's size and step with random weights.
        image: A single bright pixel, or a handwritten digit of 8 x 8 pixels.
        start: Where the image's left edge is before the move: the first or the last column of a window, or any.
        window: Side w of a window, and the step from one to the next; a divisor of 24.

    Metrics:
        change: norm of the difference between the two outputs, divided by the norm of the first.
    """
    device, size = replicates.device, 24
    content = torch.ones(len(replicates), 1, 1, device=device)  # (R, h, h): the image
    if image == "digit":
        data = digits().x.to(device)  # (1200, 64)
        content = data[replicates.integers("digit", len(data), 1)[:, 0]].view(-1, 8, 8)
    offset = {"first": 0, "last": window - 1, "random": replicates.integers("place", window, 1)}[start]
    left = window + offset + torch.zeros(len(replicates), 1, dtype=torch.int64, device=device)  # (R, 1)
    kernels = replicates.normal("kernel", 1, window, window)  # (R, 1, w, w)

    def pooled(left: Tensor) -> Tensor:
        """The output for images whose left edge is in these columns: (R, 1) to (R, 24 / w, 24 / w)."""
        along = torch.arange(content.shape[1], device=device)  # (h,)
        which = torch.arange(len(replicates), device=device)[:, None, None]
        canvas = torch.zeros(len(replicates), size, size, device=device)
        canvas[which, window + along[:, None], (left + along)[:, None]] = content
        if pool == "max":
            return F.max_pool2d(canvas, window)  # PyTorch sees one picture of R channels
        if pool == "average":
            return F.avg_pool2d(canvas, window)
        return F.conv2d(canvas, kernels, stride=window, groups=len(replicates))  # a kernel for each channel

    before, after = pooled(left), pooled(left + 1)
    return {"change": (after - before).flatten(1).norm(dim=1) / before.flatten(1).norm(dim=1)}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
