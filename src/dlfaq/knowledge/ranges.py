"""The bounds of a metric, read from its documentation, and of an expression over metrics.

A simulation's docstring says them in words: "accuracy: on test images, in [0, 1]."
"""

import ast
import math
import re
from collections.abc import Callable, Mapping
from itertools import product

Range = tuple[float | None, float | None]
UNKNOWN: Range = (None, None)
Ends = tuple[float, float]  # inside this module an unknown end is infinite
EVERYTHING: Ends = (-math.inf, math.inf)

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_BETWEEN = rf"\bin [\[(]\s*(?P<low>{_NUMBER}|-inf)\s*,\s*(?P<high>{_NUMBER}|inf)\s*[\])]"
_ONE_SIDE = rf"\bat (?P<side>least|most) (?P<bound>{_NUMBER})(?![\w.]*\w)"
_RANGE = re.compile(f"{_BETWEEN}|{_ONE_SIDE}")
_UNIT = re.compile(
    r"\bin (?P<unit>nats|bits|radians|degrees|seconds|steps|tens|millions|bytes)\b|\bshare of\b"
)


def read_range(text: str) -> Range:
    """The bounds that a metric's documentation states: `in [a, b]`, `in (0, 1)`, `at least 0`.

    The last ones count, for those of the metric itself stand at the end. Open and closed ends are
    the same here.

    >>> read_range("on test images, in [0, 1].")
    (0.0, 1.0)
    >>> read_range("steps until the loss halves, at least 0.")
    (0.0, None)
    >>> read_range("of the last layer.")
    (None, None)
    """
    found = list(_RANGE.finditer(text))
    if not found:
        return UNKNOWN
    last = found[-1]
    if last["side"]:
        bound = float(last["bound"])
        return (bound, None) if last["side"] == "least" else (None, bound)
    low, high = float(last["low"]), float(last["high"])
    return UNKNOWN if low > high else _outside((low, high))


def read_unit(text: str) -> str:
    """The unit that a metric's documentation states; empty if it states none that is known.

    >>> read_unit("mean cross-entropy over the examples, in nats; at most 10.")
    'nats'
    >>> read_unit("share of dead units, in [0, 1]."), read_unit("norm of the gradient.")
    ('share', '')
    """
    found = _UNIT.search(text)
    return (found["unit"] or "share") if found else ""


def range_of(node: ast.expr, names: Mapping[str, Range]) -> Range:
    """The bounds of a number of the expectation language, or of the points of a curve.

    Args:
        node: The body of an estimator, as `knowledge.expectation` reads it.
        names: The bounds of each metric and parameter as it is written there (`high.dead`, `lr`);
            what is missing has none. A parameter with a known value v has the bounds (v, v).

    Returns:
        Bounds that no value exceeds except by rounding; they need not be the narrowest.
    """
    return _outside(_ends(node, names))


def _ends(node: ast.expr, names: Mapping[str, Range]) -> Ends:
    match node:
        case ast.Constant(value=bool() | int() | float()):
            ends = float(node.value), float(node.value)
        case ast.Name() | ast.Attribute():
            ends = _inside(names.get(ast.unparse(node), UNKNOWN))
        case ast.Subscript() | ast.UnaryOp(op=ast.UAdd()):
            ends = _ends(node.value if isinstance(node, ast.Subscript) else node.operand, names)
        case ast.UnaryOp(op=ast.USub()):
            ends = _subtract((0.0, 0.0), _ends(node.operand, names))
        case ast.BinOp() if type(node.op) in _ARITHMETIC:
            ends = _ARITHMETIC[type(node.op)](_ends(node.left, names), _ends(node.right, names))
        case ast.Call(func=ast.Name()) if node.func.id in _FUNCTIONS:
            ends = _FUNCTIONS[node.func.id](*(_ends(part, names) for part in node.args))
        case _ if _is_condition(node):
            ends = 0.0, 1.0
        case _:
            ends = EVERYTHING
    return _sound(ends)


