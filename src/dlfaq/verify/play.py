"""One simulation, run by hand in this process, summed up for a reader."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dlfaq.errors import Problem, Problems
from dlfaq.knowledge.experiment import Parameters
from dlfaq.knowledge.ranges import UNKNOWN, Range, read_range, read_unit
from dlfaq.knowledge.simulations import Signature
from dlfaq.verify.intervals import mean
from dlfaq.verify.plan import Trial
from dlfaq.verify.worker import TrialError, run_trial

ALPHA = 0.05  # a single look by a single reader: the usual 95 %
FEW = 20  # points of a curve that are marked one by one


@dataclass(frozen=True)
class Played:
    """What a run measured.

    Attributes:
        parameters: All of them, defaults included.
        metrics: (R,) or (R, T) by name.
        axes: For each curve, the name and the (T,) values of its axis.
        docs: What each metric is, in the words of the simulation's docstring.
    """

    simulation: str
    parameters: Parameters
    replicates: int
    metrics: dict[str, np.ndarray]
    axes: dict[str, tuple[str, np.ndarray]]
    docs: Mapping[str, str]

    def rows(self) -> list[tuple[str, ...]]:
        """A header and one row a metric; of a curve its first and last points."""
        rows = [("metric", "mean", "95 % interval", "sd", "unit, range")]
        for name, values in self.metrics.items():
            limits = self.limits(name)
            if name not in self.axes:
                rows.append((*self._row(name, values, name), limits))
                continue
            axis, at = self.axes[name]
            rows += [
                (*self._row(name, values[:, place], f"{name}[{axis}={at[place]:g}]"), limits)
                for place in (0, -1)
            ]
        return rows

    def summary(
        self, name: str, values: np.ndarray
    ) -> tuple[float, tuple[float | None, float | None], float]:
        """Mean, its interval and the standard deviation of a metric's (R,) values."""
        low, high = bounds = read_range(self.docs[name])
        outside = (low is not None and values.min() < low) or (
            high is not None and values.max() > high
        )
        estimate = mean(values, ALPHA, UNKNOWN if outside else bounds)
        sd = float(values.std(ddof=1)) if len(values) > 1 else 0.0
        return estimate.estimate, estimate.interval, sd

    def _row(self, name: str, values: np.ndarray, title: str) -> tuple[str, str, str, str]:
        mean, ends, sd = self.summary(name, values)
        return title, f"{mean:.6g}", _interval(ends), f"{sd:.4g}"

    def limits(self, name: str) -> str:
        """The unit and the range of a metric as its docstring states them: `nats, at most 10`."""
        doc = self.docs[name]
        return ", ".join(part for part in (read_unit(doc), _words(read_range(doc))) if part)

    def as_json(self) -> dict[str, Any]:
        """Plain values; a curve has lists along its axis."""
        metrics: dict[str, Any] = {}
        for name, values in self.metrics.items():
            columns = values if values.ndim > 1 else values[:, None]
            mean, ends, sd = zip(*(self.summary(name, column) for column in columns.T), strict=True)
            if name in self.axes:
                axis, at = self.axes[name]
                metrics[name] = {
                    "axis": {axis: at.tolist()},
                    "mean": mean,
                    "interval": ends,
                    "sd": sd,
                }
            else:
                metrics[name] = {"mean": mean[0], "interval": ends[0], "sd": sd[0]}
            doc = self.docs[name]
            metrics[name] |= {"unit": read_unit(doc), "range": read_range(doc), "doc": doc}
        return {
            "simulation": self.simulation,
            "parameters": dict(self.parameters),
            "replicates": self.replicates,
            "metrics": metrics,
        }


def play(
    root: Path,
    signature: Signature,
    given: Parameters,
    *,
    first: int,
    replicates: int,
    device: str = "cpu",
    seed: int = 0,
) -> Played:
    """Run the simulation here and now.

    Raises:
        Problems: If it breaks; the cause is named.
    """
    parameters = {
        name: parameter.default for name, parameter in signature.parameters.items()
    } | dict(given)
    trial = Trial(
        signature.name, tuple(sorted(parameters.items())), first, first + replicates, device, seed
    )
    try:
        measured = run_trial(root, trial)
    except TrialError as error:
        raise Problems([Problem(signature.shown, None, str(error))]) from error
    axes = {
        name: (metric.axis, np.asarray(measured[metric.axis]))
        for name, metric in signature.metrics.items()
        if metric.axis is not None
    }
    metrics = {name: measured[name] for name in signature.metrics}
    docs = {name: metric.doc for name, metric in signature.metrics.items()}
    return Played(signature.name, parameters, replicates, metrics, axes, docs)


