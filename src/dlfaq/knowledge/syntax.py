"""A text as the syntax tree of one expression, whatever the text is. Nothing of it is evaluated."""

import ast
import warnings
from collections.abc import Iterator

LONGEST, DEEPEST = 500, 30  # characters, levels
_MEANT = {
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "−": "-",
    "–": "-",
    "·": "*",
    "×": "*",
    "÷": "/",
    "²": "**2",
    "√": "sqrt()",
}


class ExpectationError(ValueError):
    """What is wrong with an expression, and at which column (from 1)."""

    def __init__(self, message: str, column: int = 1) -> None:
        super().__init__(message)
        self.message, self.column = message, column


def expression(code: str, indent: int = 0) -> ast.expr:
    """Read one line of code.

    Args:
        code: Without white space in front.
        indent: How many columns it was shifted, for messages.

    Returns:
        A tree of ASCII only, at most DEEPEST levels deep.

    Raises:
        ExpectationError: If it is not an expression of Python.
    """
    if len(code) > LONGEST:
        msg = f"an expression has at most {LONGEST} characters, this one has {len(code)}."
        raise ExpectationError(msg)
    for place, char in enumerate(code):
        if not " " <= char <= "~" or char in "#;\\":
            meant = f" Write {_MEANT[char]} instead." if char in _MEANT else ""
            msg = f"the character {char!r} does not belong in an expression.{meant}"
            raise ExpectationError(msg, indent + place + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # what Python would warn of is not of the language anyway
            node = ast.parse(code, mode="eval").body
    except SyntaxError as error:
        msg = f"this is not an expression: {error.msg}."
        raise ExpectationError(msg, indent + max(error.offset or 1, 1)) from None
    except (ValueError, RecursionError, MemoryError) as error:
        msg = f"this is not an expression: {str(error) or 'it is nested too deeply'}."
        raise ExpectationError(msg) from None
    if _depth(node) > DEEPEST:
        msg = f"an expression is nested at most {DEEPEST} deep."
        raise ExpectationError(msg)
    return node


def _depth(node: ast.AST) -> int:
    deepest, level = 0, [node]
    while level:
        deepest, level = (
            deepest + 1,
            [child for one in level for child in ast.iter_child_nodes(one)],
        )
    return deepest


def names_in(node: ast.AST) -> frozenset[str]:
    """Every metric and parameter an expression names, as written."""
    return frozenset(_names(node))


def spelled(node: ast.expr) -> str:
    """A name as it is written: `loss` or `arm.loss`.

    `ast.unparse` gives the same but takes many times as long.
    """
    match node:
        case ast.Name():
            return node.id
        case ast.Attribute():
            return f"{spelled(node.value)}.{node.attr}"
    return ast.unparse(node)


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Attribute | ast.Name):
        yield spelled(node)
    elif isinstance(node, ast.Call):
        for argument in node.args:
            yield from _names(argument)
    else:
        for child in ast.iter_child_nodes(node):
            yield from _names(child)
