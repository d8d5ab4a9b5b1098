"""What a side of a claim is run under: its arms and the points of its sweep, with every parameter spelt out."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from dlfaq.knowledge.entry import Claim, Control, Parameters, Scalar
from dlfaq.knowledge.simulations import Signature


@dataclass(frozen=True)
class Condition:
    """A claim's own condition, or a control's.

    Attributes:
        arms: Parameters of each arm without the swept ones, defaults included; a single arm without a name is "".
        points: The swept parameters at each point of the grid, the last one varying fastest; one empty point without
            a sweep.
        fixed: What the control gives: it wins over the point.
    """

    arms: Mapping[str, Parameters]
    points: tuple[Mapping[str, Scalar], ...]
    arm_fixed: Mapping[str, Parameters]

    def parameters(self, arm: str, point: Mapping[str, Scalar]) -> dict[str, Scalar]:
        """All parameters of one arm at one point."""
        return {**self.arms[arm], **point, **self.arm_fixed.get(arm, {})}


def expand(claim: Claim, control: Control | None, signature: Signature) -> Condition:
    """Spell out a side: given < arms < sweep point < the control's arms < the control's given."""
    defaults = {name: parameter.default for name, parameter in signature.parameters.items()}
    given = dict(control.given) if control else {}
    changed = control.arms if control else {}
    arms = {name: {**defaults, **claim.given, **parameters} for name, parameters in (claim.arms or {"": {}}).items()}
    fixed = {name: {**changed.get(name, {}), **given} for name in arms}
    sweep = {**claim.sweep, **(control.sweep if control else {})}
    swept = {name: values for name, values in sweep.items() if name not in given}
    points = tuple(dict(zip(swept, values, strict=True)) for values in product(*swept.values()))
    return Condition({name: {**parameters, **fixed[name]} for name, parameters in arms.items()}, points, fixed)
