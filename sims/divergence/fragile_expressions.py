"""Expressions that give inf or NaN, and the same mathematics written so that they do not.

python sims/divergence/fragile_expressions.py --expression root --stable true

https://docs.pytorch.org/docs/stable/notes/autograd.html
"""

import math
import warnings
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from dlfaq.sim import Replicates

AT_ZERO = ("normalize", "root", "where", "empty-mean", "half-eps")  # fragile where x is 0


def fragile_expressions(
    replicates: Replicates,
    expression: Literal[
        "softmax", "sigmoid", "log-sum-exp", "exp", "masked", "empty-mean", "one-std",
        "normalize", "root", "where", "acos", "half-square", "half-eps",
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
        extreme: Inputs of size 150 to 450, exactly 0 or 1, or a mask that hides everything,
            whichever the expression cannot take; else inputs between 0.25 and 0.75, and a mask that
            hides nothing.
        inputs: Numbers n the expression takes.

    Metrics:
        value: 1 if the value is finite, else 0, in [0, 1].
        finite: 1 if the value and every entry of the gradient are, else 0, in [0, 1].
    """
    x = 0.25 + replicates.uniform("x", inputs) / 2  # (R, n)
    if extreme:
        x = 0 * x if expression in AT_ZERO else 600 * x
        if expression == "acos":
            x = torch.ones_like(x)
        if expression in ("softmax", "sigmoid"):
            x[:, 0] = -300.0  # the label's logit, far below the others
    x.requires_grad_()
    value = (_stable if stable else _naive)(expression, x, hidden=extreme)  # (R,)
    (gradient,) = torch.autograd.grad(value.sum(), x)  # (R, n)
    sound = value.detach().isfinite()  # (R,)
    return {"value": sound, "finite": sound & gradient.isfinite().all(-1)}


def _naive(name: str, x: Tensor, *, hidden: bool) -> Tensor:
    """The expression as it stands in a textbook, (R, n) to (R,). `hidden` masks all of x."""
    seen = torch.full_like(x, 0.0 if hidden else 1.0).detach()  # (R, n)
    return {
        "softmax": lambda: x.softmax(-1).log()[:, 0],  # log of a probability that underflows
        "sigmoid": lambda: x.sigmoid().log()[:, 0],
        "log-sum-exp": lambda: x.exp().sum(-1).log(),  # exp overflows
        "exp": lambda: x.exp().mean(-1),
        "masked": lambda: x.masked_fill(seen == 0, -math.inf).softmax(-1)[:, 0],  # inf - inf
        "empty-mean": lambda: (x * seen).sum(-1) / seen.sum(-1),  # 0 / 0
        "one-std": lambda: _std(x[:, :1] if hidden else x),  # divides by n - 1
        "normalize": lambda: (x / x.norm(dim=-1, keepdim=True))[:, 0],  # 0 / 0
        "root": lambda: x.square().sum(-1).sqrt(),  # finite, but its slope at 0 is not
        "where": lambda: torch.where(x > 0, x.log(), 0.0).sum(
            -1
        ),  # the other branch has a gradient
        "acos": lambda: x.acos().sum(-1),  # finite, but its slope at 1 is not
        "half-square": lambda: x.half().square().float().mean(-1),  # float16 ends at 65504
        "half-eps": lambda: (x.half() / (x.half().abs() + 1e-8)).float()[
            :, 0
        ],  # 1e-8 is 0 in float16
    }[name]()


def _stable(name: str, x: Tensor, *, hidden: bool) -> Tensor:
    """The same, written for finite numbers."""
    seen = torch.full_like(x, 0.0 if hidden else 1.0).detach()
    return {
        "softmax": lambda: x.log_softmax(-1)[:, 0],
        "sigmoid": lambda: F.logsigmoid(x)[:, 0],
        "log-sum-exp": lambda: x.logsumexp(-1),
        "exp": lambda: x.clamp(max=20).exp().mean(-1),
        "masked": lambda: x.masked_fill(seen == 0, torch.finfo(x.dtype).min).softmax(-1)[:, 0],
        "empty-mean": lambda: (x * seen).sum(-1) / seen.sum(-1).clamp(min=1),
        "one-std": lambda: ((x[:, :1] if hidden else x).var(-1, correction=0) + 1e-12).sqrt(),
        "normalize": lambda: (x / (x.square().sum(-1, keepdim=True) + 1e-12).sqrt())[:, 0],
        "root": lambda: (x.square().sum(-1) + 1e-12).sqrt(),
        "where": lambda: torch.where(x > 0, x, 1.0).log().sum(-1),  # replaced before log sees it
        "acos": lambda: x.clamp(-1 + 1e-6, 1 - 1e-6).acos().sum(-1),
        "half-square": lambda: x.half().float().square().mean(-1),
        "half-eps": lambda: (x.half() / (x.half().abs() + 1e-4)).float()[:, 0],
    }[name]()


def _std(x: Tensor) -> Tensor:
    """`x.std(-1)` without PyTorch's warning that one number has no standard deviation."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return x.std(-1)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
