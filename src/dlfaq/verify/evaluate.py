"""A parsed expression over measurements: one number, or one truth value, a replicate.

The parser lets only a short list of syntax nodes through; each has its function here, and nothing
is ever handed to Python's own evaluation. A value is an array of shape () (a number), (R,) (one a
replicate) or (R, T) (a curve each).
"""

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from functools import reduce

import numpy as np

from dlfaq.knowledge.estimators import ESTIMATORS
from dlfaq.knowledge.expectation import Quantity
from dlfaq.knowledge.experiment import Parameters

Scope = Mapping[str, np.ndarray]  # what the names stand for at one point of the sweep
Measurements = Mapping[str, np.ndarray]  # metric: (R,) or (R, T)


class ExpressionError(ValueError):
    """An expression that has no finite value for some replicate; the message names both."""


def scope(arms: Mapping[str, tuple[Parameters, Measurements]]) -> dict[str, np.ndarray]:
    """What the names of an expression stand for, at one point of the sweep.

    Args:
        arms: Parameters and measurements of each arm; a single arm without a name is the key "".
    """
    names: dict[str, np.ndarray] = {}
    for arm, (parameters, measurements) in arms.items():
        prefix = f"{arm}." if arm else ""
        numbers = {name: value for name, value in parameters.items() if not isinstance(value, str)}
        names |= {prefix + name: np.float64(value) for name, value in numbers.items()}
        names |= {prefix + name: values for name, values in measurements.items()}
    shared = [parameters for parameters, _ in arms.values()]
    for name, value in shared[0].items():
        if not isinstance(value, str) and all(other.get(name) == value for other in shared):
            names.setdefault(name, np.float64(value))
    return names


def per_replicate(quantity: Quantity, scopes: Sequence[Scope], replicates: int) -> np.ndarray:
    """The quantity's body for each replicate, before its estimator.

    Args:
        quantity: From `parse_quantity` or `parse_expectation`.
        scopes: The names at each point of the sweep; a single one unless the quantity looks along
            the sweep.
        replicates: R.

    Returns:
        (R,) float64, or bool for `fraction` and `all`.

    Raises:
        ExpressionError: If a replicate has no finite value, or a curve was not reduced to a number.
    """
    value = _value(quantity.body, scopes)
    if value.ndim > 1:
        msg = (
            f"`{ast.unparse(quantity.body)}` is a curve; take one of its values, or its min or max"
        )
        raise ExpressionError(msg)
    value = np.broadcast_to(value, (replicates,))
    if ESTIMATORS[quantity.estimator].takes == "number":
        return value.astype(np.float64)
    if value.dtype != bool and not np.isin(value, (0, 1)).all():
        msg = f"`{ast.unparse(quantity.body)}` is not a condition"
        raise ExpressionError(msg)
    return value.astype(bool)


def each(quantity: Quantity, scope: Scope) -> np.ndarray:
    """The quantity's body at one point of the sweep: (R,), or (R, T) for a curve.

    Raises:
        ExpressionError: If a replicate has no finite value.
    """
    return _value(quantity.body, [scope])


def number(node: ast.expr, scopes: Sequence[Scope]) -> float:
    """A bound of a prediction: numbers and parameters only.

    Raises:
        ExpressionError: If it is not finite, or not one number along the whole sweep.
    """
    value = _value(node, scopes)
    if value.ndim:
        msg = f"`{ast.unparse(node)}` is not a single number"
        raise ExpressionError(msg)
    return float(value)


def _value(node: ast.expr, scopes: Sequence[Scope]) -> np.ndarray:
    with np.errstate(all="ignore"):  # what is not finite is named below, which a warning cannot
        value = np.asarray(_NODES[type(node)](node, scopes))
    if value.dtype != bool and not np.isfinite(value).all():
        raise ExpressionError(_not_finite(node, value))
    return value


def _not_finite(node: ast.expr, value: np.ndarray) -> str:
    place = np.argwhere(~np.isfinite(value))[0]
    where = f" for replicate {place[0]}" if len(place) else ""
    return f"`{ast.unparse(node)}` is {value[tuple(place)]}{where}"


def _constant(node: ast.Constant, _: Sequence[Scope]) -> np.float64:
    return np.float64(node.value)


def _name(node: ast.Name | ast.Attribute, scopes: Sequence[Scope]) -> np.ndarray:
    name = ast.unparse(node)
    try:
        values = [np.asarray(scope[name]) for scope in scopes]
    except KeyError:
        msg = f"there is no number '{name}' here"
        raise ExpressionError(msg) from None
    if len(values) > 1 and any(value.ndim or value != values[0] for value in values):
        msg = (
            f"'{name}' takes several values along the sweep; "
            "use it inside slope, increasing or decreasing"
        )
        raise ExpressionError(msg)
    return values[0]


