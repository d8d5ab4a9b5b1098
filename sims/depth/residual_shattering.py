"""Gradients of neighbouring inputs in an untrained deep network: alike, or like noise.

python sims/depth/residual_shattering.py --kind plain --layers 24

https://arxiv.org/abs/1702.08591
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates


def residual_shattering(
    replicates: Replicates,
    kind: Literal["plain", "scaled"] = "plain",
    normalize: bool = True,
    layers: int = 24,
    points: int = 128,
    width: int = 96,
) -> dict[str, Tensor]:
    """Take df/dt at points t on a line, for a random network f with one input and one output.

    Args:
        replicates: One network each.
        kind: A layer is relu(norm(W h)) (plain), or h + relu(norm(W h)) / sqrt(L) (scaled).
        normalize: Standardize each unit over all points, as batch normalization does; otherwise
            norm(a) = a.
        layers: Layers L after the first.
        points: Points, evenly from t = -2 to 2.
        width: Units n of every layer.

    Metrics:
        neighbours: correlation of the gradients df/dt of neighbouring points.
        apart: the same of points that are 16 places apart.
        values: correlation of the outputs f of neighbouring points.
    """
    weights = (2 / width) ** 0.5 * replicates.normal(
        "weights", layers, width, width
    )  # (R, L, n, n)
    first, bias = (
        replicates.normal("first", 1, width),
        replicates.normal("bias", 1, width),
    )  # (R, 1, n)
    last = replicates.normal("last", width, 1) / width**0.5  # (R, n, 1)
    t = torch.linspace(-2, 2, points, device=replicates.device)[:, None]  # (P, 1)

    # a layer's outputs h and their derivatives with respect to t go up together, (R, P, n) each
    h, slope = _relu(t * first + bias, first.expand(-1, points, -1))
    for w in weights.unbind(1):
        a, da = h @ w.mT, slope @ w.mT
        if normalize:  # mean and spread are held fixed, as one point changes them little
            spread = a.std(1, keepdim=True).clamp(min=1e-12)
            a, da = (a - a.mean(1, keepdim=True)) / spread, da / spread
        f, df = _relu(a, da)
        h, slope = (f, df) if kind == "plain" else (h + f / layers**0.5, slope + df / layers**0.5)
    values, gradients = (h @ last)[..., 0], (slope @ last)[..., 0]  # (R, P)
    return {
        "neighbours": _correlation(gradients, 1),
        "apart": _correlation(gradients, 16),
        "values": _correlation(values, 1),
    }


def _relu(a: Tensor, slope: Tensor) -> tuple[Tensor, Tensor]:
    """ReLU and, by the chain rule, its derivative with respect to t."""
    return a.relu(), slope * (a > 0)


def _correlation(curve: Tensor, places: int) -> Tensor:
    """Correlation of a curve (R, P) with itself, so many places further."""
    curve = curve - curve.mean(1, keepdim=True)
    here, there = curve[:, :-places], curve[:, places:]
    return (here * there).sum(1) / (here.square().sum(1) * there.square().sum(1)).sqrt()


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