def draw(played: Played, path: Path) -> None:
    """Draw each metric.

    A curve is drawn over its axis with a band; of a number, the distribution with its mean.

    Raises:
        Problems: If the file's ending is none that can be drawn.
    """
    import matplotlib as mpl

    mpl.use("agg")  # no window: this may run where there is no screen
    from matplotlib import pyplot as plt

    if path.suffix not in {".svg", ".png", ".pdf"}:
        raise Problems([Problem(str(path), None, "a figure ends in .svg, .png or .pdf.")])
    names = sorted(played.metrics, key=lambda name: name not in played.axes)  # curves first
    columns = min(len(names), 3)
    rows = -(-len(names) // columns)
    figure, panels = plt.subplots(
        rows, columns, figsize=(4.2 * columns, 3 * rows), squeeze=False, layout="constrained"
    )
    for ax, name in zip(panels.flat, names, strict=False):
        (_draw_curve if name in played.axes else _draw_number)(ax, played, name)
    for ax in panels.flat[len(names) :]:
        ax.set_visible(False)
    figure.suptitle(f"{played.simulation}, {played.replicates} replicates")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    plt.close(figure)


def _draw_curve(ax: Any, played: Played, name: str) -> None:
    axis, at = played.axes[name]
    values = played.metrics[name]
    low, middle, high = np.quantile(values, [0.1, 0.5, 0.9], axis=0)
    ax.fill_between(at, low, high, alpha=0.25, linewidth=0, label="10 to 90 % of replicates")
    ax.plot(at, middle, ".-" if len(at) < FEW else "-", label="median")
    ax.set_xlabel(axis)
    ax.set_ylabel(_label(played, name))
    if _is_wide(low):
        ax.set_yscale("log")
    if _is_geometric(at):
        ax.set_xscale("log")
    ax.legend(frameon=False)
    ax.set_title(_title(played, name), fontsize="small")


def _draw_number(ax: Any, played: Played, name: str) -> None:
    """A histogram, and the mean with its interval on top; equal numbers are the one point."""
    values = np.asarray(played.metrics[name], float)
    estimate, (low, high), sd = played.summary(name, values)
    top = 1.0
    if sd > 0 and np.isfinite(values).all():
        bins = np.linspace(values.min(), values.max(), 13)
        if _is_wide(values):
            bins = np.geomspace(values.min(), values.max(), 13)
            ax.set_xscale("log")
        counts, *_ = ax.hist(values, bins=bins, alpha=0.35)
        top = counts.max()
        ax.set_ylabel("replicates")
    else:
        ax.set_yticks([])
    known = low is not None and high is not None
    reach = [[estimate - low], [high - estimate]] if known else None
    text = "mean, 95 % interval" if reach else "mean"
    ax.errorbar(estimate, 1.1 * top, xerr=reach, fmt="o", capsize=3, label=text)
    ax.annotate(
        f"{estimate:.4g}", (estimate, 1.1 * top), (0, 6), textcoords="offset points", ha="center"
    )
    ax.set_ylim(0, 1.45 * top)
    ax.set_xlabel(_label(played, name))
    ax.legend(frameon=False, loc="upper right", fontsize="small")
    ax.set_title(_title(played, name), fontsize="small")


def _label(played: Played, name: str) -> str:
    unit = read_unit(played.docs[name])
    return f"{name}, in {unit}" if unit and unit != "share" else name


def _title(played: Played, name: str) -> str:
    """What the metric is, in two lines at most."""
    return "\n".join(textwrap.wrap(played.docs[name], 52, max_lines=2, placeholder=" …"))


def _is_wide(values: np.ndarray) -> bool:
    """Whether positive numbers span more than three powers of ten."""
    return bool(values.min() > 0 and values.max() > 1000 * values.min())


def _is_geometric(at: np.ndarray) -> bool:
    """Whether an axis goes on by equal factors."""
    if at.min() <= 0 or at.max() == at.min():
        return False
    return bool(np.allclose(np.diff(np.log(at)), np.log(at[1] / at[0]), rtol=0.02))


def _words(bounds: Range) -> str:
    """`0 to 1`, `at least 0`, `at most 10`, or nothing.

    >>> _words((0.0, 1.0)), _words((None, 10.0)), _words((None, None))
    ('0 to 1', 'at most 10', '')
    """
    match bounds:
        case (None, None):
            return ""
        case (None, high):
            return f"at most {high:g}"
        case (low, None):
            return f"at least {low:g}"
        case (low, high):
            return f"{low:g} to {high:g}"


def _interval(ends: Range) -> str:
    """The interval of a mean; few values bound it on the side where the metric ends, or not."""
    low, high = ends
    if low is None or high is None:
        return _words(ends) or "needs 6 that differ"
    return f"[{low:.6g}, {high:.6g}]"
