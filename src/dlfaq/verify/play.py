"""One simulation, run by hand in this process, summed up for a reader."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dlfaq.errors import Problem, Problems
from dlfaq.knowledge.experiment import Parameters
from dlfaq.knowledge.simulations import Signature
from dlfaq.verify.intervals import mean
from dlfaq.verify.plan import Trial
from dlfaq.verify.worker import TrialError, run_trial

ALPHA = 0.05  # a single look by a single reader: the usual 95 %


@dataclass(frozen=True)
class Played:
    """What a run measured.

    Attributes:
        parameters: All of them, defaults included.
        metrics: (R,) or (R, T) by name.
        axes: For each curve, the name and the (T,) values of its axis.
    """

    simulation: str
    parameters: Parameters
    replicates: int
    metrics: dict[str, np.ndarray]
    axes: dict[str, tuple[str, np.ndarray]]

    def rows(self) -> list[tuple[str, str, str, str]]:
        """A header and one row a metric; of a curve its first and last points."""
        rows = [("metric", "mean", "95 % interval", "sd")]
        for name, values in self.metrics.items():
            if name not in self.axes:
                rows.append(_row(name, values))
                continue
            axis, at = self.axes[name]
            rows += [_row(f"{name}[{axis}={at[place]:g}]", values[:, place]) for place in (0, -1)]
        return rows

    def as_json(self) -> dict[str, Any]:
        """Plain values; a curve has lists along its axis."""
        metrics: dict[str, Any] = {}
        for name, values in self.metrics.items():
            columns = values if values.ndim > 1 else values[:, None]
            mean, ends, sd = zip(*(_summary(column) for column in columns.T), strict=True)
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
    return Played(signature.name, parameters, replicates, metrics, axes)


def draw(played: Played, path: Path) -> None:
    """Draw each metric: a curve with the spread of the replicates, or the replicates as points with their mean.

    Raises:
        Problems: If the file's ending is none that can be drawn.
    """
    import matplotlib as mpl

    mpl.use("agg")  # no window: this may run where there is no screen
    from matplotlib import pyplot as plt

    if path.suffix not in {".svg", ".png", ".pdf"}:
        raise Problems([Problem(str(path), None, "a figure ends in .svg, .png or .pdf.")])
    count = len(played.metrics)
    figure, axes = plt.subplots(
        1, count, figsize=(4.2 * count, 3.2), squeeze=False, layout="constrained"
    )
    for ax, (name, values) in zip(axes[0], played.metrics.items(), strict=True):
        if name in played.axes:
            axis, at = played.axes[name]
            low, middle, high = np.quantile(values, [0.1, 0.5, 0.9], axis=0)
            ax.fill_between(
                at, low, high, alpha=0.25, linewidth=0, label="10 to 90 % of replicates"
            )
            ax.plot(at, middle, label="median")
            ax.set_xlabel(axis)
            ax.legend(frameon=False)
        else:
            ax.plot(values, np.arange(len(values)), "o", markersize=3, alpha=0.6)
            ax.axvline(values.mean(), linestyle="--", label="mean")
            ax.set_ylabel("replicate")
            ax.legend(frameon=False)
        ax.set_title(name)
    figure.suptitle(played.simulation)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    plt.close(figure)


def _row(name: str, values: np.ndarray) -> tuple[str, str, str, str]:
    mean, (low, high), sd = _summary(values)
    ends = "needs 6 that differ" if low is None else f"[{low:.6g}, {high:.6g}]"
    return name, f"{mean:.6g}", ends, f"{sd:.4g}"


def _summary(values: np.ndarray) -> tuple[float, tuple[float | None, float | None], float]:
    estimate = mean(values, ALPHA)
    return (
        estimate.estimate,
        estimate.interval,
        float(values.std(ddof=1)) if len(values) > 1 else 0.0,
    )
