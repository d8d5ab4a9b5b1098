"""Take typed values out of a YAML tree.

What is missing, unknown or of another type becomes a problem; all problems are found at once.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from dlfaq.errors import Problem, did_you_mean, nearest
from dlfaq.knowledge.experiment import Scalar
from dlfaq.knowledge.yaml_file import Node

ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
IDS = "lower-case letters and digits, in words joined by hyphens"
LONGEST_ID = 80  # it is the name of a file
LONGEST_TEXT, MOST_ITEMS = (
    20_000,
    1_000,
)  # characters of a text; values of a list, keys of a mapping
MOST_UNKNOWN = 20  # unknown keys of a mapping that are told
_URL = re.compile(r"https?://[^\s<>\"'`\\{}|^]+")
_KINDS = {
    dict: "a mapping",
    list: "a list",
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}
_YEARS = range(1600, 2101)


class Fields:
    """The fields of one mapping.

    Args:
        node: Any node; if it is no mapping that is one problem, and no field is missed.
        shown: The file's name in messages.
        what: What the mapping is, in messages: `the entry`, `claim 'ln-k'`.
        problems: Where problems are added.
        known: The keys it may have; None for any.
    """

    def __init__(
        self,
        node: Node,
        shown: str,
        what: str,
        problems: list[Problem],
        known: Iterable[str] | None = None,
    ) -> None:
        self.node, self.shown, self.what, self.problems = node, shown, what, problems
        self.is_mapping = isinstance(node.value, dict)
        self.values: dict[str, Node] = node.value if self.is_mapping else {}
        if not self.is_mapping:
            self.problem(f"{what} is {kind(node)}, not a mapping of keys to values.", node.line)
        self.meant: set[str] = set()  # keys that seem to be there, misspelt
        for key in [] if known is None else sorted(set(self.values) - set(known))[:MOST_UNKNOWN]:
            self.meant |= set(nearest(key, known or ()))
            self.problem(
                f"{what} has the unknown key '{key}'.",
                node.keys[key],
                did_you_mean(key, known or ()),
            )

    def problem(self, what: str, line: int | None = None, hint: str = "") -> None:
        """Note a problem."""
        self.problems.append(Problem(self.shown, line or self.node.line, what, hint))

    def get(self, key: str, *, needed: bool = True) -> Node | None:
        """The node of a key; without a value, it is as if the key were missing."""
        node = self.values.get(key)
        if node is not None and node.value is None:
            self.problem(f"'{key}' of {self.what} is empty.", self.node.keys[key])
            return None
        if node is None and needed:
            self.missing(key)
        return node

    def missing(self, key: str) -> None:
        """Note that a key is missing.

        Nothing is noted if a misspelt key was told already, or if there are no keys at all.
        """
        if self.is_mapping and key not in self.meant:
            self.problem(f"{self.what} has no '{key}'.")

    def text(self, key: str, *, needed: bool = True) -> str:
        """A text of any length; "" if there is none."""
        node = self.get(key, needed=needed)
        return "" if node is None else self._text(node, f"'{key}' of {self.what}")

    def line(self, key: str, *, needed: bool = True) -> str:
        """A text that is shown on one line: every run of white space becomes a space."""
        return " ".join(self.text(key, needed=needed).split())

    def lines(self, key: str, *, needed: bool = False, single: bool = False) -> tuple[str, ...]:
        """A list of one-line texts; with `single`, a text alone serves for a list of one."""
        node = self.get(key, needed=needed)
        if node is None:
            return ()
        if single and not isinstance(node.value, list):
            items = [node]
        else:
            items = self.items(key, node)
            if needed and isinstance(node.value, list) and not items:
                self.problem(f"'{key}' of {self.what} is empty.", node.line)
        found = [
            " ".join(self._text(item, f"an item of '{key}' of {self.what}").split())
            for item in items
        ]
        counts = Counter(found)
        for value in sorted(value for value, count in counts.items() if value and count > 1):
            self.problem(
                f"'{value}' stands twice in '{key}' of {self.what}.",
                items[_last(found, value)].line,
            )
        return tuple(value for value in found if value)

    def items(self, key: str, node: Node | None) -> list[Node]:
        """The nodes of a list."""
        if node is None:
            return []
        if not isinstance(node.value, list):
            hint = "Begin each item with `- `."
            self.problem(f"'{key}' of {self.what} is {kind(node)}, not a list.", node.line, hint)
            return []
        return node.value if self._is_short(node, f"'{key}' of {self.what}") else []

    def identifier(self, key: str, *, needed: bool = True) -> str:
        """An id."""
        text = self.line(key, needed=needed)
        if text and not is_id(text):
            self.problem(
                f"the {key} '{text}' of {self.what} is not made of {IDS}.", self.node.keys[key]
            )
        return text

    def distinct(self, key: str, ids: Iterable[tuple[str, int]]) -> None:
        """Note every id of a list that stood there before; each comes with its line."""
        seen: dict[str, int] = {}
        for name, line in ids:
            if name and seen.setdefault(name, line) != line:
                self.problem(f"'{name}' stands twice in '{key}', first on line {seen[name]}.", line)

    def choice(self, key: str, known: Iterable[str]) -> str:
        """One of some words; "" if it is none of them."""
        node = self.get(key)
        if node is None:
            return ""
        word = node.text.lower() if isinstance(node.value, bool) else node.text  # YAML's `true`
        if word not in known:
            hint = did_you_mean(word[:80], known)
            self.problem(f"'{word[:40]}' is no {key} of {self.what}.", node.line, hint)
            return ""
        return word

    def flag(self, key: str) -> bool:
        """A truth value; false if it is not there."""
        node = self.get(key, needed=False)
        if node is not None and not isinstance(node.value, bool):
            self.problem(f"'{key}' of {self.what} is {kind(node)}, not true or false.", node.line)
        return node is not None and node.value is True

    def integer(
        self, key: str, default: int | None = None, *, among: tuple[int, ...] = ()
    ) -> int | None:
        """A whole number, if `among` is given one of these."""
        node = self.get(key, needed=False)
        if node is None:
            return default
        if type(node.value) is not int:
            self.problem(f"'{key}' of {self.what} is {kind(node)}, not a whole number.", node.line)
            return default
        if among and node.value not in among:
            allowed = " or ".join(map(str, among))
            self.problem(f"'{key}' of {self.what} is {node.value}, not {allowed}.", node.line)
            return default
        return node.value

    def year(self, key: str, *, needed: bool) -> int | None:
        """A year."""
        if needed and key not in self.values:
            self.missing(key)
        year = self.integer(key)
        if year is not None and year not in _YEARS:
            self.problem(
                f"'{key}' of {self.what} is {year}, which is no year of a publication.",
                self.node.keys[key],
            )
        return year

    def address(self, key: str) -> str:
        """An address on the web; "" if there is none."""
        text = self.text(key, needed=False)
        if text and not _URL.fullmatch(text):
            what = f"'{key}' of {self.what} is '{text[:80]}', not an address on the web."
            self.problem(what, self.node.keys[key], "It begins with https:// and has no spaces.")
        return text

    def scalars(self, key: str) -> dict[str, Scalar]:
        """A mapping of names to numbers, texts or truth values."""
        node = self.get(key, needed=False)
        return dict(self.pairs(node, f"'{key}' of {self.what}"))

    def pairs(self, node: Node | None, what: str) -> Iterator[tuple[str, Scalar]]:
        """The pairs of a mapping whose values are scalars."""
        for name, item in self.children(node, what):
            value = self.scalar(item, f"'{name}' in {what}")
            if value is not None:
                yield name, value

    def children(self, node: Node | None, what: str) -> list[tuple[str, Node]]:
        """The pairs of a mapping."""
        if node is None:
            return []
        if not isinstance(node.value, dict):
            self.problem(f"{what} is {kind(node)}, not a mapping.", node.line)
            return []
        return list(node.value.items()) if self._is_short(node, what) else []

    def _is_short(self, node: Node, what: str) -> bool:
        if len(node.value) > MOST_ITEMS:
            said = f"{what} has {len(node.value)} values; it may have {MOST_ITEMS}."
            self.problem(said, node.line)
        return len(node.value) <= MOST_ITEMS

    def scalar(self, node: Node, what: str) -> Any:
        """A number, a text or a truth value; None if it is none of them."""
        if isinstance(node.value, list | dict) or node.value is None:
            self.problem(
                f"{what} is {kind(node)}, not a number, a text or a truth value.", node.line
            )
            return None
        return node.value

    def _text(self, node: Node, what: str) -> str:
        if not isinstance(node.value, str):
            hint = (
                ""
                if isinstance(node.value, list)
                else 'Put the text into "quotes", or on lines of its own after `>-`.'
            )
            self.problem(f"{what} is {kind(node)}, not a text.", node.line, hint)
            return ""
        if not node.value.strip():
            self.problem(f"{what} is empty.", node.line)
        if len(node.value) > LONGEST_TEXT:
            said = f"{what} has {len(node.value)} characters; it may have {LONGEST_TEXT}."
            self.problem(said, node.line)
            return ""
        return node.value.strip()


def kind(node: Node) -> str:
    """What a node is, in words."""
    return _KINDS.get(type(node.value), "empty")


def is_id(text: str) -> bool:
    """Whether a text can be an id."""
    return len(text) <= LONGEST_ID and ID.fullmatch(text) is not None


def _last(values: list[str], value: str) -> int:
    return len(values) - 1 - values[::-1].index(value)
