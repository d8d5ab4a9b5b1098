"""The marks of Markdown within a paragraph: where each begins and ends, in one pass.

Whether a mark is ever closed is looked up in what was found before, so that a text full of marks
that never close takes no longer than another one.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

_MARKS = re.compile(r"`+|\*\*|__|\$\$|!?\[|[*_$]|\\[\\`*_{}\[\]()#+.!$|<>-]|\\")
_RUNS = re.compile("`+")
_DOLLARS = re.compile(r"\$\$")
_DOLLAR = re.compile(r"\\.|\$", re.DOTALL)
_CLOSES = {  # what closes bold and italic: it stands close to a word
    "**": re.compile(r"(?<=\S)\*\*"),
    "__": re.compile(r"(?<=\S)__"),
    "*": re.compile(r"(?<=[^\s*_])\*(?!\w)"),
    "_": re.compile(r"(?<=[^\s*_])_(?!\w)"),
}
_BRACKET, _PARENTHESIS = re.compile(r"[\]\n]"), re.compile(r"[)\n]")


class Mark(NamedTuple):
    """A marked piece of a text.

    Attributes:
        kind: code, display, maths, bold, italic, link or escaped.
        start: Where it begins, its marks included.
        end: One past where it ends.
        inner: What stands between its marks.
        address: Of a link.
    """

    kind: str
    start: int
    end: int
    inner: str
    address: str = ""


def marks(text: str) -> Iterator[Mark]:
    """The marked pieces of a text, in order; those within others are left to who reads these."""
    scanner, place = _Scanner(text), 0
    while found := _MARKS.search(text, place):
        mark = scanner.at(found)
        if mark is None and len(found[0]) == 2 and found[0] in _CLOSES:  # noqa: PLR2004 - ** or __
            mark = scanner.italic(found.start(), found[0][0])
        if mark is None:
            place = found.end() if found[0][0] in "`\\" else found.start() + 1
        else:
            yield mark
            place = mark.end


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self._next: dict[re.Pattern[str], tuple[int, re.Match[str] | None]] = {}
        self._runs: dict[int, list[int]] | None = None

    def at(self, found: re.Match[str]) -> Mark | None:
        """The piece that begins with a mark; None if it is not closed."""
        sign, start, end = found[0], found.start(), found.end()
        if sign[0] == "\\":
            return Mark("escaped", start, end, sign[1:]) if len(sign) > 1 else None
        if sign[0] == "$":
            return self._display(start) or self._maths(start)
        if sign in {"**", "__"}:
            return self._bold(start, sign)
        read = self._code if sign[0] == "`" else self._link if sign[-1] == "[" else self.italic
        return read(start, sign)

    def _bold(self, start: int, sign: str) -> Mark | None:
        end = start + len(sign)
        closing = self._after(_CLOSES[sign], end + 1)
        if closing is None or self.text[end].isspace():
            return None
        return Mark("bold", start, closing.end(), self.text[end : closing.start()])

    def italic(self, start: int, sign: str) -> Mark | None:
        """Between single marks at the borders of words."""
        text, end = self.text, start + 1
        if end >= len(text) or text[end] in "*_" or text[end].isspace():
            return None
        if start and (text[start - 1].isalnum() or text[start - 1] == "_"):
            return None
        closing = self._after(_CLOSES[sign], end + 1)
        if closing is None:
            return None
        return Mark("italic", start, closing.end(), text[end : closing.start()])

    def _code(self, start: int, sign: str) -> Mark | None:
        """Up to the next run of as many ticks."""
        end = start + len(sign)
        if self._runs is None:
            self._runs = {}
            for run in _RUNS.finditer(self.text):
                self._runs.setdefault(len(run[0]), []).append(run.start())
        same = self._runs.get(end - start, [])
        place = bisect_left(same, end)
        if place == len(same):
            return None
        return Mark("code", start, same[place] + end - start, self.text[end : same[place]])

    def _display(self, start: int) -> Mark | None:
        if not self.text.startswith("$$", start):
            return None
        closing = self._after(_DOLLARS, start + 3)
        if closing is None:
            return None
        return Mark("display", start, closing.end(), self.text[start + 2 : closing.start()])

    def _maths(self, start: int) -> Mark | None:
        """Up to the next dollar that is not escaped."""
        text, end = self.text, start + 1
        if (start and text[start - 1] in "\\$") or end >= len(text) or text[end].isspace():
            return None
        closing = self._dollar(end)
        if closing <= end or text[closing - 1].isspace():
            return None
        if closing + 1 < len(text) and text[closing + 1].isdigit():
            return None
        return Mark("maths", start, closing + 1, text[end:closing])

    def _dollar(self, place: int) -> int:
        """Where the next dollar is that is not escaped; -1 if there is none."""
        found = self._after(_DOLLAR, place)
        while found is not None and found[0] != "$":
            found = self._after(_DOLLAR, found.end())
        return -1 if found is None else found.start()

    def _link(self, start: int, sign: str) -> Mark | None:
        end = start + len(sign)
        title = self._after(_BRACKET, end)
        if title is None or not self.text.startswith("](", title.start()):
            return None
        closing = self._after(_PARENTHESIS, title.start() + 2)
        if closing is None or closing[0] != ")":
            return None
        words = self.text[title.start() + 2 : closing.start()].split(maxsplit=1)
        inner = self.text[end : title.start()]
        return Mark("link", start, closing.end(), inner, words[0] if words else "")

    def _after(self, pattern: re.Pattern[str], place: int) -> re.Match[str] | None:
        """The first match from a place on, which only grows; remembered until it is passed."""
        since, found = self._next.get(pattern, (-1, None))
        known = since >= 0 and since <= place and (found is None or found.start() >= place)
        if not known:
            found = pattern.search(self.text, place)
            self._next[pattern] = (place, found)
        return found
