"""Which curves of an expression are left curves where a number is needed."""

import ast
from collections.abc import Set as AbstractSet


def unreduced(node: ast.expr, curves: AbstractSet[str]) -> set[str]:
    """The names of curves that neither an index nor a one-argument `min` or `max` reduces to a number."""
    if isinstance(node, ast.Name | ast.Attribute):
        name = ast.unparse(node)
        return {name} if name in curves else set()
    if isinstance(node, ast.Subscript):
        return set()
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in {"min", "max"} and len(node.args) == 1:
            return set()
        return set().union(*(unreduced(argument, curves) for argument in node.args))
    return set().union(
        set(), *(unreduced(child, curves) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr))
    )
