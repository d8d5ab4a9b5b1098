"""How steep an activation is, and from where on it is not steep at all.

python sims/activations/activation_slopes.py --activation tanh --precision bfloat16

https://proceedings.mlr.press/v9/glorot10a.html
"""

from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import linear

from dlfaq.sim import Replicates

FUNCTIONS = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}

# the slope as a function of the output y = f(x): what a backward pass computes from what the
# forward pass has stored
SLOPES = {
    "sigmoid": lambda y: y * (1 - y),
    "tanh": lambda y: 1 - y**2,
    "relu": lambda y: (y > 0).to(y.dtype),
}


def activation_slopes(
    replicates: Replicates,
    activation: Literal["sigmoid", "tanh", "relu"] = "sigmoid",
    at: float = 2.0,
    steepness: float = 10.0,
    precision: Literal["float64", "float32", "float16", "bfloat16", "autocast"] = "float64",
    formula: Literal["output", "input"] = "output",
) -> dict[str, Tensor]:
    """Let autograd measure an activation's slope, at random points, at one point, and along a line.

    Args:
        replicates: One set of points each, and one side of zero for `at`.
        activation: The function f.
        at: Distance from zero at which the slope is reported.
        steepness: b, in the comparison of f(b x) with a step.
        precision: Number format of everything but the step's comparison, which is in float64.
            `autocast`: float32, but under bfloat16 autocast and behind a linear layer of weight 1.
        formula: What the slope's formula is given: f's output, as it should be, or its input.

    Metrics:
        formula_error: largest difference between the formula and autograd on [-5, 5].
        zero_slope: slope at 0.
        slope: slope at `at` or -`at`.
        positive_zero: smallest x > 0 with a slope of exactly 0; 120 if there is none below.
        negative_zero: smallest -x > 0 with a slope of exactly 0; 120 if there is none below.
        step_distance: mean of |f(b x) - step(x)| for x on [-1, 1], where step is 0 or 1.
        stored: numbers per input that PyTorch keeps from the forward to the backward pass.
        output[z]: f(z), for z from -6 to 6.
        gradient[z]: slope at z.
    """
    f, device, auto = FUNCTIONS[activation], replicates.device, precision == "autocast"
    dtype = torch.float32 if auto else getattr(torch, precision)
    one = torch.ones(1, 1, device=device)

    def slope(x: Tensor) -> Tensor:
        x = x.detach().to(device, dtype).requires_grad_()
        with torch.autocast(torch.device(device).type, torch.bfloat16, enabled=auto):
            y = f(linear(x[..., None], one)[..., 0] if auto else x)
        return torch.autograd.grad(y.sum(), x)[0]

    x = (10 * replicates.uniform("x", 200, dtype=torch.float64) - 5).to(dtype)  # (R, 200)
    error = slope(x) - SLOPES[activation](f(x) if formula == "output" else x)

    side = 2.0 * replicates.integers("side", 2, 1) - 1  # (R, 1): left or right

    # a walk away from zero in steps of 0.01, from a random first step, until the slope is exactly 0
    line = (
        torch.arange(12_000, device=device) / 100 + replicates.uniform("shift", 1) / 100
    )  # (R, 12000)
    zeros = {}
    for name, sign in (("positive_zero", 1), ("negative_zero", -1)):
        gone = slope(sign * line) == 0  # (R, 12000)
        first = line.gather(1, gone.double().argmax(1, keepdim=True))[:, 0]
        zeros[name] = torch.where(gone.any(1), first, 120.0)

    # 20000 evenly spaced points with a random offset: an integral, not a noisy average
    grid = torch.arange(20_000, device=device) + replicates.uniform(
        "offset", 1, dtype=torch.float64
    )
    grid = grid / 10_000 - 1  # (R, 20000) on [-1, 1]
    distance = (f(steepness * grid) - (grid > 0).double()).abs().mean(1)

    z = torch.arange(-30, 31, dtype=torch.float64) / 5
    row = replicates.same(z).to(dtype)  # (R, 61)

    stored = []
    with torch.autograd.graph.saved_tensors_hooks(
        lambda kept: stored.append(kept.numel()) or kept, lambda kept: kept
    ):
        f(x.clone().requires_grad_())
    return {
        "formula_error": error.double().abs().amax(1),
        "zero_slope": slope(torch.zeros_like(side))[:, 0].double(),
        "slope": slope(at * side)[:, 0].double(),
        **zeros,
        "step_distance": distance,
        "z": z,
        "output": f(row).double(),
        "gradient": slope(row).double(),
        "stored": torch.full((len(replicates),), sum(stored) / x.numel()),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
