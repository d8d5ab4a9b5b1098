"""How an estimator is called, and which error probability one interval may spend."""

import numpy as np

from dlfaq.verify.evidence import Measured
from dlfaq.verify.intervals import ESTIMATORS, UNKNOWN, Bounds, EstimateError

__all__ = [
    "FALSE_ALARM",
    "SHOWN_ALPHA",
    "SIDE_ALPHA",
    "EstimateError",
    "interval",
    "level",
    "side_alpha",
]

FALSE_ALARM = 0.01  # chance that one full verification rules wrongly on anything
SHOWN_ALPHA = 0.05  # of the numbers shown in texts: single measurements, read as such


def side_alpha(sides: int) -> float:
    """The error probability that one side may spend in a FAQ with so many sides.

    The number is rounded up to the next power of two, so that a new claim rarely changes the level
    at which the others are judged.
    """
    return FALSE_ALARM / 2 ** max(sides - 1, 0).bit_length()


SIDE_ALPHA = side_alpha(2000)  # where the FAQ is not at hand


def level(pairs: int, look: int, side_alpha: float = SIDE_ALPHA) -> float:
    """The error probability that one interval may spend.

    A side divides its own evenly over its (expectation, point) pairs, and look k = 1, 2, … of the
    doubling spends 2^-k of that: however often one looks, the sum stays below `side_alpha`.
    """
    return side_alpha / pairs * 2.0**-look


def interval(
    estimator: str, samples: np.ndarray, alpha: float, bounds: Bounds = UNKNOWN
) -> Measured:
    """Estimate, with a two-sided interval that misses the truth with a probability of `alpha`.

    Args:
        estimator: `mean`, `gmean`, `median`, `fraction` or `all`: see `intervals`.
        samples: (R,) numbers; for `fraction` and `all` conditions.
        alpha: Between 0 and 1.
        bounds: The least and the greatest value that a sample can have; None where it is not known.

    Returns:
        An end of the interval is None where there are too few replicates to bound it.

    Raises:
        EstimateError: For `gmean` of what is not positive, and for samples beyond the bounds.
    """
    return ESTIMATORS[estimator](np.asarray(samples), alpha, bounds)
