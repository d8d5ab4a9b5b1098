"""What a claim is about: an experiment, and the conditions under which it is repeated."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Scalar = bool | int | float | str
Parameters = Mapping[str, Scalar]

OWN = ""  # the name of a claim's own setting, beside those of its conditions


@dataclass(frozen=True)
class Condition:
    """A named change of an experiment.

    Attributes:
        name: Unique within its experiment.
        given: Parameters that win over everything the experiment sets.
        arms: Parameters changed in single arms only; other arms stay as they are.
        sweep: Swept values that replace the experiment's, parameter by parameter.
        times: Factors by which numeric parameters are multiplied, wherever they were set.
        line: Where it stands in the entry's file, from 1; 0 for a standard condition.
    """

    name: str = OWN
    given: Parameters = field(default_factory=dict)
    arms: Mapping[str, Parameters] = field(default_factory=dict)
    sweep: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)
    times: Mapping[str, int | float] = field(default_factory=dict)
    line: int = 0


# Conditions that every experiment has by name, if its simulation has the parameters.
STANDARD: Mapping[str, Condition] = {
    one.name: one
    for one in (
        Condition("longer", times={"steps": 4}),
        Condition("tuned", given={"tune": True}),
        Condition("adamw", given={"optimizer": "adamw", "tune": True}),
        Condition("wider", times={"hidden": 4}),
        Condition("normalized", given={"norm": "batch"}),
        Condition("other-data", given={"data": "cancer"}),
    )
}
VARIED = ("adamw", "wider", "normalized", "other-data")  # a claim about training names at least one


@dataclass(frozen=True)
class Experiment:
    """A configuration of a simulation. Claims about it share its trials.

    Attributes:
        id: Unique within its entry.
        simulation: The name of a file and function in `sims/`.
        given: Parameters that differ from the simulation's defaults.
        arms: Named sets of parameters, compared on the same replicates; empty for one unnamed arm.
        sweep: Parameters that take several values; several parameters form a grid.
        replicates: How many the first look takes.
        limit: How many the last look may reach by doubling.
        conditions: Its own, by name; `condition` knows the standard ones too.
        line: Where it stands in the entry's file, from 1.
    """

    id: str
    simulation: str
    given: Parameters = field(default_factory=dict)
    arms: Mapping[str, Parameters] = field(default_factory=dict)
    sweep: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)
    replicates: int = 32
    limit: int = 256
    conditions: Mapping[str, Condition] = field(default_factory=dict)
    line: int = 0

    def condition(self, name: str) -> Condition:
        """The condition of a name, its own before a standard one; KeyError if there is none."""
        if name == OWN:
            return Condition()
        return self.conditions[name] if name in self.conditions else STANDARD[name]
