"""Scores that are pure luck: the best of several, and how many show a difference.

python sims/symptoms/seed_scores.py --gap 0.5
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates


def seed_scores(
    replicates: Replicates,
    seeds: int = 0,
    gap: float = 1.0,
    share: float = 1.0,
    scores: Literal["normal", "uniform"] = "normal",
    draws: int = 4000,
) -> dict[str, Tensor]:
    """Draw the scores of several seeds of two variants, again and again.

    All scores have standard deviation 1. No network is trained.

    Setting: {scores} scores of standard deviation 1, {seeds} seeds of each variant (0: {share}
        times 16 / gap^2 + 1); the second variant is {gap} better

    Args:
        replicates: Many draws each.
        seeds: Of each variant; 0 for the rule, rounded, but at least 2.
        gap: True difference of the variants, in standard deviations.
        share: Of the seeds that the rule asks for.
        scores: How they are distributed.
        draws: Repetitions a replicate.

    Metrics:
        best: best score of the first variant, in standard deviations above the true mean.
        wrong: share of the repetitions in which the worse variant has the better mean, in [0, 1].
        found: share of the repetitions in which Student's test tells the two apart at 5 %, in
            [0, 1].
    """
    count = seeds or max(round(share * (16 / gap**2 + 1)), 2)
    if scores == "normal":
        drawn = replicates.normal("scores", 2, draws, count, dtype=torch.float64)
    else:
        drawn = (replicates.uniform("scores", 2, draws, count, dtype=torch.float64) - 0.5) * 12**0.5
    first, second = drawn.unbind(1)  # (R, draws, count) each
    noise = second.mean(2) - first.mean(2)
    error = ((first.var(2) + second.var(2)) / count).sqrt() if count > 1 else torch.ones_like(noise)
    # Student's critical value, from the same draws: where the two do not differ, 5 % lie beyond
    critical = (noise / error).abs().quantile(0.95, dim=1, keepdim=True)
    return {
        "best": first.amax(2).mean(1),
        "wrong": (noise + gap < 0).double().mean(1),
        "found": ((noise + gap) / error > critical).double().mean(1),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
