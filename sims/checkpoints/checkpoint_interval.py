"""How often to save, when machines fail.

python sims/checkpoints/checkpoint_interval.py --interval 141

https://doi.org/10.1145/361147.361115
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
    attempts: int = 4000,
) -> dict[str, Tensor]:
    """Work through many intervals, each ended by saving; after a failure begin the interval again.

    Failures come at a constant rate, so the time to the next one does not depend on how long ago
    the last one was, and every attempt at an interval can draw it afresh. All times have one unit,
    minutes, say.

    Setting: saving takes {cost} after every {interval} of work; a failure every {between_failures}
    on average, {restart} to restart.

    Args:
        replicates: One machine and its failures each.
        interval: Work between two checkpoints.
        cost: Time that saving takes.
        between_failures: Mean time M between failures.
        restart: Time that a restart takes after a failure.
        attempts: Attempts at an interval, the failed ones included.

    Metrics:
        overhead: time spent over work done, minus 1; at least 0.
        expected: the same by the formula (M + restart) (exp((interval + cost) / M) - 1) / interval
            - 1; at least 0.
        lost: mean work lost in a failure, over the interval; 0 if nothing failed, in [0, 1].
        failures: share of the attempts that failed, in [0, 1].
    """
    # -log(1 - u) is exponential with mean 1; equal draws for all intervals make them comparable
    drawn = replicates.uniform("failures", attempts, dtype=torch.float64)
    until_failure = -between_failures * (1 - drawn).log()  # (R, n)
    needed = interval + cost
    failed = until_failure < needed
    time = torch.where(failed, until_failure + restart, needed).sum(1)  # (R,)
    work = interval * (~failed).sum(1).clamp(min=1)
    wasted = (until_failure.clamp(max=interval) * failed).sum(1) / failed.sum(1).clamp(min=1)
    expected = (between_failures + restart) * math.expm1(needed / between_failures) / interval - 1
    return {
        "overhead": time / work - 1,
        "expected": torch.full_like(time, expected),
        "lost": wasted / interval,
        "failures": failed.double().mean(1),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
