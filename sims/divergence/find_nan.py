"""What finds the operation that made a NaN: hooks in the forward pass, or anomaly mode.

python sims/divergence/find_nan.py --expression exp

https://docs.pytorch.org/docs/stable/autograd.html#anomaly-detection
"""

import re
import warnings
from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlfaq.sim import Replicates, expressions


def find_nan(
    replicates: Replicates,
    expression: Literal[
        "softmax", "sigmoid", "log-sum-exp", "exp", "masked", "half-mask", "empty-mean", "one-std",
        "normalize", "constant", "root", "rmse", "hidden-root", "where", "entropy", "acos",
        "half-square", "half-eps", "no-label",
    ] = "root",
    function: str = "SqrtBackward0",
    last: bool = False,
    extreme: bool = True,
    layers: int = 1,
    inputs: int = 8,
) -> dict[str, Tensor]:  # fmt: skip
    """Put a fragile expression into a network and ask both tools where the NaN comes from.

    Setting: {layers} linear layer(s), {expression} of their {inputs} outputs, and cross-entropy.

    Args:
        replicates: One input each.
        expression: What stands in the middle, as a module of its own.
        function: The function of autograd that `named` asks for.
        last: Make the expression the loss; else it is a logit of a cross-entropy of two classes.
        extreme: Inputs that the expression cannot take; else harmless ones.
        layers: Linear layers before the expression; their weights are the identity.
        inputs: Numbers n that the expression takes.

    Metrics:
        finite: 1 if the loss is finite, in [0, 1].
        hook: 1 if the first module whose output is not finite is the expression, in [0, 1].
        anomaly: 1 if anomaly mode stops in the backward pass of the expression, in [0, 1].
        named: 1 if anomaly mode stops in the function asked for, in [0, 1].
    """
    x = 0.25 + replicates.uniform("x", inputs) / 2  # (R, n)
    x = expressions.extreme(expression, x) if extreme else x
    found = [_one(expression, row[None], last, extreme, layers) for row in x]
    return {
        "finite": torch.tensor([bool(loss.isfinite()) for loss, *_ in found]),
        "hook": torch.tensor([first == str(layers) for _, first, *_ in found]),
        "anomaly": torch.tensor([stop in inside for _, _, stop, inside in found]),
        "named": torch.tensor([stop == function for _, _, stop, _ in found]),
    }


def _one(name: str, x: Tensor, last: bool, hidden: bool, layers: int) -> tuple:
    """Loss, the module that hooks find, the function anomaly mode finds, all of the expression."""
    before = [_identity(x.shape[1]) for _ in range(layers)]
    net = nn.Sequential(*before, _Expression(name, hidden=hidden))
    broken: list[str] = []
    for place, module in net.named_children():
        module.register_forward_hook(_watch(place, broken))
    stop = ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # anomaly mode says that it is slow
        with torch.autograd.detect_anomaly():
            value = net(x)  # (1,)
            inside = _functions(value.grad_fn) - {"AccumulateGrad", "AddmmBackward0"}
            logits = torch.stack([value, torch.ones_like(value)], 1)  # (1, 2)
            loss = value[0] if last else F.cross_entropy(logits, torch.tensor([0]))
            try:
                loss.backward()
            except RuntimeError as error:
                stop = re.search(r"'(\w+)' returned nan", str(error))[1]
    return loss.detach(), broken[0] if broken else "", stop, inside


def _watch(place: str, broken: list[str]) -> Callable[..., None]:
    """A hook that notes the place if the output there is not finite. It returns nothing."""

    def look(_module: nn.Module, _x: Tensor, y: Tensor) -> None:
        if not y.isfinite().all():
            broken.append(place)

    return look


def _functions(node: object) -> set[str]:
    """The names of all functions behind a value in the graph of autograd."""
    if node is None:
        return set()
    return {node.name()}.union(*(_functions(after) for after, _ in node.next_functions))


def _identity(n: int) -> nn.Linear:
    layer = nn.utils.skip_init(nn.Linear, n, n)  # draws nothing
    nn.init.eye_(layer.weight), nn.init.zeros_(layer.bias)
    return layer


class _Expression(nn.Module):
    def __init__(self, name: str, *, hidden: bool) -> None:
        super().__init__()
        self.name, self.hidden = name, hidden

    def forward(self, x: Tensor) -> Tensor:
        return expressions.fragile(self.name, x, hidden=self.hidden)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
