"""What `dlfaq show` and `dlfaq list` say: an entry whole, all entries a line each."""

from collections.abc import Iterable, Iterator, Mapping

from dlfaq.ask.blocks import Span
from dlfaq.ask.reader import ClaimText, EntryText, Row, SideText, SourceText
from dlfaq.terminal.answers import headline, pair, part_lines
from dlfaq.terminal.style import Line, Terminal, block_lines, plain, text_line

_RULINGS = {"true": "green", "false": "red", "conditional": "yellow", "untestable": "dim"}


def render_entry(entry: EntryText, *, rich: bool = False, width: int | None = None) -> str:
    """What `dlfaq show` says: the whole entry."""
    lines = list(_entry(entry))
    return Terminal(width).show(lines) if rich else plain(lines)


def render_list(
    rows: Iterable[Row],
    topics: Mapping[str, str],
    *,
    rich: bool = False,
    width: int | None = None,
) -> str:
    """What `dlfaq list` says: one line an entry, with its verified claims; planned ones last.

    Args:
        rows: The entries.
        topics: Title by id, of the topics to name above; may be empty.
        rich: For a terminal.
        width: Columns of the terminal.
    """
    rows = list(rows)
    longest = max((len(row.id) for row in rows), default=0)
    lines = [text_line(", ".join(topics.values()), "title")] if topics else []
    lines += [_row(row, longest) for row in rows]
    return Terminal(width).show(lines) if rich else plain(lines)


def _row(row: Row, longest: int) -> Line:
    count = "planned" if row.planned else "draft" if row.draft else f"{row.verified}/{row.claims}"
    whole = row.verified == row.claims
    style = "dim" if row.planned else "green" if whole and not row.draft else "yellow"
    head = (Span(f"{row.id:<{longest}}  ", "id"), Span(f"{count:>7}  ", style))
    return Line(row.title, head=head)


def _entry(entry: EntryText) -> Iterator[Line]:
    yield headline(entry)
    if entry.planned:
        yield from (Line(), text_line("This answer is planned; it is not written yet."))
    yield from block_lines(entry.short)
    for part in entry.parts:
        yield from part_lines(part)
    if entry.claims:
        yield from (Line(), text_line("Claims", "title"), Line(entry.evidence))
        for claim in entry.claims:
            yield from _claim(claim)
    if entry.sources:
        yield from (Line(), text_line("What the sources say", "title"))
        yield from map(_source, entry.sources)
    if entry.also_asked:
        yield from (Line(), text_line("Also asked as", "title"))
        yield from (text_line(one, indent=2) for one in entry.also_asked)
    if entry.references:
        yield from (Line(), text_line("References", "title"))
        for ref in entry.references:
            yield Line((Span(f"{ref.text} "), Span(ref.url, "link")), 2)
    if entry.related:
        yield from (Line(), text_line("Related", "title"))
        yield from (pair(name, question) for name, question in entry.related)


def _claim(claim: ClaimText) -> Iterator[Line]:
    """What it says, what was measured against what was predicted, and where the check fails."""
    verdict = Span(f"{claim.verdict or 'not measured'}: ", claim.colour)
    yield Line(claim.says, head=(Span(f"{claim.mark} ", f"mark:{claim.colour}"), verdict))
    own, *others = claim.sides
    expected = Span("expected ", "dim"), Span(own.expect, "code")
    if own.measured:
        yield Line((Span("measured ", "dim"), *_measured(own), Span("; ", "dim"), *expected), 4)
    else:
        yield Line(expected, 4)
    for side in others:
        measured = (*_measured(side), Span("; ")) if side.measured else ()
        outcome = Span(f"control {side.outcome or 'not measured'}: ", "dim")
        yield Line((outcome, *measured, *side.why), 4)


def _measured(side: SideText) -> tuple[Span, ...]:
    return Span(side.measured, "bold"), Span(f" at {side.at}" if side.at else "", "dim")


def _source(one: SourceText) -> Line:
    ruled = Span(f"{one.ruling}: ", _RULINGS.get(one.ruling, "yellow"))
    because = (Span("; "), *one.because) if one.because else ()
    title = "".join(span.text for span in one.title)
    return Line((ruled, *one.says, *because, Span(f" [{title}]", "dim")), 2)
