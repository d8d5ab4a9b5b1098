"""The Markdown that answers are written in, as blocks of styled spans.

Headings, paragraphs, lists, quotes, fenced code, tables, rules; bold, italic, code, links, $maths$.
HTML is text.
"""

import re
from collections.abc import Iterator

from dlfaq.ask.blocks import Block, Span, Spans
from dlfaq.ask.build.marks import marks
from dlfaq.ask.build.maths import readable
from dlfaq.sanitise import sanitise

_ITEM = r"(?P<indent> *)(?P<mark>[-*+]|\d{1,9}[.)])\s+(?P<text>.*)"
_HEADING = r"#{1,6}\s+(?P<text>.*)"
_RULE = r" {0,3}([-*_])( *\1){2,} *"
_FENCE = r" *(```+|~~~+)"
_DIVIDER = r"(?=.*-)[\s:|-]+"
GAP, WIDEST_TABLE = "  ", 78  # columns of a terminal
_LONGEST = 4_000  # characters; a longer paragraph or line is shown as it is


def inline(text: str) -> tuple[Span, ...]:
    """A paragraph's text as spans."""
    if len(text) > _LONGEST or not any(mark in text for mark in "`$*_[\\"):
        return (Span(text),) if text else ()
    return tuple(_merged(_spans(text)))


def _spans(text: str, style: str = "") -> Iterator[Span]:
    place = 0
    for mark in marks(text):
        yield Span(text[place : mark.start], style)
        place = mark.end
        if mark.kind == "code":
            yield Span(mark.inner.strip() or mark.inner, "code")
        elif mark.kind in {"display", "maths"}:
            yield Span(readable(mark.inner), "maths")
        elif mark.kind == "bold":
            yield from _spans(mark.inner, "bold")
        elif mark.kind == "italic":
            yield from _spans(mark.inner, style or "italic")
        elif mark.kind == "link":
            yield from _link(mark.inner, mark.address, style)
        else:
            yield Span(mark.inner, style)
    yield Span(text[place:], style)


def _link(title: str, address: str, style: str) -> Iterator[Span]:
    yield from _spans(title, style)
    if address.startswith(("http://", "https://")) and address != title:
        yield Span(f" ({address})", "link")


def _merged(spans: Iterator[Span]) -> Iterator[Span]:
    last: Span | None = None
    for span in spans:
        if not span.text:
            continue
        if last and last.style == span.style:
            last = Span(last.text + span.text, last.style)
        else:
            if last:
                yield last
            last = span
    if last:
        yield last


def blocks(text: str) -> list[Block]:
    """The blocks of a text, in order.

    The text is made safe first, so that what is shown is what was checked.
    """
    found: list[Block] = []
    lines = sanitise(text).split("\n")
    place = 0
    while place < len(lines):
        line = lines[place]
        fence = re.match(_FENCE, line)
        if not line.strip():
            place += 1
        elif len(line) > _LONGEST:
            found.append(Block("paragraph", ((Span(line.strip()),),)))
            place += 1
        elif fence:
            place = _code(lines, place, fence[1], found)
        elif line.strip().startswith("$$"):
            place = _display(lines, place, found)
        elif re.fullmatch(_RULE, line):
            found.append(Block("rule", ()))
            place += 1
        elif heading := re.fullmatch(_HEADING, line.strip()):
            found.append(Block("heading", (inline(heading["text"].rstrip("#").rstrip()),)))
            place += 1
        elif line.lstrip().startswith("|"):
            place = _table(lines, place, found)
        else:
            place = _paragraph(lines, place, found)
    return found


def _code(lines: list[str], place: int, fence: str, found: list[Block]) -> int:
    body: list[str] = []
    place += 1
    while place < len(lines) and not lines[place].strip().startswith(fence):
        body.append(lines[place])
        place += 1
    found.append(Block("code", tuple((Span(one, "code"),) for one in body)))
    return place + 1


