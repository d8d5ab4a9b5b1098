"""What is shown of a text: blocks of styled spans, and the form in which the index keeps them.

The builder parses texts into these values once; whoever shows them only reads. Standard library
only.
"""

from collections.abc import Iterable
from typing import NamedTuple

# no text that was made safe holds these characters
_BLOCK, _LINE, _SPAN, _STYLE = "\x1c", "\x1d", "\x1e", "\x1f"


class Span(NamedTuple):
    """Text of one style: empty, `bold`, `italic`, `code`, `maths`, `link` or `cite`."""

    text: str
    style: str = ""


Spans = tuple[Span, ...]


class Block(NamedTuple):
    """One block.

    Attributes:
        kind: `heading`, `paragraph`, `item`, `quote`, `code`, `maths`, `row` or `rule`.
        lines: Each line's spans; only code has several.
        indent: Columns to the right, of a list within a list.
        mark: An item's bullet or number.
    """

    kind: str
    lines: tuple[Spans, ...]
    indent: int = 0
    mark: str = ""


Blocks = tuple[Block, ...]


def pack_spans(spans: Iterable[Span]) -> str:
    """Spans as one text; `unpack_spans` gives them back."""
    return _SPAN.join(f"{one.text}{_STYLE}{one.style}" if one.style else one.text for one in spans)


def unpack_spans(text: str) -> Spans:
    """Spans from their text."""
    return tuple(Span(*one.split(_STYLE)) for one in text.split(_SPAN)) if text else ()


def pack(blocks: Iterable[Block]) -> str:
    """Blocks as one text; `unpack` gives them back."""
    return _BLOCK.join(
        _LINE.join([one.kind, str(one.indent), one.mark, *map(pack_spans, one.lines)])
        for one in blocks
    )


def unpack(text: str) -> Blocks:
    """Blocks from their text."""
    return tuple(map(_block, text.split(_BLOCK))) if text else ()


def _block(text: str) -> Block:
    kind, indent, mark, *lines = text.split(_LINE)
    return Block(kind, tuple(map(unpack_spans, lines)), int(indent), mark)
