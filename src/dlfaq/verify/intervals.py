"""One number per replicate, summed up: an estimate with an interval that covers the truth.

Each estimator is a plain function of the samples, the level and the known bounds of the samples.
An end of an interval is None where the replicates are too few to bound the quantity at that
level.

What is promised, if the replicates are independent:

- `median` and `fraction` miss the truth with a probability of at most `alpha`, for any
  distribution.
- `mean` of an unbounded quantity cannot promise that: one enormous value, too rare to be in the
  sample, moves the mean anywhere. Its promise is tested instead: it misses at most twice as often
  as it may for normal, exponential and lognormal numbers (sigma up to 1), for 0/1, and for normal
  numbers of which one in twenty lies 20 standard deviations off; at levels of 5 %, 0.1 % and 0.01
  %, from 2 to 512 replicates. At 1e-6, where claims are decided, lognormal numbers were seen to
  miss up to six times as often (21 replicates). Heavier tails and rarer or farther outliers are
  not covered.
- `mean` of a bounded quantity is the narrower, end by end, of that interval and a guaranteed one
  (`bounded`), at half of `alpha` each. A constant has only the guaranteed one, which leaves room
  for what the sample may have missed: 32 accuracies of 1.0 show at 1e-6 a mean above 0.58, no
  more.
- `gmean` promises for the logarithms what `mean` promises for the numbers.
- `all` counts. It has no interval: it is for what mathematics or PyTorch's code makes certain.

If a few trainings in a hundred fail, a `mean` may not notice: state the failures as a `fraction`.
A `median` assumes nothing and needs fewer replicates than a `mean`; 21 give it an interval at
1e-6. `scipy.special` and not `scipy.stats`: it loads in a fraction of the time.
"""

import math

import numpy as np
from scipy import special

from dlfaq.evidence.record import Bound, Measured
from dlfaq.verify.bounded import lower_end

Bounds = tuple[float | None, float | None]
UNKNOWN: Bounds = (None, None)

RARE = 1 / 20  # an outlier may be as rare as one replicate in twenty,
FAR = 20  # and that many standard deviations off, and the mean is still covered
FEW = 10  # Student's t is widened by 1 + FEW / n: lognormal numbers need it at 16 replicates
SKEW = 2.5  # times Johnson's correction: a sample shows less skewness than its distribution has
ROUNDING = 1e-6  # relative: samples that differ by less are constant up to float32's rounding


class EstimateError(ValueError):
    """Measurements of which the estimator makes no sense; the message says which and why."""


def mean(samples: np.ndarray, alpha: float, bounds: Bounds = UNKNOWN) -> Measured:
    """The mean, and where it may lie.

    Args:
        samples: (R,) numbers.
        alpha: The probability with which the interval may miss the true mean.
        bounds: The least and the greatest value that is possible; None where there is no bound.

    Raises:
        EstimateError: If a sample lies outside of the bounds, or their sum is too large.
    """
    samples = _inside(samples, bounds)
    with np.errstate(over="ignore"):
        estimate = float(samples[0]) if (samples == samples[0]).all() else float(samples.mean())
    if not math.isfinite(estimate):
        msg = f"the numbers are too large to be summed, up to {np.abs(samples).max():.6g}"
        raise EstimateError(msg)
    if bounds == UNKNOWN:
        low, high = studentized(samples, alpha)
        return Measured(estimate, (_known(low), _known(high)), len(samples))
    low, high = studentized(samples, alpha / 2, bounds)
    least, greatest = bounds
    if least is not None:
        low = max(float(low), least + lower_end(samples - least, alpha / 4))
    if greatest is not None:
        high = min(float(high), greatest - lower_end(greatest - samples, alpha / 4))
    return Measured(estimate, (_known(low), _known(high)), len(samples))


def gmean(samples: np.ndarray, alpha: float, bounds: Bounds = UNKNOWN) -> Measured:
    """The geometric mean: the mean of the logarithms, and back.

    Raises:
        EstimateError: If a sample is not positive, or lies outside of the bounds.
    """
    if not (samples > 0).all():
        worst = int(np.argmin(samples))
        msg = f"gmean needs positive numbers, but replicate {worst} measured {samples[worst]:.6g}"
        raise EstimateError(msg)
    least, greatest = (
        math.log(bound) if bound is not None and bound > 0 else None for bound in bounds
    )
    logs = mean(np.log(samples), alpha, (least, greatest))
    low, high = (None if end is None else _exp(end) for end in logs.interval)
    is_constant = (samples == samples[0]).all()  # exp(log(x)) need not be x
    return Measured(
        float(samples[0]) if is_constant else math.exp(logs.estimate), (low, high), len(samples)
    )


def _exp(end: float) -> Bound:
    """Back from a logarithm; None where no float is so large."""
    try:
        return math.exp(end)
    except OverflowError:
        return None


