"""YAML as data, never code: a file becomes a small tree of nodes that know their lines.

Read from the parser's events, so that neither nesting nor aliases can exhaust anything. Plain scalars follow YAML 1.2's
core schema (`no` is a word, `1e-3` is a number). The only file that knows YAML.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dlfaq.errors import Problem, Problems

LARGEST, DEEPEST = 1_000_000, 20  # bytes, levels
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\ufeff\ud800-\udfff]"
)
_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None, "true": True, "True": True, "TRUE": True,
          "false": False, "False": False, "FALSE": False}  # fmt: skip


@dataclass
class Node:
    """A value of a file and the line on which it begins.

    Attributes:
        value: None, bool, int, float or str; for a sequence a list of nodes; for a mapping a dict of key to node.
        line: From 1.
        keys: For a mapping, the line of each key.
    """

    value: Any
    line: int
    keys: dict[str, int] = field(default_factory=dict)

    def plain(self) -> Any:
        """The value without lines."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        return [node.plain() for node in self.value] if isinstance(self.value, list) else self.value


def read_yaml(path: Path, shown: str) -> Node:
    """Read one file.

    Args:
        path: The file.
        shown: Its name in messages.

    Raises:
        Problems: If it is no YAML that we read; the first fault of its syntax, or every one of its characters' lines.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Problems([Problem(shown, None, f"it cannot be read: {error.strerror}.")]) from None
    if len(raw) > LARGEST:
        raise Problems([Problem(shown, None, f"it has {len(raw)} bytes; an entry has at most {LARGEST}.")])
    text = _decoded(raw, shown)
    problems = [
        Problem(shown, number, f"a character that does not belong in a text: U+{ord(found[0]):04X}.", "Take it out.")
        for number, line in enumerate(text.split("\n"), 1)
        if (found := _FORBIDDEN.search(line))
    ]
    if problems:
        raise Problems(problems)
    return _Reader(shown).read(text)


def _decoded(raw: bytes, shown: str) -> str:
    try:
        return raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise Problems([Problem(shown, line, "this is not UTF-8 text.", "Save the file as UTF-8.")]) from None


class _Reader:
    """Builds the tree from the parser's events, with a stack instead of recursion."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.problems: list[Problem] = []
        self.stack: list[tuple[Node, list[Node]]] = []  # open collections; a mapping's pending key
        self.root: Node | None = None

    def read(self, text: str) -> Node:
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            for event in self._events(yaml.parse(text, Loader=loader)):
                self._take(event, type(event).__name__)
        except yaml.YAMLError as error:
            self._fault(error, text)
        except RecursionError:
            self._problem(1, "it is nested too deeply.")
        if self.problems:
            raise Problems(self.problems)
        if self.root is None:
            raise Problems([Problem(self.shown, 1, "the file is empty.")])
        return self.root

    def _events(self, events: Iterator[Any]) -> Iterator[Any]:
        documents = 0
        for event in events:
            documents += type(event).__name__ == "DocumentStartEvent"
            line = event.start_mark.line + 1
            if documents > 1:
                self._problem(line, "a second document begins here; a file holds one.")
                return
            if getattr(event, "anchor", None):
                what = f"'{event.anchor}': anchors and aliases are not used here."
                self._problem(line, what, "Write the value out where it is needed.")
                return
            if getattr(event, "tag", None):
                self._problem(line, f"the tag '{event.tag}' is not used here.", "Write the plain value.")
                return
            if len(self.stack) > DEEPEST:
                self._problem(line, f"it is nested more than {DEEPEST} deep.")
                return
            yield event

    def _take(self, event: Any, kind: str) -> None:
        line = event.start_mark.line + 1
        if kind == "MappingStartEvent":
            self._open(Node({}, line))
        elif kind == "SequenceStartEvent":
            self._open(Node([], line))
        elif kind in {"MappingEndEvent", "SequenceEndEvent"}:
            node, _ = self.stack.pop()
            self._put(node)
        elif kind == "ScalarEvent":
            self._put(Node(_scalar(event) if event.implicit[0] else event.value, line))

    def _open(self, node: Node) -> None:
        self.stack.append((node, []))

    def _put(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        parent, pending = self.stack[-1]
        if isinstance(parent.value, list):
            parent.value.append(node)
        elif not pending:
            pending.append(node)
        else:
            self._pair(parent, pending.pop(), node)

    def _pair(self, parent: Node, key: Node, node: Node) -> None:
        if isinstance(key.value, list | dict) or key.value is None:
            self._problem(key.line, "a key is a word.")
            return
        name = key.value if isinstance(key.value, str) else str(key.value)
        if name in parent.value:
            self._problem(
                key.line, f"'{name}' stands here twice, first on line {parent.keys[name]}.", "Keep one of them."
            )
            return
        parent.value[name], parent.keys[name] = node, key.line

    def _fault(self, error: Any, text: str) -> None:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        line = mark.line + 1 if mark else 1
        lines = text.split("\n")
        at = lines[line - 1] if line <= len(lines) else ""
        what = str(getattr(error, "problem", None) or error)
        if "\t" in at[: len(at) - len(at.lstrip())] or "'\\t'" in what:
            self._problem(line, "a tab is used to indent.", "Indent with spaces.")
        elif "mapping values are not allowed" in what:
            self._problem(
                line,
                "a `: ` stands inside a text without quotes.",
                "Put the text into quotes, or after `>-` on lines of its own.",
            )
        else:
            self._problem(line, f"this is not YAML: {what}.")

    def _problem(self, line: int, what: str, hint: str = "") -> None:
        self.problems.append(Problem(self.shown, line, what, hint))


def _scalar(event: Any) -> Any:
    text = event.value
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text) and len(text) < 20:  # noqa: PLR2004 - longer ones fit no tensor
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text
