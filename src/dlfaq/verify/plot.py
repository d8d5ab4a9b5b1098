"""The lines of an entry's plots, from what the trials of its claim measured."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dlfaq.evidence.record import Line
from dlfaq.knowledge.entry import Plot
from dlfaq.knowledge.estimators import ESTIMATORS
from dlfaq.knowledge.expectation import Quantity
from dlfaq.knowledge.plots import frames, line_quantity
from dlfaq.verify.evaluate import ExpressionError, Scope, each
from dlfaq.verify.judge import JudgeError, Measurement

MOST = 61  # points of a line: what a figure a hand wide can show
DIGITS = 4
SPREAD = (10, 50, 90)  # percentiles: the middle 80 % of the replicates around their median


def lines(plot: Plot, measured: Measurement) -> tuple[Line, ...]:
    """What a plot shows.

    Raises:
        JudgeError: If an expression has no finite value, or a logarithmic axis something that is
            not positive.
    """
    draw = _over_sweep if plot.x in measured.points[0] else _along_axis
    drawn = []
    for turned, places in frames(plot, measured.points):
        for label, text in plot.lines.items():
            try:
                line = draw(
                    plot, label, line_quantity(text), [measured.scopes[place] for place in places]
                )
            except ExpressionError as error:
                msg = f"the plot of `{text}`: {error}"
                raise JudgeError(msg) from error
            _check_logarithms(plot, text, line)
            drawn.append(replace(line, at=turned))
    return tuple(drawn)


def _check_logarithms(plot: Plot, text: str, line: Line) -> None:
    for axis, values in (("x", line.x), ("y", line.low)):
        if axis in plot.log and min(values) <= 0:
            msg = (
                f"the plot of `{text}` has the {axis} {min(values):g}, "
                "which a logarithmic axis cannot show"
            )
            raise JudgeError(msg)


def _over_sweep(plot: Plot, label: str, quantity: Quantity, scopes: Sequence[Scope]) -> Line:
    order = sorted(scopes, key=lambda scope: _x(plot, scope))
    spreads = [_spread(quantity, each(quantity, scope)) for scope in order]
    return _line(label, np.array([_x(plot, scope) for scope in order]), np.array(spreads).T)


def _x(plot: Plot, scope: Scope) -> float:
    """The swept parameter here.

    It is the same in every arm, since the sweep sets it in all of them.
    """
    return float(scope[plot.x])


def _along_axis(plot: Plot, label: str, quantity: Quantity, scopes: Sequence[Scope]) -> Line:
    (scope,) = scopes
    curves = each(quantity, scope)  # (R, T)
    arm = next((name.rpartition(".")[0] for name in quantity.names if scope[name].ndim > 1), "")
    x = scope[f"{arm}.{plot.x}" if arm else plot.x]
    kept = np.unique(np.linspace(0, len(x) - 1, min(len(x), MOST)).round().astype(int))
    return _line(label, x[kept], _spread(quantity, curves[:, kept]))


def _spread(quantity: Quantity, values: np.ndarray) -> np.ndarray:
    """Low, middle and high over the replicates, which are the first dimension.

    Of a condition it is the share, three times, since a share has no spread.
    """
    values = np.atleast_1d(values)
    if ESTIMATORS[quantity.estimator].takes == "condition":
        return np.repeat(values.mean(0)[None], len(SPREAD), axis=0)
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is named by `_line`
        return np.percentile(values, SPREAD, axis=0)


def _line(label: str, x: np.ndarray, spread: np.ndarray) -> Line:
    if not np.isfinite(spread).all():
        msg = f"the line '{label}' has numbers that are too large to be summed up"
        raise JudgeError(msg)
    low, median, high = ([float(f"{value:.{DIGITS}g}") for value in values] for values in spread)
    return Line(
        label,
        tuple(float(f"{value:.{DIGITS + 2}g}") for value in x),
        tuple(median),
        tuple(low),
        tuple(high),
    )
