"""Gradient descent that runs away: first inf, then NaN.

python sims/depth/gradient_overflow.py --lr 0.1

https://doi.org/10.1109/IEEESTD.2019.8766229
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates

PRECISIONS = {"float16": torch.float16, "float32": torch.float32, "float64": torch.float64}


def gradient_overflow(
    replicates: Replicates,
    lr: float = 0.1,
    precision: Literal["float16", "float32", "float64"] = "float32",
    limit: bool = False,
    steps: int = 20,
) -> dict[str, Tensor]:
    """Minimize w^4 by gradient descent from a start between 3 and 4.

    Args:
        replicates: One start each.
        lr: Learning rate. Descent converges below 1 / (2 w^2).
        precision: Number format.
        limit: Keep w between the smallest and the largest number of the format, as arithmetic that saturates would.
        steps: Steps of gradient descent.

    Metrics:
        inf_step: first step after which w is inf or -inf; `steps` + 1 if there is none.
        nan_step: first step after which w is NaN; `steps` + 1 if there is none.
        tripling: logarithm of the second update's size over the first's, divided by that of their weights; 3 if an
            update is the cube of its weight.
        reached: decimal logarithm of the last finite |w|.
        nan_forms: how many of inf - inf, inf * 0 and inf / inf are NaN, where inf is the format's largest number times 10.
    """
    dtype = PRECISIONS[precision]
    w = (3 + replicates.uniform("start", dtype=torch.float64)).to(dtype)  # (R,)
    largest = torch.finfo(dtype).max
    visited = [w]
    for _ in range(steps):
        w = w - lr * 4 * w**3
        if limit:
            w = w.clamp(-largest, largest).nan_to_num(0.0)
        visited.append(w)
    path = torch.stack(visited, 1)  # (R, steps + 1)

    inf = torch.full_like(w, largest) * 10
    forms = torch.stack([inf - inf, inf * 0, inf / inf])  # (3, R)
    updates = (path[:, 1:3] - path[:, :2]).double().abs()
    weights = path[:, :2].double().abs()
    return {
        "inf_step": _first(path.isinf()),
        "nan_step": _first(path.isnan()),
        "tripling": (updates[:, 1] / updates[:, 0]).log() / (weights[:, 1] / weights[:, 0]).log(),
        "reached": path.double()
        .abs()
        .gather(1, path.isfinite().sum(1, keepdim=True) - 1)[:, 0]
        .log10(),
        "nan_forms": forms.isnan().sum(0).double(),
    }


def _first(event: Tensor) -> Tensor:
    """Number of the first column that is true, or the number of columns: (R, n) to (R,)."""
    n = event.shape[1]
    return torch.where(event, torch.arange(n, device=event.device), n).amin(1).double()


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
