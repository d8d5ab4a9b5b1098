"""What the names of an expression stand for in one setting, and whether it makes sense of them."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from dlfaq.errors import did_you_mean
from dlfaq.knowledge.expectation import ALONG, Quantity, names_in, spelled
from dlfaq.knowledge.settings import Setting
from dlfaq.knowledge.simulations import Signature

Message = tuple[str, str]  # what is wrong, what would be right


class Kind(IntEnum):
    """What a part of an expression is, from the least to the most.

    A whole is what the most of its parts is.
    """

    NUMBER = 0  # the same for all replicates
    EACH = 1  # one number a replicate
    CURVE = 2  # a curve for each replicate


@dataclass(frozen=True)
class Meaning:
    """What a name stands for.

    That is its kind, a curve's axis, and whether it takes several values along the sweep.
    """

    kind: Kind
    axis: str | None = None
    varies: bool = False


@dataclass(frozen=True)
class Scope:
    """The names that an expression may use in one setting of a claim.

    Attributes:
        names: Metrics and numeric parameters, with their arm in front where there are arms;
            parameters on which all arms agree also without it.
        texts: Parameters that are texts, named in the same way.
        arms: The arms' names; none for a single arm.
    """

    signature: Signature
    names: Mapping[str, Meaning]
    texts: frozenset[str]
    arms: tuple[str, ...]

    @cached_property
    def metrics(self) -> list[str]:
        """The names that are measured."""
        return [name for name, meaning in self.names.items() if meaning.kind > Kind.NUMBER]


def scope_of(setting: Setting, signature: Signature) -> Scope:
    """The names of one setting."""
    names: dict[str, Meaning] = {}
    texts = set()
    table = {arm: setting.rows(arm) for arm in setting.arms}
    for parameter in signature.parameters.values():
        columns = {arm: [row[parameter.name] for row in rows] for arm, rows in table.items()}
        agreed = all(column == next(iter(columns.values())) for column in columns.values())
        shown = {_named(arm, parameter.name): column for arm, column in columns.items()}
        if agreed:
            shown[parameter.name] = next(iter(columns.values()))
        for name, column in shown.items():
            if parameter.type == "str":
                texts.add(name)
            else:
                names[name] = Meaning(
                    Kind.NUMBER, None, any(value != column[0] for value in column)
                )
    several = len(setting.points) > 1
    for arm in setting.arms:
        for metric in signature.metrics.values():
            kind = Kind.CURVE if metric.axis else Kind.EACH
            names[_named(arm, metric.name)] = Meaning(kind, metric.axis, several)
    return Scope(signature, names, frozenset(texts), tuple(arm for arm in setting.arms if arm))


def check_quantity(quantity: Quantity, scope: Scope) -> Iterator[Message]:
    """Everything in which a quantity makes no sense in a setting."""
    checker = _Checker(scope, along=quantity.along_sweep)
    whole = checker.kind(quantity.body)
    yield from checker.messages
    if whole.kind is Kind.CURVE:
        yield (
            f"leaves a curve in `{quantity.text}`, where one number a replicate is needed",
            _reduce(quantity, scope),
        )
    elif not checker.messages and not quantity.names & set(scope.metrics):
        yield f"measures nothing in `{quantity.text}`", f"Metrics: {', '.join(scope.metrics)}."


def check_line(line: Quantity, scope: Scope, axis: str | None) -> Iterator[Message]:
    """Why an expression makes no line of a plot.

    A line along an axis needs a curve; a line over a sweep needs a number.
    """
    text = ast.unparse(line.body)
    if line.along_sweep:
        yield (
            f"draws `{text}`, which looks along the sweep as a whole",
            "A line has a value at each point.",
        )
        return
    checker = _Checker(scope, along=False)
    whole = checker.kind(line.body)
    yield from checker.messages
    if checker.messages:
        return
    if axis and (whole.kind is not Kind.CURVE or whole.axis != axis):
        yield f"draws `{text}`, which is no curve along {axis}", _curves(scope)
    elif not axis and whole.kind is Kind.CURVE:
        yield (
            f"draws `{text}` over a swept parameter, which is a whole curve at each point",
            _curves(scope),
        )


def check_bound(bound: ast.expr, scope: Scope, *, along: bool) -> Iterator[Message]:
    """Everything in which a bound of a prediction makes no sense in a setting."""
    measured = sorted(names_in(bound) & set(scope.metrics))
    for name in measured:
        yield (
            f"has the metric '{name}' in a bound",
            "A bound has numbers and parameters; what is measured is in the estimator.",
        )
    if not measured:
        checker = _Checker(scope, along=along)
        checker.kind(bound)
        yield from checker.messages


class _Checker:
    """Walks an expression once, noting what each part is."""

    def __init__(self, scope: Scope, *, along: bool) -> None:
        self.scope, self.along = scope, along
        self.messages: list[Message] = []

    def kind(self, node: ast.expr, *, inside: bool = False) -> Meaning:
        """What a part is; `inside` is within slope, increasing or decreasing."""
        match node:
            case ast.Constant():
                return Meaning(Kind.NUMBER)
            case ast.Name() | ast.Attribute():
                return self._name(spelled(node), inside=inside)
            case ast.Subscript():
                return self._item(node, inside=inside)
            case ast.Call():
                return self._call(node, inside=inside)
        parts = [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
        return self._together(parts, inside=inside)

    def _name(self, name: str, *, inside: bool) -> Meaning:
        meaning = self.scope.names.get(name)
        if meaning is None:
            self.messages.append(_unknown(name, self.scope))
            return Meaning(Kind.EACH)
        if self.along and meaning.varies and not inside:
            what = (
                f"uses '{name}' outside of {', '.join(ALONG)}, "
                "but along the sweep it takes several values"
            )
            self.messages.append(
                (
                    what,
                    "An expectation that looks along the sweep is judged once, "
                    "for the sweep as a whole.",
                )
            )
        return meaning

    def _item(self, node: ast.Subscript, *, inside: bool) -> Meaning:
        known = len(self.messages)
        curve = self.kind(node.value, inside=inside)
        if curve.kind is not Kind.CURVE and len(self.messages) == known:
            self.messages.append(
                (f"indexes `{ast.unparse(node.value)}`, which is not a curve", _curves(self.scope))
            )
        return Meaning(Kind.EACH)

    def _call(self, node: ast.Call, *, inside: bool) -> Meaning:
        name, known = spelled(node.func), len(self.messages)
        if name in ALONG:
            for argument in node.args:
                self._along(argument, name, is_x=argument is not node.args[0])
            return Meaning(Kind.EACH)
        whole = self._together(node.args, inside=inside)
        if name in {"min", "max"} and len(node.args) == 1:
            if whole.kind is not Kind.CURVE and len(self.messages) == known:
                what = (
                    f"takes the {name} of `{ast.unparse(node.args[0])}` alone, which is not a curve"
                )
                self.messages.append(
                    (what, f"{name}(a, b) compares numbers, {name}(curve) looks along a curve.")
                )
            return Meaning(Kind.EACH)
        return whole

    def _along(self, node: ast.expr, name: str, *, is_x: bool) -> None:
        known = len(self.messages)
        part = self.kind(node, inside=True)
        if len(self.messages) > known:
            return
        if part.kind is Kind.CURVE:
            self.messages.append((f"leaves a curve in {name}(…)", _curves(self.scope)))
        elif is_x and not any(self.scope.names[one].varies for one in names_in(node)):
            what = (
                f"takes the slope over `{ast.unparse(node)}`, which is one number along the "
                "whole sweep"
            )
            self.messages.append((what, "The second argument of slope is what is swept."))

    def _together(self, parts: Iterable[ast.expr], *, inside: bool) -> Meaning:
        meanings = [self.kind(part, inside=inside) for part in parts]
        axes = sorted({meaning.axis for meaning in meanings if meaning.axis})
        if len(axes) > 1:
            self.messages.append(
                (f"joins curves along different axes, {' and '.join(axes)}", _curves(self.scope))
            )
        return Meaning(
            max((meaning.kind for meaning in meanings), default=Kind.NUMBER),
            axes[0] if axes else None,
        )


def _named(arm: str, name: str) -> str:
    return f"{arm}.{name}" if arm else name


def _unknown(name: str, scope: Scope) -> Message:
    signature, (arm, _, last) = scope.signature, name.rpartition(".")
    known = {*scope.metrics, *_near(name, [*scope.names, *scope.texts])}
    if last in signature.parameters and signature.parameters[last].type == "str":
        return f"uses the parameter '{name}', which is a text", "An expression has numbers only."
    if last in {metric.axis for metric in signature.metrics.values()}:
        return f"uses '{name}', which is the axis of a curve", _curves(scope)
    if arm and arm not in scope.arms:
        has = f"has no arm '{arm}'" if scope.arms else "has no arms"
        return f"uses '{name}', but the claim {has}", did_you_mean(
            arm, scope.arms
        ) if scope.arms else did_you_mean(last, known)
    if not arm and last in {*signature.metrics, *signature.parameters}:
        why = (
            "without its arm"
            if last in signature.metrics
            else "without an arm, but the arms do not agree on it"
        )
        return (
            f"uses '{name}' {why}",
            f"Write one of {', '.join(f'{one}.{last}' for one in scope.arms)}.",
        )
    return f"uses the metric '{name}', which {signature.name} does not measure", did_you_mean(
        name, known
    )


def _near(name: str, names: Iterable[str]) -> list[str]:
    from difflib import get_close_matches  # loaded only once something went wrong

    return get_close_matches(name, names, n=1)


def _curves(scope: Scope) -> str:
    curves = [name for name, meaning in scope.names.items() if meaning.kind is Kind.CURVE]
    return (
        f"Curves: {', '.join(curves) or 'none'}. Take one value, `curve[-1]`, "
        "or `min(curve)` or `max(curve)`."
    )


def _reduce(quantity: Quantity, scope: Scope) -> str:
    meant = {name: scope.names.get(name) for name in sorted(quantity.names)}
    curves = [name for name, meaning in meant.items() if meaning and meaning.kind is Kind.CURVE]
    return (
        f"Take one value of {', '.join(curves)}, such as `{curves[0]}[-1]`, or the min(…) "
        "or max(…) along the curve."
    )
