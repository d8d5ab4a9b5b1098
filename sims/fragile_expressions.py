"""Expressions that give inf or NaN, and the same mathematics written so that they do not.

python sims/fragile_expressions.py --expression norm --stable true

https://docs.pytorch.org/docs/stable/notes/autograd.html
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates


def _naive(name: str, x: Tensor) -> Tensor:
    """The expression as it stands in a textbook, (R, n) to (R,)."""
    return {
        "log-softmax": lambda: x.softmax(-1).log()[:, 0],  # a probability that underflows to 0 has no logarithm
        "log-sum-exp": lambda: x.exp().sum(-1).log(),  # exp overflows
        "normalize": lambda: (x / x.square().sum(-1, keepdim=True).sqrt())[:, 0],  # 0 / 0
        "norm": lambda: x.square().sum(-1).sqrt(),  # finite, but the slope of sqrt at 0 is not
        "where": lambda: torch.where(x > 0, x.log(), 0.0).sum(-1),  # the branch not taken still has a gradient
        "half-square": lambda: x.half().square().float().mean(-1),  # float16 ends at 65504
    }[name]()


def _stable(name: str, x: Tensor) -> Tensor:
    """The same, written for finite numbers."""
    return {
        "log-softmax": lambda: x.log_softmax(-1)[:, 0],
        "log-sum-exp": lambda: x.logsumexp(-1),
        "normalize": lambda: (x / (x.square().sum(-1, keepdim=True) + 1e-12).sqrt())[:, 0],
        "norm": lambda: (x.square().sum(-1) + 1e-12).sqrt(),
        "where": lambda: torch.where(x > 0, x, 1.0).log().sum(-1),  # what log cannot take is replaced before it
        "half-square": lambda: x.half().float().square().mean(-1),
    }[name]()


def fragile_expressions(
    replicates: Replicates,
    expression: Literal["log-softmax", "log-sum-exp", "normalize", "norm", "where", "half-square"] = "norm",
    stable: bool = False,
    extreme: bool = True,
    inputs: int = 8,
) -> dict[str, Tensor]:
    """Evaluate an expression and its gradient where it is fragile, or where it is harmless.

    Args:
        replicates: One input each.
        expression: Which one.
        stable: Written for finite numbers, or else as in a textbook.
        extreme: Inputs of size 300 or exactly 0, whichever the expression cannot take; else between 0.5 and 1.5.
        inputs: Numbers n the expression takes.

    Metrics:
        forward: 1 if the value is finite, else 0.
        gradient: 1 if every entry of the gradient is finite, else 0.
    """
    x = 0.5 + replicates.uniform("x", inputs)  # (R, n)
    if extreme:
        zero = expression in {"normalize", "norm", "where"}
        x = 0 * x if zero else 300 * x
        if expression == "log-softmax":
            x[:, 0] = -300.0  # the label's logit, far below the others
    x.requires_grad_()
    value = (_stable if stable else _naive)(expression, x)  # (R,)
    (gradient,) = torch.autograd.grad(value.sum(), x)  # (R, n)
    return {"forward": value.detach().isfinite(), "gradient": gradient.isfinite().all(-1)}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
