"""What one untrained layer hands on: its mean, its size, how many units are on, how steep they are.

python sims/activations/activation_outputs.py --activation relu --inputs pixels --negative 0.7

https://arxiv.org/abs/1502.03167
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates
from dlfaq.sim.nets import ACTIVATIONS


def activation_outputs(
    replicates: Replicates,
    activation: Literal["relu", "tanh", "sigmoid", "leaky"] = "relu",
    inputs: Literal["normal", "relu", "pixels", "centred"] = "normal",
    negative: float = 0.5,
    scale: float = 1.0,
    bias: float = 0.0,
    normalize: Literal["no", "before", "after"] = "no",
    width: int = 64,
    examples: int = 256,
) -> dict[str, Tensor]:
    """Send random inputs through a linear layer and an activation, with or without normalization.

    Setting: {width} {activation} units that read {width} {inputs} inputs, {negative} of the weights
    negative, {examples} examples.

    Args:
        replicates: One layer and one batch of inputs each.
        activation: Leaky has the slope 0.01 below 0.
        inputs: Standard normal; their ReLU; or uniform on [0, 1] like pixels, or on [-1/2, 1/2].
        negative: Probability that a weight is negative; the sizes are those of normal numbers.
        scale: Length of a unit's weights: the deviation of its pre-activation if inputs are normal.
        bias: Of all units, in units of that length.
        normalize: Where batch normalization stands: between the linear layer and the activation,
            or behind both.
        width: Inputs, and units n.
        examples: Inputs in the batch, B.

    Metrics:
        mean: mean of what leaves the layer.
        centre: largest distance from 0 of a unit's mean over the batch.
        square: mean square of what leaves the layer.
        zero: share of it that is exactly 0, in [0, 1].
        dead: share of the units whose pre-activation is above 0 for no input, in [0, 1].
        slope: mean slope of the activation, as autograd takes it.
    """
    size = replicates.normal("size", width, width).abs()
    sign = 1 - 2 * (replicates.uniform("sign", width, width) < negative).float()
    weight = scale * torch.nn.functional.normalize(sign * size, dim=2)  # (R, n, n)
    x = replicates.normal("inputs", examples, width)  # (R, B, n)
    uniform = torch.special.ndtr(x)  # the normal distribution function makes x uniform on [0, 1]
    x = {"normal": x, "relu": x.relu(), "pixels": uniform, "centred": uniform - 0.5}[inputs]

    z = (x @ weight.mT + scale * bias).requires_grad_()  # (R, B, n)
    z = _standardized(z) if normalize == "before" else z
    h = ACTIVATIONS[activation]()(z)
    slope = torch.autograd.grad(h.sum(), z, retain_graph=True)[0]
    h = (_standardized(h) if normalize == "after" else h).detach()
    return {
        "mean": h.mean((1, 2)),
        "centre": h.mean(1).abs().amax(1),
        "square": h.square().mean((1, 2)),
        "zero": (h == 0).double().mean((1, 2)),
        "dead": (z <= 0).all(1).double().mean(1),
        "slope": slope.mean((1, 2)),
    }


def _standardized(z: Tensor) -> Tensor:
    """Batch normalization in training, without learned scale and shift: (R, B, n) to (R, B, n)."""
    spread = (z.var(1, correction=0, keepdim=True) + 1e-5).sqrt()
    return (z - z.mean(1, keepdim=True)) / spread


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
