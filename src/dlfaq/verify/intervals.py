"""One number a replicate, summed up: an estimate with its confidence interval, and the level of the intervals.

`scipy.special` and not `scipy.stats`: it loads in a fraction of the time.
"""

import math

import numpy as np
from scipy import special

from dlfaq.evidence.record import Bound, Measured

FALSE_ALARM = 0.01  # chance that one full verification rules wrongly on anything
SIDES = 2000  # claims and controls that this promise covers
SIDE_ALPHA = FALSE_ALARM / SIDES
SHOWN_ALPHA = 0.05  # of the numbers shown in texts: single measurements, read as such


class EstimateError(ValueError):
    """Measurements of which the estimator makes no sense; the message says which and why."""


def side_alpha(sides: int) -> float:
    """The error probability of one of so many settings, rounded up to a power of two.

    So an entry more or less seldom changes it.
    """
    return FALSE_ALARM / 2 ** max(sides - 1, 1).bit_length()


def level(pairs: int, look: int, side_alpha: float = SIDE_ALPHA) -> float:
    """The error probability that one interval may spend.

    A side divides its own evenly over its (expectation, point) pairs, and look k = 1, 2, … of the doubling spends 2^-k
    of that: however often one looks, the sum stays below `side_alpha`.
    """
    return side_alpha / pairs * 2.0**-look


def mean(samples: np.ndarray, alpha: float, bounds: tuple[Bound, Bound] = (None, None)) -> Measured:
    n = len(samples)
    if n > 1 and (samples == samples[0]).all():  # exact: summing would round, and a constant has no spread to estimate
        return Measured(float(samples[0]), (float(samples[0]), float(samples[0])), n)
    center = float(samples.mean())
    if n == 1:
        return Measured(center, (None, None), n)
    half = -special.stdtrit(n - 1, alpha / 2) * float(samples.std(ddof=1)) / math.sqrt(n)
    return Measured(center, (float(center - half), float(center + half)), n)


def gmean(samples: np.ndarray, alpha: float, bounds: tuple[Bound, Bound] = (None, None)) -> Measured:
    if not (samples > 0).all():
        worst = int(np.argmin(samples))
        msg = f"gmean needs positive numbers, but replicate {worst} measured {samples[worst]:.6g}"
        raise EstimateError(msg)
    if (samples == samples[0]).all():  # exact: exp(log(x)) need not be x
        return mean(samples, alpha)
    logs = mean(np.log(samples), alpha)
    low, high = (None if end is None else math.exp(end) for end in logs.interval)
    return Measured(math.exp(logs.estimate), (low, high), len(samples))


def median(samples: np.ndarray, alpha: float, bounds: tuple[Bound, Bound] = (None, None)) -> Measured:
    n = len(samples)
    ordered = np.sort(samples)
    ranks = np.arange((n + 1) // 2)
    # the median lies below the smallest but r samples with probability P(Binomial(n, 1/2) <= r)
    allowed = np.flatnonzero(special.bdtr(ranks, n, 0.5) <= alpha / 2)
    ends: tuple[Bound, Bound] = (None, None)
    if len(allowed):
        rank = int(allowed[-1])
        ends = (float(ordered[rank]), float(ordered[n - 1 - rank]))
    return Measured(float(np.median(ordered)), ends, n)


def fraction(samples: np.ndarray, alpha: float, bounds: tuple[Bound, Bound] = (None, None)) -> Measured:
    n, k = len(samples), int(np.count_nonzero(samples))
    low = 0.0 if k == 0 else float(special.betaincinv(k, n - k + 1, alpha / 2))
    high = 1.0 if k == n else float(special.betainccinv(k + 1, n - k, alpha / 2))
    return Measured(k / n, (low, high), n)


def all_of(samples: np.ndarray, alpha: float, bounds: tuple[Bound, Bound] = (None, None)) -> Measured:  # noqa: ARG001
    share = int(np.count_nonzero(samples)) / len(samples)
    return Measured(share, (share, share), len(samples))
