"""The language of expectations: read by Python's `ast`, checked against a list, never evaluated.

0.98 < mean(loss / log(classes)) < 1.02
fraction(deep.accuracy > shallow.accuracy) > 0.9
all(abs(difference) < 1e-12)
mean(slope(log(gradient), depth)) < -0.5
"""

import ast
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from dlfaq.errors import did_you_mean
from dlfaq.knowledge.estimators import ESTIMATORS
from dlfaq.knowledge.syntax import ExpectationError, expression, names_in, spelled

__all__ = [
    "Expectation",
    "ExpectationError",
    "Quantity",
    "names_in",
    "parse_expectation",
    "parse_quantity",
    "spelled",
]

ONE, SEVERAL = (1, 1), (1, 9)  # the least and the most arguments
FUNCTIONS = {"abs": ONE, "exp": ONE, "log": ONE, "sqrt": ONE, "max": SEVERAL, "min": SEVERAL}
ALONG = {"slope": (2, 2), "increasing": (1, 1), "decreasing": (1, 1)}

_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
_ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_EQUAL = (ast.Eq, ast.NotEq)


@dataclass(frozen=True)
class Quantity:
    """An estimator over replicates.

    Attributes:
        text: As written.
        estimator: The name of one of ESTIMATORS.
        body: What is estimated; only allowed nodes.
        names: Every metric and parameter in it, as written: `loss`, `raw.loss`, `classes`.
        along_sweep: Whether it looks along the sweep as a whole.
    """

    text: str
    estimator: str
    body: ast.expr
    names: frozenset[str]
    along_sweep: bool


@dataclass(frozen=True)
class Expectation:
    """A prediction, `low < quantity < high`; a missing bound is None, and `all` has no bounds."""

    text: str
    quantity: Quantity
    low: ast.expr | None = None
    high: ast.expr | None = None
    low_open: bool = True
    high_open: bool = True


@lru_cache(maxsize=8192)  # an entry names the same quantity many times
def parse_expectation(text: str) -> Expectation:
    """Read a prediction.

    Raises:
        ExpectationError: If it is not of the language; the message says what would be.
    """
    return _Parser(text).expectation()


@lru_cache(maxsize=8192)
def parse_quantity(text: str) -> Quantity:
    """Read an estimator with its expression, such as `mean(loss)`, without bounds.

    Raises:
        ExpectationError: If it is not of the language.
    """
    return _Parser(text).quantity()


def _is_call(node: ast.AST, names: Iterable[str]) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names


