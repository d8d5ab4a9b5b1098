"""What one layer's activation hands on: its mean, its size, how many units are on and how steep they are.

python sims/activations/activation_outputs.py --activation relu --normalize after

https://arxiv.org/abs/1502.03167
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "leaky": nn.LeakyReLU}


def activation_outputs(
    replicates: Replicates,
    activation: Literal["relu", "tanh", "sigmoid", "leaky"] = "relu",
    scale: float = 1.0,
    bias: float = 0.0,
    normalize: Literal["no", "before", "after"] = "no",
    width: int = 64,
    examples: int = 256,
) -> dict[str, Tensor]:
    """Send random inputs through a linear layer and an activation, with or without batch normalization.

    Args:
        replicates: One layer and one batch of inputs each.
        activation: Leaky has the slope 0.01 below 0.
        scale: Standard deviation of the pre-activations.
        bias: Of all units, in units of that standard deviation.
        normalize: Where batch normalization stands: between the linear layer and the activation, or behind both.
        width: Inputs, standard normal, and units n.
        examples: Inputs in the batch, B.

    Metrics:
        mean: mean of what leaves the layer.
        centre: largest distance from 0 of a unit's mean over the batch.
        square: mean square of what leaves the layer.
        zero: share of it that is exactly 0, in [0, 1].
        slope: mean slope of the activation, as autograd takes it.
    """
    layer = replicates.stack("layer", lambda: nn.Linear(width, width))
    weight, offset = layer.weights().values()  # (R, n, n), (R, n)
    with torch.no_grad():
        nn.init.constant_(offset, scale * bias)
        # rows of length `scale`: with standard normal inputs each pre-activation is normal with that deviation
        weight.copy_(scale * nn.functional.normalize(weight, dim=2))
    # no running averages: the batch's own statistics, as in training
    norm = replicates.stack("norm", lambda: nn.BatchNorm1d(width, track_running_stats=False))
    f = ACTIVATIONS[activation]()

    z = layer(replicates.normal("inputs", examples, width))  # (R, B, n)
    z = norm(z) if normalize == "before" else z
    h = f(z)
    slope = torch.autograd.grad(h.sum(), z, retain_graph=True)[0]
    h = (norm(h) if normalize == "after" else h).detach()
    return {
        "mean": h.mean((1, 2)),
        "centre": h.mean(1).abs().amax(1),
        "square": h.square().mean((1, 2)),
        "zero": (h == 0).double().mean((1, 2)),
        "slope": slope.mean((1, 2)),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
