"""Lines of styled spans, and the two forms in which they are shown.

On a terminal they are wrapped and coloured, in a pipe plain and unwrapped. rich is loaded only for
a terminal.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dlfaq.ask.blocks import Block, Blocks, Span, Spans
from dlfaq.sanitise import sanitise

if TYPE_CHECKING:
    from rich.text import Text

STYLES = {
    "question": "bold", "title": "bold", "bold": "bold", "italic": "italic", "code": "cyan",
    "maths": "magenta", "link": "dim", "dim": "dim", "id": "cyan", "green": "green", "red": "red",
    "yellow": "yellow", "blue": "blue",
}  # fmt: skip
WIDEST, NARROWEST = 100, 20  # columns; longer lines are hard to read
GAP = 2  # columns at least between a line and what stands at its right


class Line(NamedTuple):
    """A line of spans.

    Attributes:
        spans: What is wrapped on a terminal.
        indent: Columns from the left.
        head: What stands before the spans; wrapped lines begin below the spans, not below it.
        whole: Never wrapped: code and maths.
        right: What stands at the right edge, below the spans where there is no room.
    """

    spans: Spans = ()
    indent: int = 0
    head: Spans = ()
    whole: bool = False
    right: Spans = ()


def text_line(text: str, style: str = "", indent: int = 0) -> Line:
    """A line of one style."""
    return Line((Span(text, style),), indent)


def block_lines(blocks: Blocks, *, first: bool = True) -> Iterator[Line]:
    """The lines of blocks, with empty ones between them; `first`: and one above."""
    before = ""
    for block in blocks:
        gap = block.kind != before or before not in {"item", "row"}
        if gap and (before or first):
            yield Line()
        yield from _block(block)
        before = block.kind


def _block(block: Block) -> Iterator[Line]:
    if block.kind == "rule":
        yield text_line("---", "dim")
    elif block.kind in {"code", "maths"}:
        yield from (Line(line, 4, whole=True) for line in block.lines)
    elif block.kind == "item":
        yield Line(block.lines[0], block.indent, (Span(f"{block.mark} ", "bullet"),))
    elif block.kind == "heading":
        yield Line(tuple(Span(span.text, "title") for span in block.lines[0]))
    else:
        yield Line(block.lines[0], head=(Span("> ", "dim"),) if block.kind == "quote" else ())


def plain(lines: Iterable[Line]) -> str:
    """One line each, unwrapped, without the marks that only a terminal shows."""
    found = []
    for line in lines:
        spans = [one for one in (*line.head, *line.spans) if not one.style.startswith("mark:")]
        text = "".join("- " if one == ("• ", "bullet") else one.text for one in spans)
        right = "".join(f"  {one.text}" for one in line.right)
        found.append(f"{' ' * line.indent}{text}{right}".rstrip())
    return re.sub(r"\n{3,}", "\n\n", sanitise("\n".join(found)))


class Terminal:
    """A terminal of some columns and rows, asked of it where they are not given."""

    def __init__(self, width: int | None = None, height: int | None = None) -> None:
        from io import StringIO

        from rich.console import Console

        self._out = StringIO()
        self._console: Console = Console(
            file=self._out, force_terminal=True, width=width, height=height,
            markup=False, highlight=False, emoji=False,
        )  # fmt: skip
        self.columns = max(2 * NARROWEST, min(self._console.width, WIDEST))
        self.rows = self._console.height

    def count(self, lines: Iterable[Line]) -> int:
        """How many rows the lines take."""
        return sum(len(self._rows(line)) for line in lines)

    def show(self, lines: Iterable[Line]) -> str:
        """Wrapped and coloured; texts are never read as rich's markup."""
        for line in lines:
            for row in self._rows(line):
                self._console.print(row, soft_wrap=True)
        return re.sub(r"\n{3,}", "\n\n", self._out.getvalue()).rstrip("\n")

    def _rows(self, line: Line) -> "list[Text]":
        from rich.text import Text

        start = Text(" " * line.indent).append_text(_text(line.head))
        below = " " * min(start.cell_len, self.columns - NARROWEST)
        body, room = _text(line.spans), self.columns - len(below)
        fits = line.whole or body.cell_len <= room
        pieces: Sequence[Text] = [body] if fits else body.wrap(self._console, room)
        rows = []
        for place, piece in enumerate(pieces):
            piece.rstrip()
            rows.append((Text(below) if place else start).append_text(piece))
        return self._beside(rows, _text(line.right)) if line.right else rows

    def _beside(self, rows: "list[Text]", right: "Text") -> "list[Text]":
        """Put what stands at the right edge beside the first row, or below the last."""
        from rich.text import Text

        place = next(
            (i for i in (0, -1) if rows[i].cell_len + GAP + right.cell_len <= self.columns), None
        )
        if place is None:
            rows.append(Text())
            place = -1
        rows[place].pad_right(self.columns - right.cell_len - rows[place].cell_len)
        rows[place].append_text(right)
        return rows


def _text(spans: Iterable[Span]) -> "Text":
    from rich.text import Text

    text = Text()
    for span in spans:
        style = STYLES.get(span.style.removeprefix("mark:"), "")
        text.append(sanitise(span.text).replace("\n", " "), style)
    return text
