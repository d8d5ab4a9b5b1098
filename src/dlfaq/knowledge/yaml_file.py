"""YAML as data, never code: a file becomes a small tree of nodes that know their lines.

It is built from the parser's events with a stack, so that neither nesting nor aliases can exhaust
anything. Plain scalars follow YAML 1.2's core schema (`no` is a word, `1e-3` a number). This is the
only file that knows YAML.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from dlfaq.errors import Problem, Problems

LARGEST, DEEPEST = 1_000_000, 20  # bytes, levels
MOST_EVENTS = (
    100_000  # beginnings and ends of values, of which the longest entry has a few thousand
)
MOST_PROBLEMS = 100  # of a file; nobody mends more at once
# what a terminal or a browser obeys: C0 and C1 but newline and tab, separators, bidi controls
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069"
    "\ud800-\udfff\ufeff\ufffe\uffff]"
)
_INT = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS = dict.fromkeys(("", "~", "null", "Null", "NULL"))
_WORDS |= dict.fromkeys(("true", "True", "TRUE"), True) | dict.fromkeys(
    ("false", "False", "FALSE"), False
)
_MEANT = {  # a part of what the parser says: what is wrong, what would be right
    "mapping values are not allowed": (
        "a `: ` stands inside a text without quotes, or a line is indented too far.",
        'Put a text that holds `: ` into "quotes", or on lines of its own after `>-`.',
    ),
    "cannot start any token": (
        "a text cannot begin with this character.",
        'Put the text into "quotes".',
    ),
    "did not find expected ',' or": (
        "a bracket [ or { is not closed.",
        'A text that begins with one stands in "quotes".',
    ),
    "expected ',' or": (
        "a bracket [ or { is not closed.",
        'A text that begins with one stands in "quotes".',
    ),
    "could not find expected ':'": (
        "this line is neither `key: value` nor the rest of a text.",
        "Is it indented enough?",
    ),
    "expected key": (
        "this line does not belong to what is around it.",
        "Is it indented as its neighbours are?",
    ),
    "expected <block end>": (
        "this line does not belong to what is around it.",
        "Is it indented as its neighbours are?",
    ),
    "unexpected end of stream": (
        "a quoted text is not closed.",
        "Close it with the quote that opened it.",
    ),
}


@dataclass
class Node:
    """A value of a file and the line on which it begins.

    Attributes:
        value: None, bool, int, float or str; for a sequence a list of nodes; for a mapping a dict
            of key to node.
        line: From 1.
        keys: For a mapping, the line of each key.
        text: For a scalar, as it is written.
        tag: Its tag, where tags are read; nothing is made of it.
    """

    value: Any
    line: int
    keys: dict[str, int] = field(default_factory=dict)
    text: str = ""
    tag: str = ""

    def line_of(self, *path: str | int) -> int:
        """The line of the value at a path of keys and indices, or of the nearest one on the way.

        A single value serves for a list of one: an index into it is the value itself.
        """
        node, line = self, self.line
        for step in path:
            if isinstance(node.value, dict) and step in node.value:
                line, node = node.keys[str(step)], node.value[step]
            elif isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                line = node.line
        return line


def read_yaml(path: Path, shown: str, *, tags: bool = False) -> Node:
    """Read one file.

    Args:
        path: The file.
        shown: Its name in messages.
        tags: Whether values may have tags, for whoever passes over these; else they are a problem.

    Raises:
        Problems: If it is no YAML that we read: all lines with characters that do not belong there,
            all keys that stand twice, and the first fault of the syntax.
    """
    try:
        raw = None
        if not path.exists() or path.is_file():  # a pipe would be waited for
            with path.open("rb") as file:
                raw = file.read(LARGEST + 1)
    except OSError as error:
        raise Problems(
            [Problem(shown, None, f"the file cannot be read: {error.strerror}.")]
        ) from None
    if raw is None:
        raise Problems([Problem(shown, None, "the file cannot be read: it is no ordinary file.")])
    if len(raw) > LARGEST:
        what = f"the file is too long; it may have {LARGEST} bytes."
        raise Problems([Problem(shown, None, what)])
    return read_text(_decoded(raw, shown), shown, tags=tags)


def read_text(text: str, shown: str, *, tags: bool = False) -> Node:
    """Read a text as `read_yaml` reads a file.

    Raises:
        Problems: As there.
    """
    problems = [*islice(_bad_characters(text, shown), MOST_PROBLEMS), *_tabs(text, shown)]
    if problems:
        raise Problems(problems)
    return _Reader(shown, tags=tags).read(text)


def plain_scalar(text: str) -> bool | int | float | str | None:
    """What a scalar without quotes stands for: `true`, `3`, `1e-3`, nothing, or a word."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text


def _decoded(raw: bytes, shown: str) -> str:
    try:
        return raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        what = f"this is not UTF-8 text: byte 0x{raw[error.start]:02x}."
        raise Problems([Problem(shown, line, what, "Save the file as UTF-8.")]) from None


