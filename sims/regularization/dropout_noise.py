"""What a dropout layer does to numbers: its zeros, its scale, its noise.

python sims/regularization/dropout_noise.py --p 0.1

https://proceedings.mlr.press/v28/wan13.html
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates


def dropout_noise(
    replicates: Replicates,
    p: float = 0.5,
    mode: Literal["train", "eval"] = "train",
    dropped: Literal["units", "weights"] = "units",
    numbers: int = 100,
    passes: int = 2000,
) -> dict[str, Tensor]:
    """Pass numbers through `nn.Dropout` again and again, and into two units of equal weights.

    Setting: {passes} passes of {numbers} numbers of 1, p = {p}, mode: {mode}, dropped: {dropped}

    PyTorch's layer draws from the global generator; it is put back afterwards.

    Args:
        replicates: One seed and one choice of weights each.
        p: Argument of `nn.Dropout`.
        mode: Of the layer.
        dropped: What the layer is applied to: the numbers, or each unit's weights (DropConnect).
        numbers: Numbers that enter.
        passes: Forward passes, each with a draw of its own.

    Metrics:
        zeros: share of the numbers that come out as 0, in [0, 1].
        scale: largest number that comes out; what entered was 1.
        mean: mean of what comes out.
        together: correlation of two units with equal weights over the passes, in [-1, 1].
    """
    layer = nn.Dropout(p).train(mode == "train")
    weights = replicates.normal("weights", numbers)  # (R, n)
    seeds = replicates.integers("seeds", 2**31, 1)[:, 0].tolist()
    found = []
    with torch.random.fork_rng(devices=[]):
        for seed, w in zip(seeds, weights, strict=True):
            torch.manual_seed(seed)
            found.append(_one(layer, w, passes, dropped))
    return {name: torch.stack([one[name] for one in found]) for name in found[0]}


def _one(layer: nn.Dropout, w: Tensor, passes: int, dropped: str) -> dict[str, Tensor]:
    """One replicate."""
    out = layer(torch.ones(passes, len(w), device=w.device))  # (passes, n)
    if dropped == "units":  # both units see the same numbers
        one = two = out @ w
    else:  # each unit has weights, and so zeros, of its own
        one, two = (layer(w.expand(passes, -1)).sum(1) for _ in range(2))
    spread = torch.stack([one, two]).double()
    spread = spread - spread.mean(1, keepdim=True)
    size = spread.square().sum(1).prod().sqrt().clamp(min=1e-30)
    return {
        "zeros": (out == 0).double().mean(),
        "scale": out.max().double(),
        "mean": out.double().mean(),
        "together": spread.prod(0).sum() / size,
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
