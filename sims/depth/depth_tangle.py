"""How tangled a deep network's output is, before training: the length of a circle's image.

python sims/depth/depth_tangle.py --gain 3

https://arxiv.org/abs/1606.05340
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates

ACTIVATIONS = {"relu": torch.relu, "tanh": torch.tanh, "identity": lambda a: a}


def depth_tangle(
    replicates: Replicates,
    activation: Literal["relu", "tanh", "identity"] = "tanh",
    gain: float = 3.0,
    layers: int = 12,
    width: int = 128,
    points: int = 500,
) -> dict[str, Tensor]:
    """Send a circle of inputs through random layers h -> f(W h), in float64.

    Args:
        replicates: One network and one circle each.
        activation: The function f.
        gain: g. The weights are normal with variance g^2 / width.
        layers: Number of layers.
        width: Units n of every layer.
        points: Points on the circle.

    Metrics:
        stretch: length of the image over the root mean square length of its vectors, as a multiple
            of the same ratio for the circle.
        tangle: the same with distances from the image's mean instead of lengths: how often it goes
            to and fro.
    """
    f = ACTIVATIONS[activation]
    weights = replicates.normal(
        "weights", layers, width, width, dtype=torch.float64
    )  # (R, L, n, n)
    plane = replicates.normal("plane", width, 2, dtype=torch.float64)  # (R, n, 2)
    plane = (
        torch.linalg.qr(plane).Q * width**0.5
    )  # two orthogonal directions, so that the inputs have variance 1
    angle = torch.linspace(
        0, 2 * torch.pi, points + 1, dtype=torch.float64, device=replicates.device
    )
    circle = plane @ torch.stack([angle.cos(), angle.sin()])  # (R, n, points + 1), closed
    h = circle
    for layer in range(layers):
        h = f(gain / width**0.5 * weights[:, layer] @ h)
    stretch, tangle = _length(h)
    return {"stretch": stretch / _length(circle)[0], "tangle": tangle / _length(circle)[1]}


def _length(curve: Tensor) -> tuple[Tensor, Tensor]:
    """Length of a curve (R, n, points) over its distance from 0, and from its own mean."""
    length = curve.diff(dim=2).norm(dim=1).sum(1)  # (R,)
    centred = curve[:, :, 1:] - curve[:, :, 1:].mean(
        2, keepdim=True
    )  # the first point is the last one
    return length / curve[:, :, 1:].square().sum(1).mean(1).sqrt(), length / centred.square().sum(
        1
    ).mean(1).sqrt()


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
