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
    """Two hidden layers of 32 tanh units; tanh has no kink to disturb finite differences."""

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
        """(N, 64) to logits, (N, 10): with gradients through the statistics, and without."""
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
    """Multiply both hidden layers' weights by a factor; look at loss and gradients, in float64.

    Args:
        replicates: One untrained network and one batch of digits each.
        normalize: What stands between each hidden linear layer and its tanh.
        factor: c, by which the weights are multiplied.
        eps: What the normalization adds to the variance.
        detached: Let no gradient flow through the normalization's mean and variance.

    Metrics:
        loss_change: change of the loss when W becomes c W, over the loss.
        gradient_scaled: c times the norm of the hidden weights' gradient at c W, over that at W.
        unit_cosine: largest cosine, in size, of a unit's incoming weights and their gradient, at W.
        matrix_cosine: the same for whole weight matrices.
        difference_error: relative distance of a random direction's slope from a finite difference.
        input_change: relative distance of the images' gradient from that with constant statistics.
    """
    data = digits(centred=True)
    chosen = replicates.permutation("images", 1200)[:, :64]  # (R, N), N = 64 of the 1200 images
    images = (data.x / data.x.std()).double().to(replicates.device)
    x = rows(images, chosen).requires_grad_()  # (R, N, 64)
    y = data.y.to(replicates.device)[chosen]  # (R, N)
    net = replicates.stack("net", lambda: Net(normalize, eps).double())
    hidden = [net.weights()[f"{name}.weight"] for name in ("first", "second")]  # (R, 32, in) each
    start = [w.detach().clone() for w in hidden]
    which = int(detached)  # of the two logits
    loss, (*at_weights, at_images) = _gradients(net(x)[which], y, [*hidden, x])
    without = _gradients(net(x)[1], y, [x])[1][0]

    along = [replicates.normal(f"direction {i}", 32, n).double() for i, n in ((0, 64), (1, 32))]
    losses = []
    for step in (1e-5, -1e-5):
        for w, w0, v in zip(hidden, start, along, strict=True):
            w.data.copy_(w0 + step * v)
        losses.append(_gradients(net(x)[which], y, hidden)[0])
    difference = (losses[0] - losses[1]) / 2e-5  # (R,)
    slope = sum((g * v).sum((1, 2)) for g, v in zip(at_weights, along, strict=True))  # (R,)

    for w, w0 in zip(hidden, start, strict=True):
        w.data.copy_(factor * w0)
    scaled_loss, at_scaled = _gradients(net(x)[which], y, hidden)
    size = [sum(g.square().sum((1, 2)) for g in gs).sqrt() for gs in (at_weights, at_scaled)]
    pairs = tuple(zip(start, at_weights, strict=True))
    units = torch.cat([F.cosine_similarity(w, g, dim=2) for w, g in pairs], 1)  # (R, 64)
    matrices = [F.cosine_similarity(w.flatten(1), g.flatten(1)) for w, g in pairs]  # (R,) each
    largest = torch.maximum(slope.abs(), difference.abs())
    change = (without - at_images).flatten(1).norm(dim=1)
    return {
        "loss_change": (scaled_loss / loss - 1).abs(),
        "gradient_scaled": factor * size[1] / size[0],
        "unit_cosine": units.abs().amax(1),
        "matrix_cosine": torch.stack(matrices).abs().amax(0),
        "difference_error": (slope - difference).abs() / largest,
        "input_change": change / at_images.flatten(1).norm(dim=1),
    }


def _gradients(logits: Tensor, y: Tensor, at: list[Tensor]) -> tuple[Tensor, tuple[Tensor, ...]]:
    loss = cross_entropy(logits, y)  # (R,)
    return loss.detach(), torch.autograd.grad(loss.sum(), at)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
