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
    normalize: Literal["batch", "layer", "rms"] = "batch",
    mode: Literal["training", "evaluation"] = "training",
    examples: int = 16,
    factor: float = 100.0,
    eps: float = 1e-5,
    features: int = 8,
) -> dict[str, Tensor]:
    """Send a batch of correlated features through a normalization layer, in float64.

    Setting: {normalize} normalization in {mode} mode, {examples} examples of {features} features.

    Args:
        replicates: One batch and one mixture of the features each.
        normalize: `nn.BatchNorm1d`, `nn.LayerNorm` or `nn.RMSNorm`.
        mode: In evaluation mode batch normalization uses what it has stored of an earlier batch.
        examples: Examples N in the batch, at least 2.
        factor: By what the first example's features are multiplied for `squeezed`.
        eps: What the layer adds to the variance, or to the mean square.
        features: Features d.

    Metrics:
        formula_error: largest distance of the module's output, with a random scale and shift, from
            scale * (z - mean) / sqrt(variance + eps) + shift with the biased variance; for `rms`
            from scale * z / sqrt(mean square + eps).
        unbiased_error: that of the unbiased variance, unscaled, unshifted, over the largest output.
        reaction: largest change of the first example's output when the others are replaced.
        shifted: largest change of the first example's output when 1 is added to its features.
        squeezed: standard deviation of the other examples' outputs when the first example's
            features are multiplied by the factor, over that without; root mean square of features.
        correlation_left: largest correlation of two features of the output, in [0, 1].
    """
    n, d = examples, features
    eye = torch.eye(d, device=replicates.device)
    mixture = eye + 0.3 * replicates.normal("mixture", d, d)  # (R, d, d)
    draws = (replicates.normal("batches", 3, n, d) @ mixture[:, None] + 2).double()  # (R, 3, N, d)
    earlier, z, others = draws.unbind(1)  # (R, N, d) each

    make = {
        "batch": lambda: nn.BatchNorm1d(d, eps=eps, momentum=1.0),  # stores the last batch
        "layer": lambda: nn.LayerNorm(d, eps=eps),
        "rms": lambda: nn.RMSNorm(d, eps=eps),
    }[normalize]
    norm = replicates.stack("norm", lambda: make().double())
    norm(earlier)
    if mode == "evaluation":
        norm.eval()
    with torch.no_grad():
        out = norm(z)  # (R, N, d); in training mode this stores z's statistics
        reaction = norm(torch.cat([z[:, :1], others[:, 1:]], 1)) - out
        shifted = norm(torch.cat([z[:, :1] + 1, z[:, 1:]], 1)) - out
        extreme = norm(torch.cat([factor * z[:, :1], z[:, 1:]], 1))
        scale, shift = replicates.normal("affine", 2, d).double().unbind(1)  # (R, d) each
        for name, value in (("weight", scale), ("bias", shift)):
            if name in norm.weights():
                norm.weights()[name].copy_(value)
        affine = norm(z)
    formula = scale[:, None] * _standardized(z, normalize, 0, eps)
    formula = formula if normalize == "rms" else formula + shift[:, None]
    spread = [o[:, 1:].var(1, correction=0).mean(1).sqrt() for o in (extreme, out)]  # (R,) each
    unit = _standardized(out, "batch", 0, 0.0)
    return {
        "formula_error": _largest(affine - formula),
        "unbiased_error": _largest(_standardized(z, normalize, 1, eps) - out) / _largest(out),
        "reaction": _largest(reaction[:, 0]),
        "shifted": _largest(shifted[:, 0]),
        "squeezed": spread[0] / spread[1],
        "correlation_left": _largest(unit.mT @ unit / n - eye),
    }


def _standardized(z: Tensor, normalize: str, correction: int, eps: float) -> Tensor:
    """What the layer should give; correction 0 is the biased variance, 1 the unbiased."""
    if normalize == "rms":
        return z / (z.square().mean(-1, keepdim=True) + eps).sqrt()
    over = 1 if normalize == "batch" else -1  # whose mean and variance are taken out
    mean, variance = z.mean(over, keepdim=True), z.var(over, correction=correction, keepdim=True)
    return (z - mean) / (variance + eps).sqrt()


def _largest(x: Tensor) -> Tensor:
    return x.abs().flatten(1).amax(1)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