def median(samples: np.ndarray, alpha: float, bounds: Bounds = UNKNOWN) -> Measured:
    """The median, between two order statistics; with too few replicates, between the bounds."""
    n = len(samples)
    ordered = np.sort(_inside(samples, bounds))
    ranks = np.arange((n + 1) // 2)
    # the median lies below the smallest but r samples with probability P(Binomial(n, 1/2) <= r)
    allowed = np.flatnonzero(special.bdtr(ranks, n, 0.5) <= alpha / 2)
    ends: tuple[Bound, Bound] = bounds
    if len(allowed):
        rank = int(allowed[-1])
        ends = (float(ordered[rank]), float(ordered[n - 1 - rank]))
    return Measured(float(np.median(ordered)), ends, n)


def fraction(samples: np.ndarray, alpha: float, _: Bounds = UNKNOWN) -> Measured:
    """The share of replicates for which a condition holds (Clopper and Pearson)."""
    n, k = len(samples), int(np.count_nonzero(samples))
    low = 0.0 if k == 0 else float(special.betaincinv(k, n - k + 1, alpha / 2))
    high = 1.0 if k == n else float(special.betainccinv(k + 1, n - k, alpha / 2))
    return Measured(k / n, (low, high), n)


def every(samples: np.ndarray, alpha: float, _: Bounds = UNKNOWN) -> Measured:  # noqa: ARG001
    """The share of replicates for which a condition holds that must hold in all of them."""
    share = int(np.count_nonzero(samples)) / len(samples)
    return Measured(share, (share, share), len(samples))


def extremes(samples: np.ndarray) -> tuple[Bound, Bound]:
    """The least and the greatest sample: where what is exact must lie in every replicate."""
    return float(samples.min()), float(samples.max())


def studentized(
    samples: np.ndarray, alpha: float, bounds: Bounds = UNKNOWN
) -> tuple[np.ndarray, np.ndarray]:
    """Student's interval for the mean, made wide enough for what the module's docstring promises.

    Each side is the larger of two widths. One is for what was seen: Student's t, wider for few
    replicates and for a tail on that side (Johnson's correction for skewness). The other is for
    what may not have been seen: outliers, if a sample of this size misses them all too often.

    Args:
        samples: (…, R) numbers; one interval for each row.
        alpha: The probability with which one interval may miss.
        bounds: See `mean`.

    Returns:
        The low and high ends, (…); infinite where there are too few replicates (not even a median
        could be bounded), and for constants, whose spread is unknown.
    """
    samples = np.asarray(samples, dtype=np.float64)
    n = samples.shape[-1]
    with np.errstate(all="ignore"):  # numbers near 1e308 overflow, and then nothing is promised
        middle = samples.mean(-1)
        if n < math.log2(2 / alpha):
            return np.full_like(middle, -np.inf), np.full_like(middle, np.inf)
        off = samples - middle[..., None]
        spread = np.sqrt((off**2).sum(-1) / (n - 1))
        skewness = ((off / spread[..., None]) ** 3).mean(-1)
        is_constant = np.ptp(samples, axis=-1) <= ROUNDING * np.abs(samples).max(-1)
        shifts = [
            FAR * RARE * spread if bound is None else RARE * np.abs(bound - middle)
            for bound in bounds
        ]
        below, above = (
            np.maximum(_seen(n, alpha, sign * skewness) * spread, _unseen(n, alpha, spread, shift))
            for sign, shift in zip((-1, 1), shifts, strict=True)
        )
        is_open = is_constant | ~np.isfinite(below + above)
        return np.where(is_open, -np.inf, middle - below), np.where(is_open, np.inf, middle + above)


def _seen(n: int, alpha: float, skewness: np.ndarray) -> np.ndarray:
    """Half a width in standard deviations, on the side to which the skewness is positive."""
    t, z = -special.stdtrit(n - 1, alpha / 2), special.ndtri(alpha / 2)
    return t * _one(n) + SKEW * np.maximum(skewness, 0) * (1 + 2 * z**2) / (6 * n)


def _unseen(n: int, alpha: float, spread: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Half a width if rare outliers, which the sample does not show, move the mean by `shift`."""
    missed = (1 - RARE) ** n  # the probability that none of them is in the sample
    if missed <= alpha / 2:
        return np.zeros_like(spread)
    t = -special.stdtrit(n - 1, min(0.5, alpha / 2 / missed))
    # the spread is an estimate like the mean: their errors together are sqrt(3/2) times the mean's
    return np.minimum(shift, FAR * RARE * spread) + math.sqrt(1.5) * t * _one(n) * spread


def _one(n: int) -> float:
    """The standard error in standard deviations, with an allowance for few replicates."""
    return (1 + FEW / n) / math.sqrt(n)


def _inside(samples: np.ndarray, bounds: Bounds) -> np.ndarray:
    """The samples, moved to the bounds where rounding put them beyond."""
    samples = np.asarray(samples, dtype=np.float64)
    for sign, bound in zip((1, -1), bounds, strict=True):
        if bound is None:
            continue
        beyond = sign * (bound - samples)
        worst = int(np.argmax(beyond))
        if beyond[worst] > ROUNDING * max(1.0, abs(bound)):
            limit = "at least" if sign > 0 else "at most"
            told = f"it is said to be {limit} {bound:g}"
            msg = f"{told}, but replicate {worst} measured {samples[worst]:.6g}"
            raise EstimateError(msg)
        samples = np.maximum(samples, bound) if sign > 0 else np.minimum(samples, bound)
    return samples


def _known(end: np.ndarray | float) -> Bound:
    return float(end) if math.isfinite(end) else None