def _display(lines: list[str], place: int, found: list[Block]) -> int:
    """Maths on lines of its own, up to the closing dollars or an empty line."""
    body = [lines[place].strip()[2:]]
    while "$$" not in body[-1] and place + 1 < len(lines) and lines[place + 1].strip():
        place += 1
        body.append(lines[place].strip())
    formula, _, rest = " ".join(body).partition("$$")
    found.append(Block("maths", ((Span(readable(formula), "maths"),),)))
    if rest.strip():
        found.append(Block("paragraph", (inline(rest.strip()),)))
    return place + 1


def _table(lines: list[str], place: int, found: list[Block]) -> int:
    """Rows whose cells stand below each other, if that fits a terminal; else bars divide them."""
    rows: list[list[Spans]] = []
    while place < len(lines) and lines[place].lstrip().startswith("|"):
        if not re.fullmatch(_DIVIDER, lines[place]):
            cells = lines[place].strip().removeprefix("|").removesuffix("|").split("|")
            rows.append([inline(cell.strip()) for cell in cells])
        place += 1
    columns = max(map(len, rows), default=0)
    widths = [max(_width(row[i]) for row in rows if i < len(row)) for i in range(columns)]
    aligned = sum(widths) + len(GAP) * (columns - 1) <= WIDEST_TABLE
    texts = (tuple(_merged(_cells(row, widths, aligned=aligned))) for row in rows)
    found += [Block("row", (line,)) for line in texts]
    return place


def _cells(row: list[Spans], widths: list[int], *, aligned: bool) -> Iterator[Span]:
    for place, cell in enumerate(row):
        yield from cell
        if place < len(row) - 1:
            yield Span(" " * (widths[place] - _width(cell)) + GAP if aligned else " | ")


def _width(spans: Spans) -> int:
    return sum(len(span.text) for span in spans)


def _paragraph(lines: list[str], place: int, found: list[Block]) -> int:
    """A paragraph, an item or a quote, with the lines that continue it."""
    item = re.fullmatch(_ITEM, lines[place])
    quoted = not item and lines[place].lstrip().startswith(">")
    body = [
        item["text"]
        if item
        else lines[place].strip().lstrip("> ")
        if quoted
        else lines[place].strip()
    ]
    place += 1
    while place < len(lines) and not _begins(lines[place]):
        body.append(lines[place].strip().lstrip("> ") if quoted else lines[place].strip())
        place += 1
    spans = inline("\n".join(body).replace("\n", " "))
    if item:
        mark = "•" if item["mark"] in "-*+" else item["mark"]
        found.append(Block("item", (spans,), len(item["indent"]), mark))
    else:
        found.append(Block("quote" if quoted else "paragraph", (spans,)))
    return place


def _begins(line: str) -> bool:
    """Does a line begin a block of its own?"""
    text = line.lstrip()
    return (
        not text
        or bool(
            re.fullmatch(_ITEM, line)
            or re.match(_FENCE, line)
            or re.fullmatch(_RULE, line)
            or re.fullmatch(_HEADING, text)
        )
        or text.startswith(("|", "$$"))
    )


def plain(text: str) -> str:
    """Markdown as plain text: one line a paragraph, nothing wrapped."""
    lines: list[str] = []
    before = ""
    for block in blocks(text):
        if lines and not (block.kind == before and before in {"item", "row"}):
            lines.append("")
        lines += _plain_block(block)
        before = block.kind
    return "\n".join(lines)


def _plain_block(block: Block) -> list[str]:
    texts = ["".join(span.text for span in line) for line in block.lines]
    if block.kind == "item":
        mark = "-" if block.mark == "•" else block.mark
        return [f"{' ' * block.indent}{mark} {texts[0]}"]
    if block.kind in {"code", "maths"}:
        return [f"    {text}".rstrip() for text in texts]
    if block.kind == "quote":
        return [f"> {text}" for text in texts]
    return texts or ["---"]