def _bad_characters(text: str, shown: str) -> Iterator[Problem]:
    for number, line in enumerate(text.split("\n"), 1):
        if found := FORBIDDEN.search(line):
            yield Problem(
                shown,
                number,
                f"the control character U+{ord(found[0]):04X} is in this line.",
                "Take it out.",
            )


def _tabs(text: str, shown: str) -> Iterator[Problem]:
    lines = [
        number
        for number, line in enumerate(text.split("\n"), 1)
        if "\t" in line[: len(line) - len(line.lstrip())]
    ]
    if lines:
        more = f", as on {len(lines) - 1} more lines" if len(lines) > 1 else ""
        yield Problem(shown, lines[0], f"a tab is used to indent{more}.", "Indent with spaces.")


class _Reader:
    """Builds the tree from the parser's events, with a stack instead of recursion."""

    def __init__(self, shown: str, *, tags: bool = False) -> None:
        self.shown, self.tags = shown, tags
        self.problems: list[Problem] = []
        # open collections, each with the key that waits for its value
        self.stack: list[tuple[Node, list[Node]]] = []
        self.root: Node | None = None

    def read(self, text: str) -> Node:
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            for event in self._events(yaml.parse(text, Loader=loader)):
                self._take(event, type(event).__name__)
        except yaml.YAMLError as error:
            self._fault(error, text)
        except (ValueError, OverflowError, RecursionError) as error:  # in directives and escapes
            self._problem(1, f"this is not YAML: {error}.")
        if self.problems:
            raise Problems(self.problems)
        return self.root or Node(None, 1)

    def _events(self, events: Iterator[Any]) -> Iterator[Any]:
        """The events up to the first that we do not read."""
        documents = 0
        for number, event in enumerate(events):
            documents += type(event).__name__ == "DocumentStartEvent"
            line = event.start_mark.line + 1
            if documents > 1:
                return self._problem(line, "a second document begins here; a file holds one.")
            if getattr(event, "anchor", None):
                what = f"'{event.anchor[:40]}': anchors and aliases are not used here."
                return self._problem(line, what, "Write the value out where it is needed.")
            if getattr(event, "tag", None) and not self.tags:
                return self._problem(
                    line, f"the tag '{event.tag[:60]}' is not used here.", "Write the plain value."
                )
            if number > MOST_EVENTS:
                return self._problem(line, "the file holds too many values: its rest is not read.")
            if len(self.stack) > DEEPEST:
                return self._problem(line, f"it is nested more than {DEEPEST} deep.")
            yield event
        return None

    def _take(self, event: Any, kind: str) -> None:
        line = event.start_mark.line + 1
        tag = getattr(event, "tag", None) or ""
        if kind == "MappingStartEvent":
            self.stack.append((Node({}, line, tag=tag), []))
        elif kind == "SequenceStartEvent":
            self.stack.append((Node([], line, tag=tag), []))
        elif kind in {"MappingEndEvent", "SequenceEndEvent"}:
            self._put(self.stack.pop()[0])
        elif kind == "ScalarEvent":
            if found := FORBIDDEN.search(event.value):  # written as an escape, such as "\e"
                self._problem(
                    line,
                    f"the control character U+{ord(found[0]):04X} is in this text.",
                    "Take it out.",
                )
            plain = event.style in {None, ""}
            value = plain_scalar(event.value) if plain else event.value
            self._put(Node(value, line, text=event.value, tag=tag))

    def _put(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        parent, pending = self.stack[-1]
        if isinstance(parent.value, list):
            parent.value.append(node)
        elif pending:
            self._pair(parent, pending.pop(), node)
        else:
            pending.append(node)

    def _pair(self, parent: Node, key: Node, node: Node) -> None:
        if isinstance(key.value, list | dict) or not key.text:
            hint = (
                'A text that begins with { or [ stands in "quotes", '
                "or on lines of its own after `>-`."
            )
            self._problem(key.line, "a key is a word.", hint)
        elif key.text in parent.value:
            first = parent.keys[key.text]
            self._problem(
                key.line,
                f"the key '{key.text}' stands twice, first on line {first}.",
                "Keep one of them.",
            )
        else:
            parent.value[key.text], parent.keys[key.text] = node, key.line

    def _fault(self, error: Any, text: str) -> None:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        position = getattr(error, "position", None)  # of a character that cannot be read at all
        line = mark.line + 1 if mark else text.count("\n", 0, position or 0) + 1
        if any(problem.line == line for problem in self.problems):
            return None  # one fault of the line was told already, in words that are nearer to it
        said = str(
            getattr(error, "problem", None) or getattr(error, "reason", None) or error
        ).splitlines()[0]
        for part, (what, hint) in _MEANT.items():
            if part in said:
                return self._problem(line, f"this is not YAML: {what}", hint)
        return self._problem(line, f"this is not YAML: {said}.")

    def _problem(self, line: int, what: str, hint: str = "") -> None:
        self.problems.append(Problem(self.shown, line, what, hint))
        if len(self.problems) >= MOST_PROBLEMS:
            raise Problems(self.problems)
