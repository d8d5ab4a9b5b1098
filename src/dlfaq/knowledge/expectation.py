"""The language of expectations: read with Python's `ast` and a list of allowed nodes, never evaluated here.

0.98 < mean(loss / log(classes)) < 1.02
fraction(deep.accuracy > shallow.accuracy) > 0.9
all(abs(difference) < 1e-12)
mean(slope(log(gradient), depth)) < -0.5
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from dlfaq.errors import did_you_mean

ESTIMATORS = ("all", "fraction", "gmean", "mean", "median")
CONDITIONAL = ("all", "fraction")
FUNCTIONS = {"abs": (1, 1), "exp": (1, 1), "log": (1, 1), "sqrt": (1, 1), "max": (1, 9), "min": (1, 9)}  # least, most
ALONG = {"slope": (2, 2), "increasing": (1, 1), "decreasing": (1, 1)}
LONGEST, DEEPEST = 500, 30

_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
_ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_EQUAL = (ast.Eq, ast.NotEq)


class ExpectationError(ValueError):
    """What is wrong with an expression, and at which column (from 1)."""

    def __init__(self, message: str, column: int = 1) -> None:
        super().__init__(message)
        self.message, self.column = message, column


@dataclass(frozen=True)
class Quantity:
    """An estimator over replicates.

    Attributes:
        text: As written.
        estimator: One of ESTIMATORS.
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
    """A prediction of a quantity: `low < quantity < high`; None where there is no bound. `all` has none."""

    text: str
    quantity: Quantity
    low: ast.expr | None = None
    high: ast.expr | None = None
    low_open: bool = True
    high_open: bool = True


def parse_expectation(text: str) -> Expectation:
    """Read a prediction.

    Raises:
        ExpectationError: If it is not of the language; the message says what would be.
    """
    node = _parse(text)
    if not isinstance(node, ast.Compare):
        quantity = _quantity(node, text)
        if quantity.estimator != "all":
            raise _error(node, f"{quantity.estimator}(…) needs a bound to compare with, e.g. `{text.strip()} < 1`.")
        return Expectation(text, quantity)
    parts = [node.left, *node.comparators]
    places = [place for place, part in enumerate(parts) if _estimates(part)]
    if len(places) != 1:
        what = "there is no estimator" if not places else "there is more than one estimator"
        raise _error(node, f"{what}; exactly one of {', '.join(ESTIMATORS)} is compared with its bounds.")
    place = places[0]
    quantity = _quantity(parts[place], ast.get_source_segment(text.strip(), parts[place]) or text)
    if quantity.estimator == "all":
        raise _error(node, "all(…) holds or does not: it is not compared with a number; use fraction(…) for a share.")
    if len(parts) - 1 > 2 or (len(parts) == 3 and place != 1):  # noqa: PLR2004 - low, quantity, high
        raise _error(node, "a prediction is `low < estimator(…) < high`, or one of its halves.")
    return _bounded(text, quantity, node, place)


def parse_quantity(text: str) -> Quantity:
    """Read an estimator with its expression, such as `mean(loss)`, without bounds.

    Raises:
        ExpectationError: If it is not of the language.
    """
    return _quantity(_parse(text), text.strip())


def names_in(node: ast.AST) -> frozenset[str]:
    """Every metric and parameter an expression names, as written."""
    return frozenset(_names(node))


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Attribute):
        yield ast.unparse(node)
    elif isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Call):
        for argument in node.args:
            yield from _names(argument)
    else:
        for child in ast.iter_child_nodes(node):
            yield from _names(child)


def _parse(text: str) -> ast.expr:
    if len(text) > LONGEST:
        msg = f"an expression has at most {LONGEST} characters, this one has {len(text)}."
        raise ExpectationError(msg)
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        msg = f"this is not an expression: {error.msg}."
        raise ExpectationError(msg, error.offset or 1) from None
    except (ValueError, RecursionError, MemoryError) as error:
        msg = f"this is not an expression: {error}."
        raise ExpectationError(msg) from None
    if _depth(node) > DEEPEST:
        msg = f"an expression is nested at most {DEEPEST} deep."
        raise ExpectationError(msg)
    return node


def _depth(node: ast.AST) -> int:
    deepest, level = 0, [node]
    while level:
        deepest, level = deepest + 1, [child for one in level for child in ast.iter_child_nodes(one)]
    return deepest


def _error(node: ast.AST, message: str) -> ExpectationError:
    return ExpectationError(message, getattr(node, "col_offset", 0) + 1)


