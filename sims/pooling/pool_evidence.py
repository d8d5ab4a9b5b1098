"""Whether the largest or the average of n numbers tells better that something is there.

python sims/pooling/pool_evidence.py --positions 64 --spread 1 --strength 0.5

https://icml.cc/Conferences/2010/papers/638.pdf
"""

from typing import Literal

from torch import Tensor

from dlfaq.sim import Replicates


def _auc(with_signal: Tensor, without: Tensor) -> Tensor:
    """Share of pairs in which the one with a signal is larger: (R, B) twice to (R,)."""
    return (with_signal[:, :, None] > without[:, None]).double().mean((1, 2))


def pool_evidence(
    replicates: Replicates,
    positions: int = 64,
    spread: float = 0.0,
    strength: float = 3.0,
    noise: Literal["normal", "heavy"] = "normal",
    examples: int = 400,
) -> dict[str, Tensor]:
    """Pool maps of noise, half of which have a signal on them, into one number a map.

    Setting: {examples} maps of {positions} numbers, {noise} noise, a signal of {strength}.

    Args:
        replicates: One set of maps each.
        positions: Numbers n in a map, at least 2.
        spread: Share of the positions that carry the signal; 0 is a single one.
        strength: What the signal adds to a position that carries it, in standard deviations.
        noise: Standard normal, or Student's t with 3 degrees of freedom, divided by the root of 3:
            the same variance, and now and then a very large number.
        examples: Maps B with a signal, and as many without.

    Metrics:
        max_auc: chance that the largest number of a map with a signal beats that of a map without,
            in [0, 1]; 0.5 is guessing.
        average_auc: the same for the average.
        max_mean: mean of the largest number of maps without a signal.
        average_mean: mean of their average.
    """
    maps = replicates.normal("noise", 2, examples, positions)  # (R, 2, B, n): with and without
    if noise == "heavy":
        maps /= replicates.normal("tails", 3, 2, examples, positions).square().sum(1).sqrt()
    carriers = max(round(spread * positions), 1)
    maps[:, 0, :, :carriers] += strength  # no pooling sees which positions: take the first ones
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
