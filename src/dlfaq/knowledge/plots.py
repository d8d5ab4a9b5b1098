"""What the lines of a plot are: their expressions, and which points of a sweep a picture shows."""

from collections.abc import Sequence

from dlfaq.knowledge.entry import Plot
from dlfaq.knowledge.estimators import ESTIMATORS
from dlfaq.knowledge.expectation import Quantity, parse_quantity
from dlfaq.knowledge.experiment import Parameters


def line_quantity(text: str) -> Quantity:
    """The expression of a line, with what is drawn of it: the median over replicates, or a share.

    Raises:
        ExpectationError: If it is not of the language.
    """
    return parse_quantity(text if draws_share(text) else f"median({text})")


def draws_share(text: str) -> bool:
    """Whether a line is the share of the replicates in which a condition holds."""
    estimator = ESTIMATORS.get(text.lstrip().partition("(")[0])
    return estimator is not None and estimator.takes == "condition"


def frames(plot: Plot, points: Sequence[Parameters]) -> list[tuple[Parameters, list[int]]]:
    """What a plot shows, picture by picture.

    Returns:
        For each setting of what the reader may turn: the setting, and the places of the sweep's
        points that it shows.
    """
    found: dict[tuple, tuple[Parameters, list[int]]] = {}
    for place, point in enumerate(points):
        if plot.at.items() <= point.items():
            turned = {
                name: value
                for name, value in point.items()
                if name != plot.x and name not in plot.at
            }
            found.setdefault(tuple(turned.items()), (turned, []))[1].append(place)
    return list(found.values())
