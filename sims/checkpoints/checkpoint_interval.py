"""How often to save, when machines fail.

python sims/checkpoints/checkpoint_interval.py --interval 141 --shape 0.7

https://arxiv.org/abs/2410.18124
"""

import math

import torch
from torch import Tensor

from dlfaq.sim import Replicates


def checkpoint_interval(
    replicates: Replicates,
    interval: float = 141.0,
    cost: float = 10.0,
    between_failures: float = 1000.0,
    restart: float = 0.0,
    shape: float = 1.0,
    failures: int = 1000,
) -> dict[str, Tensor]:
    """Work from one failure to the next, and save after every interval of work.

    What was not saved when a failure comes is lost. The times from a start to its failure follow a
    Weibull distribution. All times have one unit, minutes, say.

    Setting: saving takes {cost} after every {interval} of work; a failure every {between_failures}
    on average (Weibull, shape {shape}), {restart} to restart.

    Args:
        replicates: One machine and its failures each.
        interval: Work between two checkpoints.
        cost: Time for which saving stops the work.
        between_failures: Mean time M from a start to its failure.
        restart: Time that a restart takes after a failure.
        shape: Of the Weibull distribution: 1 for failures at a constant rate; below 1 they are
            more likely soon after a start.
        failures: Failures of each machine.

    Metrics:
        overhead: time spent over work kept, minus 1; at least 0.
        lost: mean work lost in a failure, over the interval, in [0, 1].
    """
    # equal draws for all intervals make them comparable
    drawn = replicates.uniform("failures", failures, dtype=torch.float64)  # (R, n)
    scale = between_failures / math.gamma(1 + 1 / shape)
    lasted = scale * (-(1 - drawn).log()) ** (1 / shape)
    rounds = (lasted / (interval + cost)).floor()  # intervals that were worked and saved
    undone = (lasted - rounds * (interval + cost)).clamp(max=interval)
    work = interval * rounds.sum(1)  # (R,)
    return {
        "overhead": (lasted + restart).sum(1) / work - 1,
        "lost": undone.mean(1) / interval,
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
