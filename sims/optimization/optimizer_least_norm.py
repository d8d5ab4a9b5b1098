"""Which of infinitely many solutions an optimizer walks to.

python sims/optimization/optimizer_least_norm.py --optimizer adam --equations 10 --unknowns 40

https://arxiv.org/abs/1705.08292
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates
from dlfaq.sim.training import descend


def optimizer_least_norm(
    replicates: Replicates,
    optimizer: Literal["sgd", "momentum", "adagrad", "adam"] = "sgd",
    lr: float = 1.0,
    equations: int = 10,
    unknowns: int = 40,
    spread: float = 0.0,
    start: float = 0.0,
    steps: int = 500,
) -> dict[str, Tensor]:
    """Solve X w = y by least squares, with full gradients and a rate that falls linearly to 0.

    The answers y come from a true w, whose every input contributes equally much on average.

    Args:
        replicates: One system and one true w each.
        optimizer: PyTorch's, with its default settings but for the rate; momentum is 0.9.
        lr: Learning rate at the start.
        equations: Rows n of X.
        unknowns: Columns d of X. With more of them than rows, infinitely many w give loss 0.
        spread: Inputs are multiplied by powers of ten, evenly between -spread and spread.
        start: Standard deviation of w's entries at the start; 0 starts at 0.
        steps: Gradient steps.

    Metrics:
        loss: half the squared residual at the end, divided by that at w = 0; at least 0.
        norm: length of the w found, divided by that of the shortest solution; at least 0.
        outside: share of w's squared length outside the span of X's rows, in [0, 1].
        error: mean squared error on new inputs, divided by that of w = 0; at least 0.
    """
    powers = 2 * replicates.uniform("powers", unknowns, dtype=torch.float64) - 1
    scale = 10 ** (spread * powers)  # (R, d)
    x = replicates.normal("inputs", equations, unknowns, dtype=torch.float64)
    x = x * scale[:, None]  # (R, n, d)
    # largest curvature 1: SGD converges for lr < 2
    x = x / torch.linalg.matrix_norm(x, ord=2)[:, None, None]
    true = replicates.normal("true", unknowns, dtype=torch.float64) / scale  # (R, d)
    y = (x @ true[..., None])[..., 0]  # (R, n)

    w = nn.Parameter(start * replicates.normal("start", unknowns, dtype=torch.float64))  # (R, d)

    def loss_at(_: int) -> Tensor:
        return ((x @ w[..., None])[..., 0] - y).square().sum(1) / 2  # (R,)

    descend({"w": w}, loss_at, steps, optimizer=optimizer, lr=lr, schedule="linear")
    found = w.detach()
    inverse = torch.linalg.pinv(x)  # (R, d, n)
    shortest = (inverse @ y[..., None])[..., 0]  # (R, d)
    # (R, d): the part of w in the span of X's rows
    inside = (inverse @ x @ found[..., None])[..., 0]
    return {
        "loss": _square((x @ found[..., None])[..., 0] - y) / _square(y),
        "norm": (_square(found) / _square(shortest)).sqrt(),
        "outside": _square(found - inside) / _square(found),
        "error": _square(scale * (found - true)) / _square(scale * true),
    }


def _square(vectors: Tensor) -> Tensor:
    """Squared length, (R, d) to (R,)."""
    return vectors.square().sum(1)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
