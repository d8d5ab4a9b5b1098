"""The experiments of an entry's file: parameters, arms, sweeps, conditions, replicates."""

from collections import Counter

from dlfaq.errors import Problem
from dlfaq.knowledge.experiment import OWN, Condition, Experiment, Parameters, Scalar
from dlfaq.knowledge.fields import IDS, MOST_ITEMS, Fields, is_id
from dlfaq.knowledge.schema import keys
from dlfaq.knowledge.yaml_file import Node

REPLICATES, MOST_REPLICATES, MOST_AT_LIMIT = 32, 4096, 65536
LOOKS = 8  # the default limit is this many times the replicates: three doublings
CHANGES = ("given", "arms", "sweep", "times")


def read_experiments(
    entry: Fields, problems: list[Problem]
) -> tuple[dict[str, Experiment], frozenset[str]]:
    """The experiments by id, and the ids of those that could not be read as they were meant."""
    node = entry.get("experiments")
    found, half_read = {}, set()
    for name, item in entry.children(node, "'experiments' of the entry"):
        before = len(problems)
        fields = Fields(item, entry.shown, f"experiment '{name}'", problems, keys("experiment"))
        if not is_id(name):
            fields.problem(f"the experiment '{name[:80]}' is not made of {IDS}.", node.keys[name])
        found[name] = _experiment(name, fields)
        if len(problems) > before:
            half_read.add(name)
    return found, frozenset(half_read)


def _experiment(name: str, fields: Fields) -> Experiment:
    replicates, limit = _replicates(fields)
    own = fields.children(fields.get("conditions", needed=False), f"'conditions' of {fields.what}")
    return Experiment(
        id=name,
        simulation=fields.line("simulation"),
        given=fields.scalars("given"),
        arms=_arms(fields),
        sweep=_sweep(fields),
        replicates=replicates,
        limit=limit,
        conditions={one: _condition(one, item, fields) for one, item in own},
        line=fields.node.line,
    )


def _replicates(fields: Fields) -> tuple[int, int]:
    replicates = fields.integer("replicates", REPLICATES) or 0
    if not 1 <= replicates <= MOST_REPLICATES or replicates & (replicates - 1):
        rule = f"a power of two from 1 to {MOST_REPLICATES}"
        what = f"'replicates' of {fields.what} is {replicates}, not {rule}."
        fields.problem(what, fields.node.keys["replicates"])
        replicates = REPLICATES
    limit = fields.integer("limit", LOOKS * replicates) or 0
    if not replicates <= limit <= MOST_AT_LIMIT:
        rule = f"from its {replicates} replicates to {MOST_AT_LIMIT}"
        what = f"'limit' of {fields.what} is {limit}, not {rule}."
        fields.problem(what, fields.node.keys["limit"])
    return replicates, limit


def _condition(name: str, node: Node, experiment: Fields) -> Condition:
    what = f"condition '{name}' of {experiment.what}"
    fields = Fields(node, experiment.shown, what, experiment.problems, keys("condition"))
    if not is_id(name):
        fields.problem(f"the name of {what} is not made of {IDS}.")
    if fields.is_mapping and not set(CHANGES) & {*fields.values, *fields.meant}:
        fields.problem(
            f"{what} changes nothing.", None, "Add `given:`, `arms:`, `sweep:` or `times:`."
        )
    times = {
        key: value
        for key, value in fields.scalars("times").items()
        if _is_factor(key, value, fields)
    }
    return Condition(
        name or OWN, fields.scalars("given"), _arms(fields), _sweep(fields), times, node.line
    )


def _is_factor(name: str, value: Scalar, fields: Fields) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        line = fields.node.line_of("times", name)
        fields.problem(
            f"'{name}' in 'times' of {fields.what} is {value!r}, not a positive factor.", line
        )
        return False
    return True


def _arms(fields: Fields) -> dict[str, Parameters]:
    arms = fields.children(fields.get("arms", needed=False), f"'arms' of {fields.what}")
    return {name: _arm(fields, name, node) for name, node in arms}


def _arm(fields: Fields, name: str, node: Node) -> Parameters:
    return (
        {} if node.value is None else dict(fields.pairs(node, f"the arm '{name}' of {fields.what}"))
    )


def _sweep(fields: Fields) -> dict[str, tuple[Scalar, ...]]:
    sweep = fields.children(fields.get("sweep", needed=False), f"'sweep' of {fields.what}")
    return {name: _swept(fields, name, node) for name, node in sweep}


def _swept(fields: Fields, name: str, node: Node) -> tuple[Scalar, ...]:
    what = f"'{name}' in the sweep of {fields.what}"
    if not isinstance(node.value, list) or not node.value:
        fields.problem(f"{what} is not a list of values.", node.line, "For example [1, 10, 100].")
        return ()
    if len(node.value) > MOST_ITEMS:
        fields.problem(f"{what} has {len(node.value)} values; it may have {MOST_ITEMS}.", node.line)
        return ()
    values = [fields.scalar(item, f"a value of {what}") for item in node.value]
    counts = Counter(map(repr, values))
    for item, value in zip(node.value, values, strict=True):
        if value is not None and counts[repr(value)] > 1:
            fields.problem(f"{what} takes the value {value!r} twice.", item.line)
            break
    return tuple(value for value in values if value is not None)