def _aligned(values: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Give numbers a replicate a second dimension where they meet curves."""
    curves = {value.shape[1] for value in values if value.ndim == 2}  # noqa: PLR2004 - (R, T)
    if len(curves) > 1:
        msg = f"curves of different lengths meet: {' and '.join(map(str, sorted(curves)))} points"
        raise ExpressionError(msg)
    return [value[:, None] if curves and value.ndim == 1 else value for value in values]


def _binary(node: ast.BinOp, scopes: Sequence[Scope]) -> np.ndarray:
    left, right = _aligned([_value(node.left, scopes), _value(node.right, scopes)])
    return _BINARY[type(node.op)](left, right)


def _unary(node: ast.UnaryOp, scopes: Sequence[Scope]) -> np.ndarray:
    return _UNARY[type(node.op)](_value(node.operand, scopes))


def _compare(node: ast.Compare, scopes: Sequence[Scope]) -> np.ndarray:
    values = _aligned([_value(part, scopes) for part in (node.left, *node.comparators)])
    pairs = zip(node.ops, values, values[1:], strict=False)
    return reduce(np.logical_and, [_COMPARE[type(op)](left, right) for op, left, right in pairs])


def _boolean(node: ast.BoolOp, scopes: Sequence[Scope]) -> np.ndarray:
    join = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
    return reduce(join, _aligned([_value(part, scopes) for part in node.values]))


def _item(node: ast.Subscript, scopes: Sequence[Scope]) -> np.ndarray:
    curve, index = _value(node.value, scopes), int(ast.literal_eval(node.slice))
    if curve.ndim != 2 or not -curve.shape[1] <= index < curve.shape[1]:  # noqa: PLR2004 - (R, T)
        is_curve = curve.ndim == 2  # noqa: PLR2004 - replicates and steps
        size = f"has {curve.shape[1]} points" if is_curve else "is not a curve"
        msg = f"`{ast.unparse(node)}`: `{ast.unparse(node.value)}` {size}"
        raise ExpressionError(msg)
    return curve[:, index]


def _call(node: ast.Call, scopes: Sequence[Scope]) -> np.ndarray:
    name = ast.unparse(node.func)
    if name in _ALONG:
        columns = [_along(argument, scopes) for argument in node.args]
        return _ALONG[name](*columns)
    values = [_value(argument, scopes) for argument in node.args]
    if name in _ELEMENTWISE:
        return _ELEMENTWISE[name](values[0])
    join = {"min": np.minimum, "max": np.maximum}[name]
    if len(values) > 1:
        return reduce(join, _aligned(values))
    if values[0].ndim != 2:  # noqa: PLR2004 - (R, T)
        msg = f"`{ast.unparse(node)}`: {name} of one argument needs a curve"
        raise ExpressionError(msg)
    return join.reduce(values[0], axis=1)


def _along(node: ast.expr, scopes: Sequence[Scope]) -> np.ndarray:
    """A value at each point of the sweep, (P, R).

    It is (P, 1) for what does not differ between replicates.
    """
    values = [np.atleast_1d(_value(node, [one])) for one in scopes]
    if any(value.ndim > 1 for value in values):
        msg = f"`{ast.unparse(node)}` is a curve; take one of its values, or its min or max"
        raise ExpressionError(msg)
    return np.stack(np.broadcast_arrays(*values))


def _slope(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Least squares of y on x, along the first dimension."""
    x = x - x.mean(0)
    return (x * (y - y.mean(0))).sum(0) / (x * x).sum(0)


_ALONG: dict[str, Callable[..., np.ndarray]] = {
    "slope": _slope,
    "increasing": lambda y: (np.diff(y, axis=0) > 0).all(0),
    "decreasing": lambda y: (np.diff(y, axis=0) < 0).all(0),
}
_ELEMENTWISE = {"log": np.log, "exp": np.exp, "sqrt": np.sqrt, "abs": np.abs}
_BINARY = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: np.true_divide,
    ast.Pow: np.float_power,
}
_UNARY = {ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Not: np.logical_not}
_COMPARE = {
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
}
_NODES: dict[type[ast.expr], Callable[..., np.ndarray]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _name,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.BoolOp: _boolean,
    ast.Subscript: _item,
    ast.Call: _call,
}
