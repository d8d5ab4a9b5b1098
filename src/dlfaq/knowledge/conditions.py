"""What a side of a claim is run under: its arms and the points of its sweep, with every parameter spelt out."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from math import prod

from dlfaq.knowledge.entry import Claim, Control, Parameters, Scalar
from dlfaq.knowledge.simulations import Signature


@dataclass(frozen=True)
class Condition:
    """A claim's own condition, or a control's.

    Attributes:
        arms: Parameters of each arm, defaults included, before the sweep sets its own; an arm without a name is "".
        points: The swept parameters at each point of the grid, the last one varying fastest; one empty point without
            a sweep.
        fixed: What a control sets in each arm: it wins over the point.
    """

    arms: Mapping[str, Parameters]
    points: tuple[Parameters, ...]
    fixed: Mapping[str, Parameters]

    def parameters(self, arm: str, point: Mapping[str, Scalar]) -> dict[str, Scalar]:
        """All parameters of one arm at one point."""
        return {**self.arms[arm], **point, **self.fixed[arm]}


def expand(claim: Claim, control: Control | None, signature: Signature) -> Condition:
    """Spell out a side: defaults < given < arms < sweep point < the control's arms < the control's given."""
    defaults = {name: parameter.default for name, parameter in signature.parameters.items()}
    arms = {arm: {**defaults, **claim.given, **parameters} for arm, parameters in (claim.arms or {"": {}}).items()}
    given, changed = (control.given, control.arms) if control else ({}, {})
    fixed = {arm: {**changed.get(arm, {}), **given} for arm in arms}
    sweep = swept(claim, control)
    points = tuple(dict(zip(sweep, values, strict=True)) for values in product(*sweep.values()))
    return Condition({arm: {**parameters, **fixed[arm]} for arm, parameters in arms.items()}, points, fixed)


def swept(claim: Claim, control: Control | None) -> dict[str, tuple[Scalar, ...]]:
    """The sweep of a side: a control's values replace the claim's, and what a control gives is swept no more."""
    if control is None:
        return dict(claim.sweep)
    sweep = {**claim.sweep, **control.sweep}
    return {name: values for name, values in sweep.items() if name not in control.given}


def size(claim: Claim, control: Control | None) -> int:
    """How many points the grid of a side has, before it is spelt out."""
    return prod(len(values) for values in swept(claim, control).values())
