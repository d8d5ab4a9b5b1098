"""The mean of numbers that cannot fall below zero: how low it may be, whatever their distribution.

The idea is that of Waudby-Smith and Ramdas, "Estimating means of bounded random variables by
betting" (arXiv:2010.09686). Start with one unit of money, and bet on each number x that it exceeds
m: the share s of the money that is staked turns into s * x / m. If m is the mean, no bet wins on
average, so the money reaches 1/alpha with a probability of at most alpha (Markov's inequality).
Every m at which we become that rich is therefore no plausible mean. The money is divided over many
values of s in advance, so the result does not depend on the order of the numbers.
"""

import math

import numpy as np
from scipy import special

SHARES = 32  # into how many shares the money is divided
HALVINGS = 30  # of the range in which the end is sought: it is found to nine digits


def lower_end(samples: np.ndarray, alpha: float) -> float:
    """The lower end of a one-sided interval for the mean of numbers that are never negative.

    Args:
        samples: (R,) numbers, none below zero.
        alpha: The probability with which the end may lie above the true mean; guaranteed for
            independent replicates of any distribution.
    """
    lowest, highest = 0.0, float(samples.mean())
    if highest == 0:
        return 0.0
    for _ in range(HALVINGS):  # the money shrinks as m grows
        middle = (lowest + highest) / 2
        if log_money(samples, middle) >= -math.log(alpha):
            lowest = middle
        else:
            highest = middle
    return lowest


def log_money(samples: np.ndarray, mean: float) -> float:
    """The logarithm of the money after a bet on each sample that it exceeds `mean` (above zero)."""
    shares, weights = _shares()
    with np.errstate(divide="ignore"):  # a zero takes a stake of everything: the logarithm of 0
        gains = np.log1p(shares[:, None] * (samples / mean - 1)).sum(axis=1)  # (SHARES,)
    return float(special.logsumexp(gains, b=weights))


def _shares() -> tuple[np.ndarray, np.ndarray]:
    """Shares up to 1, denser at both ends (Chebyshev's nodes; the last has half a weight)."""
    shares = (1 - np.cos(np.pi * np.arange(1, SHARES + 1) / SHARES)) / 2
    weights = np.full(SHARES, 1 / SHARES)
    weights[-1] /= 2
    return shares, weights
