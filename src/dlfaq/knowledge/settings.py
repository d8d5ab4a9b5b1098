"""What an experiment is run under: its arms and the points of its sweep, every parameter spelt out.

A condition changes both. What it gives wins over the arms and the sweep; its factors come last.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from math import prod

from dlfaq.knowledge.experiment import Condition, Experiment, Parameters, Scalar
from dlfaq.knowledge.simulations import Signature


@dataclass(frozen=True)
class Setting:
    """An experiment under a condition.

    Attributes:
        arms: Parameters of each arm, defaults included, before the sweep sets its own; an arm
            without a name is "".
        points: The swept parameters at each point of the grid, the last one varying fastest; one
            empty point without a sweep.
        fixed: What the condition sets in each arm: it wins over the point.
    """

    arms: Mapping[str, Parameters]
    points: tuple[Parameters, ...]
    fixed: Mapping[str, Parameters]

    def parameters(self, arm: str, point: Mapping[str, Scalar]) -> dict[str, Scalar]:
        """All parameters of one arm at one point."""
        return {**self.arms[arm], **point, **self.fixed[arm]}

    def rows(self, arm: str) -> list[dict[str, Scalar]]:
        """All parameters of one arm at every point."""
        return [self.parameters(arm, point) for point in self.points]


def expand(
    experiment: Experiment,
    condition: Condition,
    signature: Signature,
    at: Parameters | None = None,
) -> Setting:
    """Spell out an experiment under a condition.

    defaults < given < arms < sweep point < the condition's arms < the condition's given

    Args:
        experiment: Its own parameters, arms and sweep.
        condition: What changes; `Condition()` changes nothing.
        signature: Of the experiment's simulation.
        at: Swept parameters that are held at one value.
    """
    defaults = {name: parameter.default for name, parameter in signature.parameters.items()}
    arms = experiment.arms or {"": {}}
    own = {arm: {**defaults, **experiment.given, **given} for arm, given in arms.items()}
    fixed = {arm: {**condition.arms.get(arm, {}), **condition.given} for arm in arms}
    times = condition.times
    grid = swept(experiment, condition, at)
    sweep = {
        name: [_times(value, times.get(name)) for value in values] for name, values in grid.items()
    }
    points = tuple(dict(zip(sweep, values, strict=True)) for values in product(*sweep.values()))
    multiplied = {
        arm: {name: _times(value, times.get(name)) for name, value in given.items()}
        for arm, given in own.items()
    }
    spelt = {arm: {**given, **fixed[arm]} for arm, given in multiplied.items()}
    return Setting(spelt, points, fixed)


def swept(
    experiment: Experiment, condition: Condition, at: Parameters | None = None
) -> dict[str, tuple[Scalar, ...]]:
    """The sweep under a condition.

    The condition's values replace the experiment's, and what it gives is no longer swept.
    """
    held = {name: (value,) for name, value in (at or {}).items() if name in experiment.sweep}
    sweep = {**experiment.sweep, **held, **condition.sweep}
    return {name: values for name, values in sweep.items() if name not in condition.given}


def size(experiment: Experiment, condition: Condition) -> int:
    """How many points the grid of a sweep has, before it is spelt out."""
    return prod(len(values) for values in swept(experiment, condition).values())


def _times(value: Scalar, factor: float | None) -> Scalar:
    """A number times a factor; what is whole stays whole where it can."""
    if factor is None or isinstance(value, bool | str):
        return value
    product_ = value * factor
    return round(product_) if isinstance(value, int) and product_ == round(product_) else product_
