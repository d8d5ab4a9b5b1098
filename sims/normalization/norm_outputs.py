"""What a normalization layer computes, number by number.

python sims/normalization/norm_outputs.py --normalize layer --examples 4

https://arxiv.org/abs/1502.03167
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates


def norm_outputs(
    replicates: Replicates,
    normalize: Literal["batch", "layer", "whiten"] = "batch",
    mode: Literal["training", "evaluation"] = "training",
    examples: int = 16,
    last_std: float = 1.0,
    eps: float = 1e-5,
    features: int = 8,
) -> dict[str, Tensor]:
    """Send a batch of correlated features through a normalization layer, in float64.

    Args:
        replicates: One batch and one mixture of the features each.
        normalize: `nn.BatchNorm1d`, `nn.LayerNorm`, or true whitening (ZCA), which PyTorch has no
            layer for.
        mode: In evaluation mode batch normalization uses what it has stored of an earlier batch.
        examples: Examples N in the batch.
        last_std: Factor on the last feature; with 0 it is the same number for all examples.
        eps: What the layer adds to the variance.
        features: Features d.

    Metrics:
        mean_error: largest size of the output's mean, over the batch for each feature (layer: over
            the features for each example).
        variance_error: largest distance of the output's variance from 1, taken in the same way.
        formula_error: largest distance of the module's output, with a random scale and shift, from
            scale * (z - mean) / sqrt(variance + eps) + shift with the biased variance.
        unbiased_error: that of the unbiased variance, unscaled, unshifted, over the largest output.
        stored: stored variance over its batch's biased one, mean over features but the last; or 1.
        reaction: largest change of the first example's output when the others are replaced.
        correlation_change: largest change of a correlation of two features but the last.
        correlation_left: largest correlation of two features of the output but the last.
    """
    n, d = examples, features
    eye = torch.eye(d, device=replicates.device)
    mixture = eye + 0.3 * replicates.normal("mixture", d, d)  # (R, d, d)
    draws = (replicates.normal("batches", 3, n, d) @ mixture[:, None] + 2).double()  # (R, 3, N, d)
    level = draws[:, :1, :1, -1]  # (R, 1, 1): where the last feature stays
    draws[..., -1] = level + last_std * (draws[..., -1] - level)
    earlier, z, others = draws.unbind(1)  # (R, N, d) each

    make = {
        "batch": lambda: nn.BatchNorm1d(d, eps=eps, momentum=1.0).double(),  # stores the last batch
        "layer": lambda: nn.LayerNorm(d, eps=eps).double(),
        "whiten": _Whiten,
    }[normalize]
    norm = replicates.stack("norm", make)
    norm(earlier)
    biased = earlier.var(1, correction=0)  # (R, d)
    stored = dict(norm.named_buffers()).get("running_var", biased).clone()
    if mode == "evaluation":
        norm.eval()
    with torch.no_grad():
        out = norm(z)  # (R, N, d); in training mode this stores z's statistics
        changed = norm(torch.cat([z[:, :1], others[:, 1:]], 1))
        over = -1 if normalize == "layer" else 1  # whose mean and variance are taken out
        scale, shift = replicates.normal("affine", 2, d).double().unbind(1)  # (R, d) each
        for name, value in (("weight", scale), ("bias", shift)):
            if name in norm.weights():
                norm.weights()[name].copy_(value)
        affine = norm(z)
    before, after = _correlations(z[..., :-1]), _correlations(out[..., :-1])  # (R, d - 1, d - 1)
    formula = scale[:, None] * _standardized(z, over, 0, eps) + shift[:, None]
    return {
        "mean_error": _largest(out.mean(over)),
        "variance_error": _largest(out.var(over, correction=0) - 1),
        "formula_error": _largest(affine - formula),
        "unbiased_error": _largest(_standardized(z, over, 1, eps) - out) / _largest(out),
        "stored": (stored / biased)[:, :-1].mean(1),
        "reaction": _largest(changed[:, 0] - out[:, 0]),
        "correlation_change": _largest(after - before),
        "correlation_left": _largest(after - eye[1:, 1:]),
    }


def _standardized(z: Tensor, over: int, correction: int, eps: float) -> Tensor:
    """(z - mean) / sqrt(variance + eps); correction 0 is the biased variance, 1 the unbiased."""
    mean, variance = z.mean(over, keepdim=True), z.var(over, correction=correction, keepdim=True)
    return (z - mean) / (variance + eps).sqrt()


def _correlations(z: Tensor) -> Tensor:
    """Correlations of the features over the batch: (R, N, d) to (R, d, d)."""
    z = _standardized(z, 1, 0, 1e-30)
    return z.mT @ z / z.shape[1]


def _largest(x: Tensor) -> Tensor:
    return x.abs().flatten(1).amax(1)


class _Whiten(nn.Module):
    """Multiply by the inverse root of the covariance matrix: unit variance, and no correlations."""

    def forward(self, z: Tensor) -> Tensor:
        """(N, d) to (N, d)."""
        z = z - z.mean(0)
        values, vectors = torch.linalg.eigh(z.mT @ z / len(z))
        return z @ vectors @ torch.diag(values**-0.5) @ vectors.mT


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
