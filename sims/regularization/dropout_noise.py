"""What a dropout layer does to numbers: its zeros, its scale, its mean.

python sims/regularization/dropout_noise.py --p 0.1

https://docs.pytorch.org/docs/stable/generated/torch.nn.modules.dropout.Dropout.html
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates


def dropout_noise(
    replicates: Replicates,
    p: float = 0.5,
    mode: Literal["train", "eval"] = "train",
    numbers: int = 100,
    passes: int = 2000,
) -> dict[str, Tensor]:
    """Pass numbers through `nn.Dropout` again and again.

    Setting: {passes} passes of {numbers} numbers of 1, p = {p}, mode: {mode}

    PyTorch's layer draws from the global generator; it is put back afterwards.

    Args:
        replicates: One seed each.
        p: Argument of `nn.Dropout`.
        mode: Of the layer.
        numbers: Numbers that enter.
        passes: Forward passes, each with a draw of its own.

    Metrics:
        zeros: share of the numbers that come out as 0, in [0, 1].
        scale: largest number that comes out; what entered was 1.
        mean: mean of what comes out.
    """
    layer = nn.Dropout(p).train(mode == "train")
    seeds = replicates.integers("seeds", 2**31, 1)[:, 0].tolist()
    ones = torch.ones(passes, numbers, device=replicates.device)
    found = []
    with torch.random.fork_rng(devices=[]):
        for seed in seeds:
            torch.manual_seed(seed)
            out = layer(ones).double()
            found.append(torch.stack([(out == 0).double().mean(), out.max(), out.mean()]))
    return dict(zip(("zeros", "scale", "mean"), torch.stack(found, 1), strict=True))


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
