"""Normal numbers whose truth is known.

python sims/dial.py --centre 2
"""

import torch
from torch import Tensor

from dlfaq.sim import Replicates


def dial(
    replicates: Replicates,
    centre: float = 1.0,
    spread: float = 0.1,
    growth: float = 1.0,
    points: int = 5,
) -> dict[str, Tensor]:
    """Draw a number, and a curve that grows.

    Args:
        replicates: One draw each.
        centre: Mean of the number.
        spread: Its standard deviation.
        growth: What the curve gains at each step.
        points: Points of the curve.

    Metrics:
        value: normal, mean centre, standard deviation spread.
        positive: 1 if value is above 0, else 0.
        curve[step]: centre + growth * step, plus noise of standard deviation spread.
    """
    value = centre + spread * replicates.normal("value", dtype=torch.float64)  # (R,)
    step = torch.arange(points)
    noise = spread * replicates.normal("noise", points, dtype=torch.float64)  # (R, T)
    return {
        "value": value,
        "positive": value > 0,
        "curve": centre + growth * step + noise,
        "step": step,
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
