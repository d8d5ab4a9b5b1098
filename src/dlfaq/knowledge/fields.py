"""Taking typed values out of a YAML tree: what is missing, unknown or of another type becomes a problem, all at once."""

import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from dlfaq.errors import Problem, did_you_mean
from dlfaq.knowledge.yaml_file import Node

ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
T = TypeVar("T")
_KINDS = {
    dict: "a mapping",
    list: "a list",
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    type(None): "empty",
}


class Fields:
    """The mapping of one YAML node.

    Args:
        node: Any node; if it is no mapping that is a problem, and every field is missing.
        shown: The file's name in messages.
        what: What the mapping is, for messages: `the entry`, `claim 'ln-k'`.
        problems: Where problems are added.
        known: The keys it may have.
    """

    def __init__(self, node: Node, shown: str, what: str, problems: list[Problem], known: Iterable[str]) -> None:
        self.node, self.shown, self.what, self.problems = node, shown, what, problems
        self.values: dict[str, Node] = {}
        if not isinstance(node.value, dict):
            self.problem(f"{what} is {kind(node)}, not a mapping of keys to values.", node.line)
            return
        self.values = node.value
        names = list(known)
        for key in self.values:
            if key not in names:
                self.problem(f"{what} has the unknown key '{key}'.", node.keys[key], did_you_mean(key, names))

    def problem(self, what: str, line: int | None = None, hint: str = "") -> None:
        """Note a problem."""
        self.problems.append(Problem(self.shown, line or self.node.line, what, hint))

    def line(self, key: str) -> int:
        """The line of a key; the mapping's own where it is missing."""
        return self.node.keys.get(key, self.node.line)

    def text(self, key: str, *, needed: bool = True) -> str:
        """A text that is not blank; "" if it is missing. A number or a truth value is read as it is written."""
        node = self._get(key, needed=needed)
        if node is None:
            return ""
        if isinstance(node.value, list | dict):
            self.problem(f"'{key}' of {self.what} is {kind(node)}, not a text.", node.line)
            return ""
        text = "" if node.value is None else str(node.value)
        if not text.strip():
            self.problem(f"'{key}' of {self.what} is empty.", node.line)
        return text.strip()

    def integer(self, key: str, default: int | None = None) -> int | None:
        """A whole number."""
        node = self._get(key, needed=False)
        if node is None:
            return default
        if type(node.value) is not int:
            self.problem(f"'{key}' of {self.what} is {kind(node)}, not a whole number.", node.line)
            return default
        return node.value

    def child(self, key: str, *, needed: bool = True) -> Node | None:
        """A node of any type."""
        return self._get(key, needed=needed)

    def listed(self, key: str, *, needed: bool = False) -> list[Node]:
        """The nodes of a list."""
        node = self._get(key, needed=needed)
        if node is None:
            return []
        if not isinstance(node.value, list):
            self.problem(
                f"'{key}' of {self.what} is {kind(node)}, not a list.", node.line, "Begin each item with `- `."
            )
            return []
        return node.value

    def texts(self, key: str, *, needed: bool = False, single: bool = False) -> tuple[str, ...]:
        """A list of texts; with `single`, one text serves for a list of one."""
        node = self._get(key, needed=needed)
        if node is not None and single and not isinstance(node.value, list | dict):
            return (self.text(key),)
        found = []
        for item in self.listed(key) if node is not None else []:
            if isinstance(item.value, list | dict) or item.value is None or not str(item.value).strip():
                self.problem(f"'{key}' of {self.what} holds {kind(item)}, not a text.", item.line, _quote(item))
            else:
                found.append(str(item.value).strip())
        if needed and node is not None and isinstance(node.value, list) and not node.value:
            self.problem(f"'{key}' of {self.what} is empty.", node.line)
        return tuple(found)

    def identifier(self, key: str) -> str:
        """A text of lower-case words joined by hyphens."""
        text = self.text(key)
        if text and not ID.fullmatch(text):
            self.problem(
                f"the {key} '{text}' of {self.what} is not made of lower-case letters, digits and single hyphens.",
                self.line(key),
            )
        return text

    def mapping(self, key: str, read: Callable[[Node, str], T]) -> dict[str, T]:
        """A mapping whose values are read one by one; what reads as None is left out."""
        node = self._get(key, needed=False)
        if node is None or node.value is None:
            return {}
        if not isinstance(node.value, dict):
            self.problem(f"'{key}' of {self.what} is {kind(node)}, not a mapping.", node.line)
            return {}
        read_values = {name: read(value, name) for name, value in node.value.items()}
        return {name: value for name, value in read_values.items() if value is not None}

    def scalar(self, node: Node, name: str) -> Any:
        """A number, a text or a truth value."""
        if isinstance(node.value, list | dict) or node.value is None:
            self.problem(f"'{name}' of {self.what} is {kind(node)}, not a number, a text or a truth value.", node.line)
            return None
        return node.value

    def _get(self, key: str, *, needed: bool) -> Node | None:
        node = self.values.get(key)
        if node is None and needed and isinstance(self.node.value, dict):
            self.problem(f"{self.what} has no '{key}'.")
        return node


def kind(node: Node) -> str:
    """What a node is, in words."""
    return _KINDS[type(node.value)]


def _quote(node: Node) -> str:
    return "A text with `: ` in it stands in quotes." if isinstance(node.value, dict) else ""
