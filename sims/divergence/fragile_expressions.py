"""Expressions that give inf or NaN, and the same mathematics written so that they do not.

python sims/divergence/fragile_expressions.py --expression root --stable true

https://docs.pytorch.org/docs/stable/notes/autograd.html
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates, expressions


def fragile_expressions(
    replicates: Replicates,
    expression: Literal[
        "softmax", "sigmoid", "log-sum-exp", "exp", "masked", "half-mask", "empty-mean", "one-std",
        "normalize", "constant", "root", "rmse", "hidden-root", "where", "entropy", "acos",
        "half-square", "half-eps", "no-label",
    ] = "root",
    stable: bool = False,
    extreme: bool = True,
    inputs: int = 8,
) -> dict[str, Tensor]:  # fmt: skip
    """Evaluate an expression and its gradient where it is fragile, or where it is harmless.

    Setting: {expression} of {inputs} numbers.

    Args:
        replicates: One input each.
        expression: Which one.
        stable: Written for finite numbers, or else as in a textbook.
        extreme: Inputs of size 150 to 450, exactly 0 or 1, all alike, or a mask that hides
            everything, whichever the expression cannot take; else inputs between 0.25 and 0.75, and
            a mask that hides nothing.
        inputs: Numbers n the expression takes.

    Metrics:
        value: 1 if the value is finite, else 0, in [0, 1].
        finite: 1 if the value and every entry of the gradient are, else 0, in [0, 1].
        still: 1 if every entry of the gradient is exactly 0, else 0, in [0, 1].
    """
    x = 0.25 + replicates.uniform("x", inputs) / 2  # (R, n)
    x = (expressions.extreme(expression, x) if extreme else x).requires_grad_()
    form = expressions.stable if stable else expressions.fragile
    value = form(expression, x, hidden=extreme)  # (R,)
    (gradient,) = torch.autograd.grad(value.sum(), x)  # (R, n)
    sound = value.detach().isfinite()  # (R,)
    return {
        "value": sound,
        "finite": sound & gradient.isfinite().all(-1),
        "still": (gradient == 0).all(-1),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
