"""Entries, answers and lists as text: with style and wrapped on a terminal, plain and unwrapped in a pipe.

One walk builds lines of styled spans; `_show` turns them into either. rich is loaded only for a terminal.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dlfaq.ask.rank import Answer, Result
from dlfaq.ask.shelf import ClaimText, EntryText, Measurement, Row
from dlfaq.terminal.markdown import Block, Span, blocks, inline
from dlfaq.terminal.text import number, sanitise

if TYPE_CHECKING:
    from rich.text import Text

# verdict: (mark on a terminal, colour)
VERDICTS = {
    "verified": ("✓", "green"),
    "refuted": ("✗", "red"),
    "inconclusive": ("?", "yellow"),
    "vacuous": ("○", "yellow"),
}
UNKNOWN = ("·", "dim")  # a claim that was never measured
STYLES = {
    "question": "bold", "title": "bold", "bold": "bold", "italic": "italic", "code": "cyan", "maths": "magenta",
    "link": "dim", "dim": "dim", "id": "cyan", "green": "green", "red": "red", "yellow": "yellow",
}  # fmt: skip
WIDEST, NARROWEST = 100, 20  # columns; longer lines are hard to read
NEAREST = 3
ID_COLUMNS = 24


class Line(NamedTuple):
    """A line of spans.

    Attributes:
        spans: What is wrapped on a terminal.
        indent: Columns from the left.
        head: What stands before the spans; wrapped lines begin below the spans, not below it.
        whole: Never wrapped: code and maths.
    """

    spans: tuple[Span, ...] = ()
    indent: int = 0
    head: tuple[Span, ...] = ()
    whole: bool = False


def render_answer(
    answer: Answer,
    best: EntryText | None,
    *,
    full: bool = False,
    explain: bool = False,
    rich: bool = False,
    width: int | None = None,
) -> str:
    """What `dlfaq ask` says.

    Args:
        answer: What `rank.ask` found.
        best: The first result's entry; None if there is none.
        full: Add the long answer, and each claim's controls.
        explain: Add why this entry was found.
        rich: For a terminal: colours as it and `NO_COLOR` allow, wrapped.
        width: Columns of the terminal; asked of it if not given.
    """
    lines: list[Line] = []
    if best is None or not answer.answered:
        lines += _nothing(answer)
        rest: Sequence[Result] = ()
    else:
        lines += _planned(best, answer) if best.planned else _answered(best, full=full)
        rest = answer.results[1:]
    if rest:
        lines += [Line(), _title("Also near")]
        lines += [_result(one) for one in rest]
    if explain:
        lines += [Line(), *_explained(answer)]
    return _show(lines, rich=rich, width=width)


def render_entry(entry: EntryText, *, rich: bool = False, width: int | None = None) -> str:
    """What `dlfaq show` says: the whole entry."""
    lines = [_headline(entry)]
    if entry.planned:
        lines += [Line(), _line("This answer is planned; it is not written yet.")]
    lines += [*_markdown(entry.short), *_markdown(entry.long)]
    if entry.claims:
        lines += [Line(), _title(f"Claims ({entry.verified} of {len(entry.claims)} verified)")]
        for claim in entry.claims:
            lines += _claim(claim, controls=True)
    if entry.sources:
        lines += [Line(), _title("What the sources say")]
        for one in entry.sources:
            because = (Span("; "), *inline(sanitise(one.because).strip())) if one.because else ()
            ruled = (Span(f"{one.ruling}: ", _RULINGS.get(one.ruling, "yellow")), *inline(sanitise(one.says)))
            lines.append(Line((*ruled, *because, Span(f" [{one.title}]", "dim")), 2))
    if entry.also_asked:
        lines += [Line(), _title("Also asked as"), *(Line(inline(sanitise(one)), 2) for one in entry.also_asked)]
    if entry.references:
        lines += [Line(), _title("References")]
        for ref in entry.references:
            lines.append(Line((Span(f"{ref.authors} ({ref.year}). {ref.title}. "), Span(ref.url, "link")), 2))
    if entry.related:
        lines += [Line(), _title("Related"), *(_pair(name, question) for name, question in entry.related)]
    return _show(lines, rich=rich, width=width)


def render_list(rows: Iterable[Row], topics: Mapping[str, str], *, rich: bool = False, width: int | None = None) -> str:
    """What `dlfaq list` says: one line an entry, with its verified claims; planned ones last.

    Args:
        rows: The entries.
        topics: Title by id, of the topics to name above; may be empty.
        rich: For a terminal.
        width: Columns of the terminal.
    """
    rows = list(rows)
    longest = max((len(row.id) for row in rows), default=0)
    lines = [_title(", ".join(topics.values()))] if topics else []
    for row in rows:
        count = "planned" if row.planned else f"{row.verified}/{row.claims}"
        style = "dim" if row.planned else "green" if row.verified == row.claims else "yellow"
        head = (Span(f"{row.id:<{longest}}  ", "id"), Span(f"{count:>7}  ", style))
        lines.append(Line(inline(sanitise(row.question)), head=head))
    return _show(lines, rich=rich, width=width)


_RULINGS = {"true": "green", "false": "red", "conditional": "yellow", "untestable": "dim"}


def _line(text: str, style: str = "", indent: int = 0) -> Line:
    return Line((Span(text, style),), indent)


def _title(text: str) -> Line:
    return _line(text, "title")


def _headline(entry: EntryText) -> Line:
    question = tuple(Span(span.text, "question") for span in inline(sanitise(entry.question)))
    return Line((*question, Span(f"  [{entry.id}]", "dim")))


def _answered(entry: EntryText, *, full: bool) -> list[Line]:
    lines = [_headline(entry), *_markdown(entry.short)]
    if full:
        lines += _markdown(entry.long)
    if entry.claims:
        lines.append(Line())
    for claim in entry.claims:
        lines += _claim(claim, controls=full)
    more = "the whole entry" if full else "the explanation, controls and sources"
    counted = f"{entry.verified} of {len(entry.claims)} claims verified. For {more}: "
    return [*lines, Line(), Line((Span(counted), Span(f"dlfaq show {entry.id}", "id")))]


def _planned(entry: EntryText, answer: Answer) -> list[Line]:
    lines = [_headline(entry), Line(), _line("An answer to this is planned; it is not written yet.")]
    written = answer.nearest_written
    if written:
        lines += [Line(), _line("The nearest that is written:"), _pair(written.id, written.question)]
    return lines


def _nothing(answer: Answer) -> list[Line]:
    lines = [_line("Nothing here fits that question well enough to answer it.")]
    if answer.results:
        lines += [Line(), _line("The nearest:"), *(_result(one) for one in answer.results[:NEAREST])]
        lines += [Line(), Line((Span("Read one with "), Span(f"dlfaq show {answer.results[0].id}", "id")))]
    return lines


def _result(one: Result) -> Line:
    return _pair(one.id, one.question + (" (planned)" if one.planned else ""))


def _pair(name: str, question: str) -> Line:
    return Line(inline(sanitise(question)), 2, (Span(f"{name:<{ID_COLUMNS}}  ", "id"),))


def _claim(claim: ClaimText, *, controls: bool) -> Iterator[Line]:
    """What it says, what was measured against what was predicted, and (if asked for) where the check fails."""
    mark, colour = VERDICTS.get(claim.verdict, UNKNOWN)
    head = Span(f"{mark} ", f"mark:{colour}"), Span(f"{claim.verdict or 'not measured'}: ", colour)
    yield Line(inline(sanitise(claim.says)), head=head)
    own = claim.measured
    if own.estimate is None:
        yield Line((Span("expects ", "dim"), Span(own.expectation, "code")), 4)
    else:
        expected = Span("; expected ", "dim"), Span(own.expectation, "code")
        yield Line((Span("measured ", "dim"), *_estimate(own), *expected), 4)
    for control in claim.controls if controls else ():
        measured = (*_estimate(control), Span("; ")) if control.estimate is not None else ()
        spans = (
            Span(f"control {control.outcome or 'not measured'}: ", "dim"),
            *measured,
            *inline(sanitise(control.why)),
        )
        yield Line(spans, 4)


def _estimate(side: Measurement) -> tuple[Span, ...]:
    at = f" at {side.at}" if side.at else ""
    if side.expectation.startswith("all("):  # a condition: it held in so many replicates
        held = round(side.estimate * side.replicates)
        return Span(f"{held} of {side.replicates}", "bold"), Span(f" replicates{at}", "dim")
    interval = f" [{number(side.low)}, {number(side.high)}]"
    return Span(number(side.estimate), "bold"), Span(f"{interval}{at}", "dim")


def _explained(answer: Answer) -> Iterator[Line]:
    why = answer.explanation
    yield _title("Why")
    pairs = {
        "looked for": ", ".join(why.terms),
        "corrected": ", ".join(f"{typed} → {read}" for typed, read in why.corrections),
        "read as": ", ".join(f"{typed} → {read}" for typed, read in why.synonyms),
        "may mean": "; ".join(f"{sign} → {means}" for sign, means in why.signs),
        "not in any entry": ", ".join(why.unknown),
    }
    for name, text in pairs.items():
        if text:
            yield Line((Span(text),), 2, (Span(f"{name}: ", "dim"),))
    for one, parts, matched in zip(answer.results, why.parts, why.matched, strict=True):
        shares = ", ".join(f"{name} {part:+.1f}" for name, part in parts.items())
        found = "".join(f"; {word} ({column})" for word, column in matched)
        spans = Span(f"{one.score:.2f} (log-odds {why.base:+.1f}, {shares})"), Span(found, "dim")
        yield Line(spans, 2, (Span(f"{one.id}: ", "id"),))


def _markdown(text: str) -> Iterator[Line]:
    before = ""
    for block in blocks(text):
        if not (block.kind == before and before in {"item", "row"}):
            yield Line()
        yield from _block(block)
        before = block.kind


def _block(block: Block) -> Iterator[Line]:
    if block.kind == "rule":
        yield _line("---", "dim")
    elif block.kind in {"code", "maths"}:
        yield from (Line(line, 4, whole=True) for line in block.lines)
    elif block.kind == "item":
        yield Line(block.lines[0], block.indent, (Span(f"{block.mark} ", "bullet"),))
    elif block.kind == "heading":
        yield Line(tuple(Span(span.text, "title") for span in block.lines[0]))
    else:
        yield Line(block.lines[0], 2 if block.kind == "quote" else 0)


def _show(lines: Sequence[Line], *, rich: bool, width: int | None) -> str:
    return _styled(lines, width) if rich else _plain(lines)


def _plain(lines: Iterable[Line]) -> str:
    """One line each, unwrapped, without the marks that only a terminal shows."""
    found = []
    for line in lines:
        spans = (span for span in (*line.head, *line.spans) if not span.style.startswith("mark:"))
        text = "".join("- " if span.style == "bullet" and span.text == "• " else span.text for span in spans)
        found.append(f"{' ' * line.indent}{text}".rstrip())
    return re.sub(r"\n{3,}", "\n\n", sanitise("\n".join(found)))


def _styled(lines: Iterable[Line], width: int | None) -> str:
    """Wrapped and coloured; texts are never read as rich's markup."""
    from io import StringIO

    from rich.console import Console
    from rich.text import Text

    out = StringIO()
    console = Console(file=out, force_terminal=True, width=width, markup=False, highlight=False, emoji=False)
    columns = max(2 * NARROWEST, min(console.width, WIDEST))
    for line in lines:
        start = Text(" " * line.indent).append_text(_text(line.head))
        below = Text(" " * min(start.cell_len, columns - NARROWEST))
        body = _text(line.spans)
        room = columns - below.cell_len
        for one in [body] if line.whole or body.cell_len <= room else body.wrap(console, room):
            console.print(start.append_text(one), soft_wrap=True)
            start = below.copy()
    return re.sub(r"\n{3,}", "\n\n", out.getvalue()).rstrip("\n")


def _text(spans: Iterable[Span]) -> "Text":
    from rich.text import Text

    text = Text()
    for span in spans:
        text.append(sanitise(span.text).replace("\n", " "), STYLES.get(span.style.removeprefix("mark:"), ""))
    return text