class _Parser:
    """Reads one text; raises an error at the first node of its tree that is not allowed."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.code = " ".join(text.split("\n")).rstrip()
        self.indent = len(self.code) - len(self.code.lstrip())
        self.root = expression(self.code.lstrip(), self.indent)

    def expectation(self) -> Expectation:
        node = self.root
        if not isinstance(node, ast.Compare):
            quantity = self._quantity(node)
            if ESTIMATORS[quantity.estimator].bounded:
                raise self._error(
                    node, f"{quantity.estimator}(…) needs a bound, as in `{self._shown(node)} < 1`."
                )
            return Expectation(self.text, quantity)
        parts = [node.left, *node.comparators]
        places = [place for place, part in enumerate(parts) if _is_call(part, ESTIMATORS)]
        if len(places) != 1:
            near = [
                did_you_mean(part.func.id, ESTIMATORS)
                for part in parts
                if not places and _called(part)
            ]
            count = "no" if not places else "more than one"
            what = (
                f"{count} estimator is compared: it is `low < Q < high`, "
                f"where Q is one of {_calls(ESTIMATORS)}."
            )
            raise self._error(node, " ".join([what, *near[:1]]))
        quantity = self._quantity(parts[places[0]])
        if not ESTIMATORS[quantity.estimator].bounded:
            name = quantity.estimator
            what = (
                f"{name}(…) holds or not, and has no bound; fraction(…) is a number that has one."
            )
            raise self._error(node, what)
        return self._bounded(quantity, node, places[0])

    def quantity(self) -> Quantity:
        if isinstance(self.root, ast.Compare):
            raise self._error(
                self.root, f"a number is shown here, without bounds: one of {_calls(ESTIMATORS)}."
            )
        return self._quantity(self.root)

    def _quantity(self, node: ast.expr) -> Quantity:
        if not _is_call(node, ESTIMATORS):
            near = f" {did_you_mean(node.func.id, ESTIMATORS)}" if _called(node) else ""
            what = (
                f"`{self._shown(node)}` is not an estimator; on the outside stands one of "
                f"{_calls(ESTIMATORS)}.{near}"
            )
            raise self._error(node, what)
        self._arguments(node, (1, 1))
        body, estimator = node.args[0], node.func.id
        if ESTIMATORS[estimator].takes == "condition":
            self._condition(body)
        else:
            self._number(body)
        along = any(_is_call(part, ALONG) for part in ast.walk(body))
        text = self.text.strip() if node is self.root else self._source(node)
        return Quantity(text, estimator, body, names_in(body), along)

    def _bounded(self, quantity: Quantity, node: ast.Compare, place: int) -> Expectation:
        parts = [node.left, *node.comparators]
        if len(parts) > 3 or (len(parts) == 3 and place != 1):  # noqa: PLR2004 - low, Q, high
            raise self._error(node, "a prediction is `low < Q < high`, or one half of it.")
        bounds: dict[str, ast.expr | bool] = {}
        for left, (op, right) in zip(parts, zip(node.ops, parts[1:], strict=True), strict=False):
            if not isinstance(op, _ORDER):
                raise self._error(
                    node,
                    "a prediction uses <, <=, > or >=: no measurement equals a number exactly.",
                )
            is_left = left is parts[place]
            side = "high" if is_left == isinstance(op, ast.Lt | ast.LtE) else "low"
            if side in bounds:
                raise self._error(
                    node, f"there are two {'upper' if side == 'high' else 'lower'} bounds."
                )
            bound = right if is_left else left
            self._number(bound, is_bound=True)
            bounds |= {side: bound, f"{side}_open": isinstance(op, ast.Lt | ast.Gt)}
        return Expectation(self.text, quantity, **bounds)

    def _condition(self, node: ast.expr) -> None:
        """Comparisons joined by and, or, not; or something that rises or falls along the sweep."""
        match node:
            case ast.BoolOp():
                for part in node.values:
                    self._condition(part)
            case ast.UnaryOp(op=ast.Not()):
                self._condition(node.operand)
            case ast.Compare():
                for op in node.ops:
                    if not isinstance(op, _ORDER + _EQUAL):
                        raise self._error(node, "a condition compares with <, <=, >, >=, == or !=.")
                for part in (node.left, *node.comparators):
                    self._number(part)
            case ast.Call(func=ast.Name(id="increasing" | "decreasing")):
                self._arguments(node, (1, 1))
                self._number(node.args[0], is_along=True)
            case _:
                raise self._error(
                    node, f"`{self._shown(node)}` is not a condition, such as `loss < 1`."
                )

    def _number(self, node: ast.expr, *, is_bound: bool = False, is_along: bool = False) -> None:
        """Arithmetic of numbers, parameters, metrics and the functions of the language."""
        match node:
            case ast.Constant() if type(node.value) in {int, float}:
                if not _is_finite(node.value):
                    raise self._error(node, "this number is too large.")
            case ast.Name() | ast.Attribute(value=ast.Name()):
                pass
            case ast.UnaryOp(op=ast.USub() | ast.UAdd()):
                self._number(node.operand, is_bound=is_bound, is_along=is_along)
            case ast.BinOp() if isinstance(node.op, _ARITHMETIC):
                self._number(node.left, is_bound=is_bound, is_along=is_along)
                self._number(node.right, is_bound=is_bound, is_along=is_along)
            case ast.Subscript(value=ast.Name() | ast.Attribute(value=ast.Name())) if not is_bound:
                self._index(node.slice)
            case ast.Call():
                self._call(node, is_bound=is_bound, is_along=is_along)
            case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()) if not is_bound:
                what = (
                    f"`{self._shown(node)}` is a condition, not a number: the share of replicates "
                    "for which a condition holds is fraction(…), as in `fraction(loss < 1)`."
                )
                raise self._error(node, what)
            case _:
                raise self._error(node, f"`{self._shown(node)}` is not allowed here: {_allowed()}")

    def _index(self, node: ast.expr) -> None:
        is_negative = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
        number = node.operand if is_negative else node
        if not (isinstance(number, ast.Constant) and type(number.value) is int):
            raise self._error(node, "a curve is indexed by one whole number, such as `loss[-1]`.")

    def _call(self, node: ast.Call, *, is_bound: bool, is_along: bool) -> None:
        if not isinstance(node.func, ast.Name):
            raise self._error(node, f"`{self._shown(node.func)}` cannot be called: {_allowed()}")
        name, known = node.func.id, FUNCTIONS if is_bound else FUNCTIONS | ALONG
        if name in ESTIMATORS:
            raise self._error(
                node, f"{name}(…) stands on the outside, once; the arithmetic is inside it."
            )
        if name in {"increasing", "decreasing"} and not is_bound:
            raise self._error(
                node, f"{name}(…) is a condition; it stands in all(…) or fraction(…)."
            )
        if name not in known:
            raise self._error(
                node, f"there is no function '{name[:40]}' here. {did_you_mean(name, known)}"
            )
        if name in ALONG and is_along:
            raise self._error(
                node, f"{name}(…) cannot stand inside what looks along the sweep already."
            )
        self._arguments(node, known[name])
        for argument in node.args:
            self._number(argument, is_bound=is_bound, is_along=is_along or name in ALONG)

    def _arguments(self, node: ast.Call, count: tuple[int, int]) -> None:
        name, (least, most) = node.func.id, count
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            raise self._error(node, f"{name}(…) takes plain arguments only.")
        if not least <= len(node.args) <= most:
            says = f"{least}" if least == most else f"{least} to {most}"
            raise self._error(
                node,
                f"{name}(…) takes {says} argument{'s' if most > 1 else ''}, not {len(node.args)}.",
            )

    def _source(self, node: ast.expr) -> str:
        """What a node was written as; offsets count characters, for only ASCII was let in."""
        return self.code.lstrip()[node.col_offset : node.end_col_offset]

    def _shown(self, node: ast.expr) -> str:
        source = self._source(node)
        return source if len(source) <= 60 else f"{source[:60]}…"  # noqa: PLR2004 - to fit

    def _error(self, node: ast.expr, message: str) -> ExpectationError:
        return ExpectationError(message, self.indent + node.col_offset + 1)


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _called(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name)


def _calls(names: Iterable[str]) -> str:
    return ", ".join(f"{name}(…)" for name in names)


def _allowed() -> str:
    return (
        f"an expression has numbers, names, + - * / **, and {', '.join(sorted(FUNCTIONS | ALONG))}."
    )
