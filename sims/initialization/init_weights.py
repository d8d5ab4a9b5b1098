"""What PyTorch's initializers draw, and where the first layer's sums then lie.

python sims/initialization/init_weights.py --initializer normal

https://docs.pytorch.org/docs/stable/nn.init.html
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates

INITIALIZERS = {
    "default": nn.Identity(),  # nn.Linear has initialized it already
    "xavier_uniform": nn.init.xavier_uniform_,
    "xavier_normal": nn.init.xavier_normal_,
    "kaiming_uniform": lambda weight: nn.init.kaiming_uniform_(weight, nonlinearity="relu"),
    "kaiming_normal": lambda weight: nn.init.kaiming_normal_(weight, nonlinearity="relu"),
    "normal": nn.init.normal_,  # mean 0 and standard deviation 1, whatever the layer's size
}


def init_weights(
    replicates: Replicates,
    initializer: Literal[
        "default", "xavier_uniform", "xavier_normal", "kaiming_uniform", "kaiming_normal", "normal"
    ] = "default",
    inputs: int = 256,
    outputs: int = 256,
    examples: int = 64,
) -> dict[str, Tensor]:
    """Initialize one `nn.Linear` and send standard normal inputs through it, its bias left out.

    Args:
        replicates: One layer and one batch of inputs each.
        initializer: The function of `torch.nn.init`; `default` is what `nn.Linear` does by itself.
        inputs: Numbers n that enter the layer.
        outputs: Units of the layer, m.
        examples: Inputs in the batch, B.

    Metrics:
        mean: mean of the weights, in units of their standard deviation.
        variance: mean square of the weights times n.
        largest: largest absolute weight times the root of n.
        kurtosis: mean fourth power of the weights over their mean square squared: 3 for normal
            numbers, 1.8 for uniform.
        bias_variance: mean square of the biases times n, as `nn.Linear` leaves them.
        outside: share of the sums z = W x with |z| > 2, in [0, 1].
        tanh_slope: mean slope of tanh at these sums.
        sigmoid_slope: mean slope of the sigmoid at these sums, divided by 1/4, its largest.
    """

    def make() -> nn.Module:
        layer = nn.Linear(inputs, outputs)
        INITIALIZERS[initializer](layer.weight)
        return layer

    layers = replicates.stack("layer", make).weights()
    weights, biases = (
        layers["weight"].detach().double(),
        layers["bias"].detach().double(),
    )  # (R, m, n), (R, m)
    x = replicates.normal("inputs", examples, inputs, dtype=torch.float64)  # (R, B, n)
    z = x @ weights.mT  # (R, B, m)
    square = weights.square().mean((1, 2))  # (R,)
    return {
        "mean": weights.mean((1, 2)) / square.sqrt(),
        "variance": square * inputs,
        "largest": weights.abs().amax((1, 2)) * inputs**0.5,
        "kurtosis": weights.pow(4).mean((1, 2)) / square.square(),
        "bias_variance": biases.square().mean(1) * inputs,
        "outside": (z.abs() > 2).double().mean((1, 2)),
        "tanh_slope": (1 - z.tanh().square()).mean((1, 2)),
        "sigmoid_slope": 4 * (z.sigmoid() * (1 - z.sigmoid())).mean((1, 2)),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
