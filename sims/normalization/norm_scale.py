"""Weights in front of a normalization: what the loss and the gradient make of their size.

python sims/normalization/norm_scale.py --normalize batch --factor 10

https://arxiv.org/abs/1706.05350
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlfaq.sim import Replicates, cross_entropy, digits, rows


class Net(nn.Module):
    """Two hidden layers of 32 tanh units; tanh has no kink that would disturb finite differences."""

    def __init__(self, normalize: str, eps: float) -> None:
        super().__init__()
        self.normalize, self.eps = normalize, eps
        self.first, self.second = nn.Linear(64, 32, bias=False), nn.Linear(32, 32, bias=False)
        self.output = nn.Linear(32, 10)

    def norm(self, z: Tensor, *, detached: bool) -> Tensor:
        """(N, 32) to (N, 32)."""
        if self.normalize == "none":
            return z
        over = 0 if self.normalize == "batch" else 1
        if detached:  # the same numbers, but mean and variance are taken for constants
            seen = z.detach()
            spread = (seen.var(over, correction=0, keepdim=True) + self.eps).sqrt()
            return (z - seen.mean(over, keepdim=True)) / spread
        if self.normalize == "batch":
            return F.batch_norm(z, None, None, training=True, eps=self.eps)
        return F.layer_norm(z, z.shape[1:], eps=self.eps)

    def forward(self, x: Tensor) -> list[Tensor]:
        """(N, 64) to the logits, (N, 10), twice: with a gradient through the statistics, and without."""
        logits = []
        for detached in (False, True):
            h = torch.tanh(self.norm(self.first(x), detached=detached))
            logits.append(self.output(torch.tanh(self.norm(self.second(h), detached=detached))))
        return logits


def norm_scale(
    replicates: Replicates,
    normalize: Literal["none", "batch", "layer"] = "batch",
    factor: float = 10.0,
    eps: float = 1e-12,
    detached: bool = False,
) -> dict[str, Tensor]:
    """Multiply both hidden layers' weights by a factor, in float64, and look at the loss and its gradients.

    Args:
        replicates: One untrained network and one batch of digits each.
        normalize: What stands between each hidden linear layer and its tanh.
        factor: c, by which the weights are multiplied.
        eps: What the normalization adds to the variance.
        detached: Let no gradient flow through the normalization's mean and variance.

    Metrics:
        loss_change: change of the loss when W becomes c W, over the loss.
        gradient_scaled: c times the norm of the hidden weights' gradient at c W, over its norm at W.
        unit_cosine: largest size of the cosine between a hidden unit's incoming weights and their gradient, at W.
        matrix_cosine: the same for whole weight matrices.
        difference_error: relative distance of the derivative in a random direction from the central difference.
        input_change: relative distance of the gradient at the images from that with constant mean and variance.
    """
    data = digits(centred=True)
    chosen = replicates.permutation("images", 1200)[:, :64]  # (R, N), N = 64 of the 1200 images
    x = rows(
        (data.x / data.x.std()).double().to(replicates.device), chosen
    ).requires_grad_()  # (R, N, 64)
    y = data.y.to(replicates.device)[chosen]  # (R, N)
    net = replicates.stack("net", lambda: Net(normalize, eps).double())
    hidden = [
        net.weights()[name] for name in ("first.weight", "second.weight")
    ]  # (R, 32, 64), (R, 32, 32)
    start = [w.detach().clone() for w in hidden]
    which = int(detached)  # of the two logits
    loss, (*at_weights, at_images) = _gradients(net(x)[which], y, [*hidden, x])
    without = _gradients(net(x)[1], y, [x])[1][0]

    along = [
        replicates.normal(f"direction {i}", *w.shape[1:]).double() for i, w in enumerate(start)
    ]
    losses = []
    for step in (1e-5, -1e-5):
        _put(hidden, [w + step * v for w, v in zip(start, along, strict=True)])
        losses.append(_gradients(net(x)[which], y, hidden)[0])
    difference = (losses[0] - losses[1]) / 2e-5  # (R,)
    slope = sum((g * v).sum((1, 2)) for g, v in zip(at_weights, along, strict=True))  # (R,)

    _put(hidden, [factor * w for w in start])
    scaled_loss, at_scaled = _gradients(net(x)[which], y, hidden)
    size = [
        sum(g.square().sum((1, 2)) for g in gs).sqrt() for gs in (at_weights, at_scaled)
    ]  # (R,) each
    pairs = tuple(zip(start, at_weights, strict=True))
    units = torch.cat(
        [F.cosine_similarity(w, g, dim=2) for w, g in pairs], 1
    )  # (R, 64): one cosine a hidden unit
    matrices = torch.stack(
        [F.cosine_similarity(w.flatten(1), g.flatten(1)) for w, g in pairs], 1
    )  # (R, 2)
    return {
        "loss_change": (scaled_loss / loss - 1).abs(),
        "gradient_scaled": factor * size[1] / size[0],
        "unit_cosine": units.abs().amax(1),
        "matrix_cosine": matrices.abs().amax(1),
        "difference_error": (slope - difference).abs()
        / torch.maximum(slope.abs(), difference.abs()),
        "input_change": (without - at_images).flatten(1).norm(dim=1)
        / at_images.flatten(1).norm(dim=1),
    }


def _gradients(
    logits: Tensor, y: Tensor, wanted: list[Tensor]
) -> tuple[Tensor, tuple[Tensor, ...]]:
    loss = cross_entropy(logits, y)  # (R,)
    return loss.detach(), torch.autograd.grad(loss.sum(), wanted)


def _put(weights: list[Tensor], values: list[Tensor]) -> None:
    for w, v in zip(weights, values, strict=True):
        w.data.copy_(v)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
