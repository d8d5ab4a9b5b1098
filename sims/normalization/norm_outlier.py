"""One extreme example in the batch: what it does to the gradient, and to the other examples.

python sims/normalization/norm_outlier.py --normalize batch --batch 4

https://arxiv.org/abs/1607.06450
"""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from dlfaq.sim import Replicates


def norm_outlier(
    replicates: Replicates,
    normalize: Literal["none", "batch", "layer"] = "none",
    batch: int = 64,
    factor: float = 100.0,
    inputs: int = 16,
    width: int = 16,
) -> dict[str, Tensor]:
    """Compare a batch's gradient with and without a factor on its first input.

    The regression is y = v . norm(W x), with squared error against random targets.

    Args:
        replicates: One batch and one model each.
        normalize: Nothing, batch or layer normalization of W x.
        batch: Examples B.
        factor: By what the first example's input is multiplied.
        inputs: Numbers d in an input.
        width: Features n that are normalized.

    Metrics:
        gradient_ratio: norm of the gradient of W with the extreme example, over its norm without.
        others_spread: standard deviation of the other examples' features, after normalization, with
            the extreme example over without; root of the mean square over the features.
        own_change: largest change of the extreme example's own normalized features, over their
            largest size without it.
    """
    x = replicates.normal("inputs", batch, inputs)  # (R, B, d)
    extreme = torch.cat([factor * x[:, :1], x[:, 1:]], 1)  # (R, B, d)
    w = replicates.normal("w", inputs, width).div(inputs**0.5).requires_grad_()  # (R, d, n)
    v = replicates.normal("v", width, 1) / width**0.5  # (R, n, 1)
    target = replicates.normal("targets", batch, 1)  # (R, B, 1)

    size, features = [], []
    for given in (extreme, x):
        z = _normalized(given @ w, normalize)  # (R, B, n)
        loss = (z @ v - target).square().mean((1, 2))  # (R,)
        size.append(torch.autograd.grad(loss.sum(), w)[0].flatten(1).norm(dim=1))  # (R,)
        features.append(z.detach())
    spread = [z[:, 1:].var(1, correction=0).mean(1).sqrt() for z in features]  # (R,)
    own = (features[0][:, 0] - features[1][:, 0]).abs().amax(1)  # (R,)
    return {
        "gradient_ratio": size[0] / size[1],
        "others_spread": spread[0] / spread[1],
        "own_change": own / features[1][:, 0].abs().amax(1),
    }


def _normalized(z: Tensor, normalize: str) -> Tensor:
    """(R, B, n) to (R, B, n): each feature over the batch, or each example over its features."""
    if normalize == "none":
        return z
    if normalize == "layer":
        return F.layer_norm(z, z.shape[2:])
    replicates, batch, width = z.shape
    channels = z.transpose(0, 1).reshape(
        batch, replicates * width
    )  # to PyTorch, each replicate has channels of its own
    return (
        F.batch_norm(channels, None, None, training=True)
        .view(batch, replicates, width)
        .transpose(0, 1)
    )


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