def _is_condition(node: ast.expr) -> bool:
    match node:
        case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
            return True
        case ast.Call(func=ast.Name(id="increasing" | "decreasing")):
            return True
    return False


def _add(left: Ends, right: Ends) -> Ends:
    return left[0] + right[0], left[1] + right[1]


def _subtract(left: Ends, right: Ends) -> Ends:
    return left[0] - right[1], left[1] - right[0]


def _multiply(left: Ends, right: Ends) -> Ends:
    corners = [0.0 if 0 in {a, b} else a * b for a, b in product(left, right)]
    return min(corners), max(corners)


def _divide(left: Ends, right: Ends) -> Ends:
    low, high = right
    if low < 0 < high or low == high == 0:
        return EVERYTHING
    sign = 1 if high > 0 else -1
    nearest, farthest = sorted((abs(low), abs(high)))
    inverse = (1 / farthest, math.inf if nearest == 0 else 1 / nearest)
    product_ = _multiply(left, inverse)
    return product_ if sign > 0 else (-product_[1], -product_[0])


def _power(base: Ends, exponent: Ends) -> Ends:
    if base[0] >= 0:  # monotone in each of the two, so that the ends lie in the corners
        corners = [_raised(a, b) for a, b in product(base, exponent)]
        return min(corners), max(corners)
    if exponent[0] == exponent[1] and exponent[0] >= 0 and exponent[0].is_integer():
        low, high = (_raised(abs(end), exponent[0]) for end in base)
        if exponent[0] % 2:
            return math.copysign(low, base[0]), math.copysign(high, base[1])
        return 0.0 if base[1] >= 0 and exponent[0] else min(low, high), max(low, high)
    return EVERYTHING


def _raised(base: float, exponent: float) -> float:
    """A power of a base of at least zero; infinite where it is too large."""
    try:
        return base**exponent
    except (OverflowError, ZeroDivisionError):
        return math.inf


def _absolute(inner: Ends) -> Ends:
    low, high = abs(inner[0]), abs(inner[1])
    return 0.0 if inner[0] <= 0 <= inner[1] else min(low, high), max(low, high)


def _exponential(inner: Ends) -> Ends:
    low, high = (_raised(math.e, end) for end in inner)
    return low, high


def _logarithm(inner: Ends) -> Ends:
    low, high = (math.log(end) if end > 0 else -math.inf for end in inner)
    return low, high if inner[1] > 0 else math.inf


def _root(inner: Ends) -> Ends:
    low, high = (math.sqrt(max(end, 0.0)) for end in inner)
    return low, high


def _largest(*parts: Ends) -> Ends:
    return max(low for low, _ in parts), max(high for _, high in parts)


def _smallest(*parts: Ends) -> Ends:
    return min(low for low, _ in parts), min(high for _, high in parts)


_ARITHMETIC: Mapping[type[ast.operator], Callable[[Ends, Ends], Ends]] = {
    ast.Add: _add,
    ast.Sub: _subtract,
    ast.Mult: _multiply,
    ast.Div: _divide,
    ast.Pow: _power,
}
_FUNCTIONS: Mapping[str, Callable[..., Ends]] = {
    "abs": _absolute,
    "exp": _exponential,
    "log": _logarithm,
    "sqrt": _root,
    "max": _largest,
    "min": _smallest,
}


def _sound(ends: Ends) -> Ends:
    """Where infinities left no number, there is no bound."""
    low, high = ends
    return -math.inf if math.isnan(low) else low, math.inf if math.isnan(high) else high


def _inside(bounds: Range) -> Ends:
    low, high = bounds
    return -math.inf if low is None else low, math.inf if high is None else high


def _outside(ends: Ends) -> Range:
    low, high = ends
    return low if math.isfinite(low) else None, high if math.isfinite(high) else None
