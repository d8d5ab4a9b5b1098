"""Expressions that give inf or NaN at some inputs, and the same mathematics that does not.

https://docs.pytorch.org/docs/stable/notes/autograd.html
"""

import math
import warnings

import torch
from torch import Tensor
from torch.nn import functional as F

AT_ZERO = (
    "normalize", "root", "rmse", "hidden-root", "where", "entropy", "empty-mean", "half-eps",
)  # fmt: skip
NAMES = (
    "softmax", "sigmoid", "log-sum-exp", "exp", "masked", "half-mask", "empty-mean", "one-std",
    "normalize", "constant", "root", "rmse", "hidden-root", "where", "entropy", "acos",
    "half-square", "half-eps", "no-label",
)  # fmt: skip


def extreme(name: str, x: Tensor) -> Tensor:
    """Inputs that the fragile form cannot take, (R, n), made of numbers from 0.25 to 0.75."""
    if name in AT_ZERO:
        return 0 * x
    if name == "constant":
        return torch.full_like(x, 0.5)
    if name == "acos":
        return torch.ones_like(x)
    x = -600 * x if name == "half-mask" else 600 * x
    if name in ("softmax", "sigmoid"):
        x[:, 0] = -300.0  # the label's logit, far below the others
    return x


def fragile(name: str, x: Tensor, *, hidden: bool) -> Tensor:
    """The expression as it stands in a textbook, (R, n) to (R,). `hidden` masks all of x."""
    seen = torch.full_like(x, 0.0 if hidden else 1.0).detach()  # (R, n)
    low, label = torch.finfo(torch.float16).min, torch.tensor([-100 if hidden else 0])
    return {
        "softmax": lambda: x.softmax(-1).log()[:, 0],  # log of a probability that underflows
        "sigmoid": lambda: x.sigmoid().log()[:, 0],
        "log-sum-exp": lambda: x.exp().sum(-1).log(),  # exp overflows
        "exp": lambda: x.exp().mean(-1),
        "masked": lambda: x.masked_fill(seen == 0, -math.inf).softmax(-1)[:, 0],  # inf - inf
        "half-mask": lambda: (x.half() + low * (1 - seen).half()).softmax(-1).float()[:, 0],
        "empty-mean": lambda: (x * seen).sum(-1) / seen.sum(-1),  # 0 / 0
        "one-std": lambda: _std(x[:, :1] if hidden else x),  # divides by n - 1
        "normalize": lambda: x[:, 0] / x.norm(dim=-1),  # 0 / 0
        "constant": lambda: (x[:, 0] - x.mean(-1)) / x.std(-1),  # 0 / 0
        "root": lambda: x.square().sum(-1).sqrt(),  # finite, but its slope at 0 is not
        "rmse": lambda: torch.stack([F.mse_loss(row, 0 * row.detach()).sqrt() for row in x]),
        "hidden-root": lambda: torch.where(x > 0, x.sqrt(), 0.0).sum(-1),  # 0 times that slope
        "where": lambda: torch.where(x > 0, x.log(), 0.0).sum(-1),  # the same of a logarithm
        "entropy": lambda: -torch.where(x > 0, x * x.log(), 0.0).sum(-1),  # and of a product
        "acos": lambda: x.acos().sum(-1),  # finite, but its slope at 1 is not
        "half-square": lambda: x.half().square().float().mean(-1),  # float16 ends at 65504
        "half-eps": lambda: _half_share(x, 1e-8),  # 1e-8 is 0 in float16
        "no-label": lambda: torch.stack([F.cross_entropy(row[None], label) for row in x]),  # 0 / 0
    }[name]()


def stable(name: str, x: Tensor, *, hidden: bool) -> Tensor:
    """The same, written for finite numbers."""
    seen = torch.full_like(x, 0.0 if hidden else 1.0).detach()
    low, label = torch.finfo(torch.float16).min, torch.tensor([-100 if hidden else 0])
    return {
        "softmax": lambda: x.log_softmax(-1)[:, 0],
        "sigmoid": lambda: F.logsigmoid(x)[:, 0],
        "log-sum-exp": lambda: x.logsumexp(-1),
        "exp": lambda: x.clamp(max=20).exp().mean(-1),
        "masked": lambda: x.masked_fill(seen == 0, torch.finfo(x.dtype).min).softmax(-1)[:, 0],
        "half-mask": lambda: x.half().masked_fill(seen == 0, low).softmax(-1).float()[:, 0],
        "empty-mean": lambda: (x * seen).sum(-1) / seen.sum(-1).clamp(min=1),
        "one-std": lambda: _root((x[:, :1] if hidden else x).var(-1, correction=0)),
        "normalize": lambda: x[:, 0] / _root(x.square().sum(-1)),
        "constant": lambda: (x[:, 0] - x.mean(-1)) / _root(x.var(-1)),
        "root": lambda: _root(x.square().sum(-1)),
        "rmse": lambda: _root(x.square().mean(-1)),
        "hidden-root": lambda: (torch.where(x > 0, x, 1.0).sqrt() * (x > 0)).sum(-1),
        "where": lambda: torch.where(x > 0, x, 1.0).log().sum(-1),  # replaced before log sees it
        "entropy": lambda: -(x * torch.where(x > 0, x, 1.0).log()).sum(-1),
        "acos": lambda: x.clamp(-1 + 1e-6, 1 - 1e-6).acos().sum(-1),
        "half-square": lambda: x.half().float().square().mean(-1),
        "half-eps": lambda: _half_share(x, 1e-4),
        "no-label": lambda: torch.stack([_labelled_mean(row[None], label) for row in x]),
    }[name]()


def _root(x: Tensor) -> Tensor:
    """A root whose slope at 0 is finite."""
    return (x + 1e-5).sqrt()


def _labelled_mean(x: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy over the labels that are not -100; 0 if there are none."""
    count = (labels >= 0).sum().clamp(min=1)
    return F.cross_entropy(x, labels, reduction="sum") / count


def _half_share(x: Tensor, eps: float) -> Tensor:
    return (x.half() / (x.half().abs() + eps)).float()[:, 0]


def _std(x: Tensor) -> Tensor:
    """`x.std(-1)` without PyTorch's warning that one number has no standard deviation."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return x.std(-1)
