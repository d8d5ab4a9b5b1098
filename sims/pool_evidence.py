"""Whether the largest or the average of n numbers tells better that something is there.

python sims/pool_evidence.py --positions 64 --spread 1

https://icml.cc/Conferences/2010/papers/638.pdf
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates


def _auc(with_signal: Tensor, without: Tensor) -> Tensor:
    """Share of pairs, one with and one without a signal, in which the first is larger: (R, B) twice to (R,)."""
    return (with_signal[:, :, None] > without[:, None]).double().mean((1, 2))


def pool_evidence(
    replicates: Replicates,
    positions: int = 64,
    spread: float = 0.0,
    strength: float = 3.0,
    noise: Literal["normal", "relu"] = "normal",
    examples: int = 100,
) -> dict[str, Tensor]:
    """Pool maps of noise, half of which have a signal on them, into one number a map.

    Args:
        replicates: One set of maps each.
        positions: Numbers n in a map, at least 2.
        spread: Share of the positions that carry the signal; 0 is a single one.
        strength: What the signal adds to a position that carries it.
        noise: Standard normal, or that behind a ReLU, which the signal passes too.
        examples: Maps B with a signal, and as many without.

    Metrics:
        max_auc: chance that the largest number of a map with a signal beats that of a map without.
        average_auc: the same for the average.
        max_mean: mean of the largest number of maps without a signal.
        average_mean: mean of their average.
    """
    maps = replicates.normal("noise", 2, examples, positions)  # (R, 2, B, n): with and without a signal
    carriers = max(round(spread * positions), 1)
    # which positions carry the signal does not matter to either pooling: take the first ones
    maps[:, 0, :, :carriers] += strength
    maps = torch.relu(maps) if noise == "relu" else maps
    largest, average = maps.amax(3), maps.mean(3)  # (R, 2, B)
    return {
        "max_auc": _auc(*largest.unbind(1)),
        "average_auc": _auc(*average.unbind(1)),
        "max_mean": largest[:, 1].mean(1),
        "average_mean": average[:, 1].mean(1),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
