"""Which error probability one interval may spend, so that a full verification seldom errs."""

FALSE_ALARM = 0.01  # chance that one full verification rules wrongly on anything
SHOWN_ALPHA = 0.05  # of the numbers shown in texts: single measurements, read as such


def side_alpha(sides: int) -> float:
    """The error probability that one side may spend in an FAQ with so many sides.

    A side is a claim in its own setting or under one condition. The number is rounded up to the
    next power of two, so that a new claim rarely changes the level at which the others are judged.
    """
    return FALSE_ALARM / 2 ** max(sides - 1, 0).bit_length()


SIDE_ALPHA = side_alpha(2000)  # where the FAQ is not at hand


def level(points: int, look: int, side_alpha: float = SIDE_ALPHA) -> float:
    """The error probability that one interval may spend.

    A side divides its own evenly over the points of the sweep, and look k = 1, 2, … of the doubling
    spends 2^-k of that: however often one looks, the sum stays below `side_alpha`.
    """
    return side_alpha / points * 2.0**-look
