"""Conditions and settings in words."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from dlfaq.knowledge.docstring import filled
from dlfaq.knowledge.entry import Claim, Entry
from dlfaq.knowledge.experiment import Condition, Experiment, Scalar
from dlfaq.knowledge.settings import expand
from dlfaq.knowledge.simulations import Signature

STANDARD = {
    "longer": "4 × longer",
    "tuned": "each at its best rate",
    "adamw": "AdamW",
    "wider": "4 × wider",
    "normalized": "batch norm",
    "other-data": "other data",
}
MANY = 6  # values of a parameter that a sentence names each


def naming(entry: Entry, claim: Claim) -> Callable[[str], str]:
    """What calls the conditions of a claim by their names in words."""
    experiment = entry.experiment_of(claim)
    return lambda name: condition_name(experiment, name)


def condition_name(experiment: Experiment, name: str) -> str:
    """A condition in words."""
    if name in STANDARD and name not in experiment.conditions:
        return STANDARD[name]
    return name.replace("-", " ")


def changes(condition: Condition) -> str:
    """What a condition changes, in words.

    >>> changes(Condition(given={"tune": True}, times={"steps": 4}))
    'tune = yes, steps × 4'
    """
    pairs = [f"{_name(name)} = {_value(value)}" for name, value in condition.given.items()]
    for arm, given in condition.arms.items():
        pairs += [f"{_name(name)} = {_value(value)} in {arm}" for name, value in given.items()]
    pairs += [
        f"{_name(name)} = {_listed(map(_value, values))}"
        for name, values in condition.sweep.items()
    ]
    pairs += [f"{_name(name)} × {factor:g}" for name, factor in condition.times.items()]
    return ", ".join(pairs)


def setting(experiment: Experiment, signature: Signature, at: Mapping[str, Scalar]) -> str:
    """The setting of an experiment as one sentence.

    It is the simulation's own with the parameters filled in. A parameter that differs between arms,
    or along the sweep, is named with all its values. Of a simulation that has no such sentence, it
    is what the experiment sets.
    """
    if not signature.setting:
        held = {name: (value,) for name, value in at.items()}
        own = changes(
            Condition("", experiment.given, experiment.arms, {**experiment.sweep, **held})
        )
        return f"{own}; the rest by default" if own else "all parameters by default"
    spelt = expand(experiment, Condition(), signature, at)
    rows = [(arm, row) for arm in spelt.arms for row in spelt.rows(arm)]
    values = {
        name: _of_all([(arm, row[name]) for arm, row in rows]) for name in signature.parameters
    }
    return filled(signature.setting, values)


def _of_all(found: Sequence[tuple[str, Scalar]]) -> str:
    """One value, or all that there are; where arms differ in it, with their names.

    Where most arms share one, only the others are named.
    """
    by_arm: dict[str, list[str]] = {}
    for arm, value in found:
        by_arm.setdefault(arm, []).append(_value(value))
    named: dict[str, list[str]] = {}
    for arm, values in by_arm.items():
        named.setdefault(_listed(dict.fromkeys(values)), []).append(arm)
    if len(named) == 1:
        return next(iter(named))
    usual, *others = sorted(named.items(), key=lambda pair: -len(pair[1]))
    if len(usual[1]) > sum(len(arms) for _, arms in others) and len(usual[1]) > 1:
        told = "; ".join(f"{', '.join(arms)}: {values}" for values, arms in others)
        return f"{usual[0]} ({told})"
    return _listed(f"{values} ({', '.join(arms)})" for values, arms in named.items())


def _listed(values: Iterable[str]) -> str:
    found = list(values)
    if len(found) > MANY:
        return f"{found[0]} to {found[-1]}"
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} or {found[-1]}"


def _name(parameter: str) -> str:
    return parameter.replace("_", " ")


def _value(value: Scalar) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
