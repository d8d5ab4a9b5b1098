"""What `dlfaq show` and `dlfaq list` say: an entry whole, all entries a line each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from dlfaq.ask.blocks import Span
from dlfaq.ask.reader import (
    ClaimText,
    EntryText,
    PartText,
    ReferenceText,
    Row,
    SideText,
    SourceText,
    StepText,
)
from dlfaq.terminal.answers import headline, pair, part_lines, status_lines, step_lines
from dlfaq.terminal.style import Line, Terminal, block_lines, plain, text_line

KINDS = {"library": "of PyTorch"}  # what a claim's kind is called; others by their name
MOST_ASKED = 12  # other ways to ask that are shown; the search knows them all
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
    """What `dlfaq list` says: by topic, one line an entry with its verified claims.

    An entry stands below the first of its topics that is listed; planned ones come last.

    Args:
        rows: The entries.
        topics: Title by id, in order.
        rich: For a terminal.
        width: Columns of the terminal.
    """
    rows = list(rows)
    longest = max((len(row.id) for row in rows), default=0)
    groups: dict[str, list[Row]] = {topic: [] for topic in topics}
    for row in rows:
        own = next((one for one in row.topics if one in topics), "")
        groups.setdefault(own, []).append(row)
    lines: list[Line] = []
    for topic, group in groups.items():
        if group:
            lines += [Line()] if lines else []
            lines += [text_line(topics[topic], "title")] if topic else []
            lines += [_row(row, longest) for row in group]
    return Terminal(width).show(lines) if rich else plain(lines)


def _row(row: Row, longest: int) -> Line:
    count = "planned" if row.planned else "draft" if row.draft else f"{row.verified}/{row.claims}"
    whole = row.verified == row.claims
    style = "dim" if row.planned else "green" if whole and not row.draft else "yellow"
    head = (Span(f"{row.id:<{longest}}  ", "id"), Span(f"{count:>7}  ", style))
    return Line(row.title, head=head)


def render_part(
    entry: EntryText, part: PartText, *, rich: bool = False, width: int | None = None
) -> str:
    """What `dlfaq show ID#part` says: one part of an entry."""
    whole = Line((Span("The whole answer: "), Span(f"dlfaq show {entry.id}", "id")))
    lines = [headline(entry), *part_lines(part), Line(), whole]
    return Terminal(width).show(lines) if rich else plain(lines)


def _entry(entry: EntryText) -> Iterator[Line]:
    yield headline(entry)
    if entry.planned:
        yield from (Line(), text_line("This answer is planned; it is not written yet."))
    else:
        yield from block_lines(entry.short)
        yield from status_lines(entry)
    yield from _steps(entry.steps)
    for part in entry.parts:
        yield from part_lines(part)
    if entry.claims:
        yield from (Line(), text_line("Claims", "title"), Line(entry.evidence))
        for claim in entry.claims:
            yield from _claim(claim)
    yield from _around(entry)


def _around(entry: EntryText) -> Iterator[Line]:
    """What others say, how else it is asked, references, related entries."""
    if entry.sources:
        yield from (Line(), text_line("What the sources say", "title"))
        yield from map(_source, entry.sources)
    if entry.also_asked:
        yield from (Line(), text_line("Also asked as", "title"))
        yield from (text_line(one, indent=2) for one in entry.also_asked[:MOST_ASKED])
        if (others := len(entry.also_asked) - MOST_ASKED) > 0:
            yield text_line(f"and in {others} other ways", indent=2)
    if entry.references:
        yield from (Line(), text_line("References", "title"))
        yield from map(_reference, entry.references)
    if entry.related:
        yield from (Line(), text_line("Related", "title"))
        yield from (pair(name, question) for name, question in entry.related)


def _steps(steps: Sequence[StepText]) -> Iterator[Line]:
    if steps:
        yield from (Line(), text_line("Do this", "title"))
    for place, step in enumerate(steps, 1):
        yield from step_lines(place, step)
        because = (Span("rests on ", "dim"), *step.because)
        yield Line(because, len(f"{place:>2}. "))


def _claim(claim: ClaimText) -> Iterator[Line]:
    """Statement, prediction, measurement, where it also holds, where it fails."""
    kind = f", {KINDS.get(claim.kind, claim.kind)}"
    verdict = Span(
        f"{claim.verdict}{kind}: " if claim.verdict else "not measured yet: ", claim.colour
    )
    head = (Span(f"{claim.mark} ", f"mark:{claim.colour}"), verdict)
    yield Line(claim.says, head=head, right=(Span(f"[{claim.id}]", "dim"),))
    own, *others = claim.sides
    if own.measured:
        predicted = Span("predicted ", "dim"), Span(own.predicted)
        yield Line((*predicted, Span("; measured ", "dim"), *_measured(own)), 4)
    else:
        yield Line((Span("expects ", "dim"), Span(own.expect, "code")), 4)
    if claim.shows:
        yield Line(claim.shows, 4)
    for side in others:
        yield Line(tuple(_condition(side)), 4)


def _condition(side: SideText) -> Iterator[Span]:
    """Under which condition it also holds, or fails and why; what else happened is said."""
    role, expected = ("also holds", "holds") if side.role == "holds" else ("fails when", "fails")
    yield Span(f"{role}: ", "dim")
    yield Span(side.name)
    if side.outcome not in {expected, ""}:
        yield Span(
            f" (no: it {side.outcome if side.outcome != 'inconclusive' else 'is undecided'})", "red"
        )
    if side.measured:
        yield from (Span(", ", "dim"), *_measured(side))
    else:
        yield Span(", not measured yet", "dim")
    if side.why:
        yield from (Span(": ", "dim"), *side.why)


def _measured(side: SideText) -> tuple[Span, ...]:
    return Span(side.measured, "bold"), Span(f" at {side.at}" if side.at else "", "dim")


def _reference(one: ReferenceText) -> Line:
    purpose = (Span(" For: "), *one.purpose) if one.purpose else ()
    return Line((Span(f"{one.text} "), Span(one.url, "link"), *purpose), 2)


def _source(one: SourceText) -> Line:
    ruled = Span(f"{one.ruling}: ", _RULINGS.get(one.ruling, "yellow"))
    because = (Span("; "), *one.because) if one.because else ()
    title = "".join(span.text for span in one.title)
    return Line((ruled, *one.says, *because, Span(f" [{title}]", "dim")), 2)
