"""ReLU units with mostly negative weights: on how many inputs are they active?

python sims/activations/negative_weights.py --negative 0.8 --inputs relu

https://arxiv.org/abs/1903.06733
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates


def negative_weights(
    replicates: Replicates,
    negative: float = 0.7,
    inputs: Literal["pixels", "relu", "centred"] = "pixels",
    units: int = 16,
    rows: int = 128,
    features: int = 64,
) -> dict[str, Tensor]:
    """Show inputs to units without bias whose weights have normal sizes and chosen signs.

    Args:
        replicates: One layer and one set of inputs each.
        negative: Probability that a weight is negative.
        inputs: Uniform on [0, 1] like pixels, ReLUs of standard normal numbers, or uniform on [-1/2, 1/2].
        units: Units U of the layer.
        rows: Inputs N.
        features: Numbers d in an input.

    Metrics:
        dead: share of the units whose pre-activation is negative on every row, in [0, 1].
        active: share of the rows on which a unit is active, mean over the units, in [0, 1].
    """
    x = replicates.normal("x", rows, features)  # (R, N, d)
    uniform = torch.special.ndtr(x)  # the normal distribution function makes them uniform on [0, 1]
    x = {"pixels": uniform, "relu": torch.relu(x), "centred": uniform - 0.5}[inputs]
    size = replicates.normal("size", units, features).abs()  # (R, U, d)
    sign = 1 - 2 * (replicates.uniform("sign", units, features) < negative).float()
    z = x @ (sign * size).transpose(1, 2)  # (R, N, U)
    return {
        "dead": (z < 0).all(1).double().mean(1),
        "active": (z > 0).double().mean((1, 2)),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