def _estimates(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ESTIMATORS


def _quantity(node: ast.expr, text: str) -> Quantity:
    if not _estimates(node):
        shown = f"`{ast.unparse(node)[:60]}`"
        raise _error(node, f"{shown} is no estimator; one of {', '.join(ESTIMATORS)} stands on the outside.")
    _arguments(node, (1, 1))
    body, estimator = node.args[0], node.func.id
    if estimator in CONDITIONAL:
        _condition(body)
    else:
        _number(body, in_body=True)
    along = any(isinstance(n, ast.Call) and getattr(n.func, "id", "") in ALONG for n in ast.walk(body))
    return Quantity(text, estimator, body, names_in(body), along)


def _bounded(text: str, quantity: Quantity, node: ast.Compare, place: int) -> Expectation:
    bounds: dict[str, ast.expr | bool] = {}
    for index, op in enumerate(node.ops):
        if not isinstance(op, _ORDER):
            raise _error(node, "a prediction uses <, <=, > or >=.")
        other = (
            node.comparators[index] if index == place else (node.left if index == 0 else node.comparators[index - 1])
        )
        _number(other, in_body=False)
        less = isinstance(op, ast.Lt | ast.LtE)
        side = "high" if less == (index == place) else "low"
        if side in bounds:
            raise _error(node, f"there are two {'upper' if side == 'high' else 'lower'} bounds.")
        bounds |= {side: other, f"{side}_open": isinstance(op, ast.Lt | ast.Gt)}
    return Expectation(text, quantity, **bounds)


def _arguments(node: ast.Call, count: tuple[int, int]) -> None:
    name = node.func.id
    if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
        raise _error(node, f"{name}(…) takes plain arguments only.")
    least, most = count
    if not least <= len(node.args) <= most:
        says = f"{least}" if least == most else f"{least} to {most}"
        raise _error(node, f"{name}(…) takes {says} argument{'s' if most > 1 else ''}, not {len(node.args)}.")


def _condition(node: ast.expr) -> None:
    """Comparisons joined by and, or, not; or whether something rises or falls along the sweep."""
    match node:
        case ast.BoolOp():
            for part in node.values:
                _condition(part)
        case ast.UnaryOp(op=ast.Not()):
            _condition(node.operand)
        case ast.Compare():
            for op in node.ops:
                if not isinstance(op, _ORDER + _EQUAL):
                    raise _error(node, "a condition compares with <, <=, >, >=, == or !=.")
            for part in (node.left, *node.comparators):
                _number(part, in_body=True)
        case ast.Call(func=ast.Name(id="increasing" | "decreasing")):
            _arguments(node, ALONG[node.func.id])
            _number(node.args[0], in_body=True)
        case _:
            raise _error(node, f"`{ast.unparse(node)[:60]}` is not a condition, such as `loss < 1`.")


def _number(node: ast.expr, *, in_body: bool) -> None:
    """Arithmetic of numbers, parameters, metrics and the functions of the language."""
    match node:
        case ast.Constant() if isinstance(node.value, int | float) and not isinstance(node.value, bool):
            pass
        case ast.Name():
            pass
        case ast.Attribute(value=ast.Name()):
            pass
        case ast.UnaryOp(op=ast.USub() | ast.UAdd()):
            _number(node.operand, in_body=in_body)
        case ast.BinOp() if isinstance(node.op, _ARITHMETIC):
            _number(node.left, in_body=in_body)
            _number(node.right, in_body=in_body)
        case ast.Subscript(value=ast.Name() | ast.Attribute(value=ast.Name())) if in_body:
            _index(node.slice)
        case ast.Call():
            _call(node, in_body=in_body)
        case _:
            raise _error(node, f"`{ast.unparse(node)[:60]}` is not allowed here; {_allowed()}")


def _index(node: ast.expr) -> None:
    number = node.operand if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) else node
    if not (isinstance(number, ast.Constant) and type(number.value) is int):
        raise _error(node, "a curve is indexed by a whole number, such as `loss[-1]`.")


def _call(node: ast.Call, *, in_body: bool) -> None:
    known = FUNCTIONS | (ALONG if in_body else {})
    if not isinstance(node.func, ast.Name):
        raise _error(node, f"`{ast.unparse(node.func)[:60]}` cannot be called; {_allowed()}")
    name = node.func.id
    if name in ESTIMATORS:
        raise _error(node, f"{name}(…) stands on the outside only, once; put the arithmetic inside it.")
    if name not in known:
        raise _error(node, f"there is no function '{name}'. {did_you_mean(name, known)}")
    if name in {"increasing", "decreasing"}:
        raise _error(node, f"{name}(…) is a condition: use it in all(…) or fraction(…).")
    _arguments(node, known[name])
    for argument in node.args:
        _number(argument, in_body=in_body)


def _allowed() -> str:
    return f"an expression has numbers, names, + - * / **, and {', '.join(sorted(FUNCTIONS | ALONG))}."
