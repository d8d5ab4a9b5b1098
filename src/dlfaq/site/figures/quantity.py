"""The name of a figure's axis: what a claim estimates, in words and usual signs.

mean(usual.accuracy - large.accuracy) is read as: mean of accuracy, usual − large
"""

import ast

from dlfaq.knowledge.expectation import parse_expectation
from dlfaq.knowledge.syntax import spelled

WORDS = {
    "fraction": "share of replicates with",
    "gmean": "geometric mean of",
}  # others are read as they are called: mean of, median of
SIGNS: dict[type, str] = {
    ast.Add: "+",
    ast.Sub: "−",
    ast.Mult: "·",
    ast.Div: "/",
    ast.Lt: "<",
    ast.LtE: "≤",
    ast.Gt: ">",
    ast.GtE: "≥",
    ast.Eq: "=",
    ast.NotEq: "≠",
    ast.And: " and ",
    ast.Or: " or ",
}
BINDS: dict[type, int] = {ast.Add: 1, ast.Sub: 1, ast.Mult: 2, ast.Div: 2, ast.Pow: 3}
ATOM = 9  # what is never put in brackets


def axis_name(expect: str) -> str:
    """What an expectation is about, for people."""
    quantity = parse_expectation(expect).quantity
    estimated = WORDS.get(quantity.estimator, f"{quantity.estimator} of")
    metrics = {name.partition(".")[2] for name in quantity.names}
    shared = len(quantity.names) > 1 and len(metrics) == 1 and "" not in metrics
    about = f"{_words(min(metrics))}, " if shared else ""
    return f"{estimated} {about}{_Reader(arms_only=shared).read(quantity.body)}"


def wrapped(name: str, room: int) -> list[str]:
    """The name in lines of at most `room` letters, where its words allow it."""
    lines = [""]
    for word in name.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


class _Reader:
    """Reads an expression; where all its names are one metric's, the arms say enough."""

    def __init__(self, *, arms_only: bool) -> None:
        self.arms_only = arms_only

    def read(self, node: ast.expr, around: int = 0) -> str:
        """A node in words; in brackets where the sign around it binds closer."""
        said, binds = self._said(node)
        return f"({said})" if binds < around else said

    def _said(self, node: ast.expr) -> tuple[str, int]:  # noqa: PLR0911 - a kind of node each
        """A node in words, and how closely its sign binds."""
        match node:
            case ast.Attribute(value=value, attr=metric):
                arm = _words(spelled(value))
                return (arm if self.arms_only else f"{_words(metric)} ({arm})"), ATOM
            case ast.Name(id=name):
                return _words(name), ATOM
            case ast.Subscript(value=value, slice=place):
                return f"{self.read(value, ATOM)}[{ast.unparse(place)}]", ATOM
            case ast.BinOp(left=left, op=op, right=right):
                binds = BINDS[type(op)]
                first, second = self.read(left, binds), self.read(right, binds + 1)
                sign = SIGNS.get(type(op))
                return (f"{first} {sign} {second}" if sign else f"{first}^{second}"), binds
            case ast.UnaryOp(op=op, operand=operand):
                negative = isinstance(op, ast.USub)
                return (
                    f"−{self.read(operand, 2)}" if negative else f"not {self.read(operand, 2)}"
                ), 2
            case ast.Compare(left=left, ops=ops, comparators=others):
                rest = [
                    f"{SIGNS[type(op)]} {self.read(one)}"
                    for op, one in zip(ops, others, strict=True)
                ]
                return " ".join([self.read(left), *rest]), 0
            case ast.BoolOp(op=op, values=values):
                return SIGNS[type(op)].join(self.read(one, 1) for one in values), 0
            case ast.Call(func=ast.Name(id="abs"), args=[argument]):
                return f"|{self.read(argument)}|", ATOM
            case ast.Call(func=ast.Name(id="slope"), args=[up, across]):
                return f"slope of {self.read(up, ATOM)} over {self.read(across, ATOM)}", 0
            case ast.Call(func=ast.Name(id="increasing" | "decreasing" as way), args=[argument]):
                return f"{self.read(argument)} {way}", 0
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return f"{name}({', '.join(map(self.read, arguments))})", ATOM
            case ast.Constant(value=value):
                return f"{value}", ATOM
        return ast.unparse(node), 0


def _words(name: str) -> str:
    return name.replace("_", " ")
