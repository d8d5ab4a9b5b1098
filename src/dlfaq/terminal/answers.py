"""What `dlfaq ask` says: an answer on one screen, or that there is none.

The walk: the lines of the answer are composed; on a terminal what they can do without is left out
until they fit its rows.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dlfaq.ask.blocks import Span, Spans
from dlfaq.ask.rank import GUESS, NONE, Answer, Result
from dlfaq.ask.reader import EntryText, PartText, StepText
from dlfaq.terminal.style import Line, Terminal, block_lines, plain, text_line

NEAREST = 3
ID_COLUMNS = 24
PROMPT = 2  # rows of a terminal that the answer leaves free
CODE = 6  # columns before a step's code; two less where it would not fit a narrow terminal
NARROW = 80
DRAFT = "This is a draft: nobody has finished or checked it yet."


class Screen(NamedTuple):
    """An answer's lines, in the order in which they are shown."""

    head: Sequence[Line]
    steps: Sequence[Sequence[Line]]
    foot: Sequence[Line]
    near: Sequence[Line] = ()
    roomy: bool = True

    def lines(self) -> Iterator[Line]:
        """All of them."""
        yield from self.head
        if self.steps:
            yield from (*([Line()] * self.roomy), text_line("Do this", "title"))
        for step in self.steps:
            yield from step
        yield from (*self.foot, *self.near)


def render_answer(
    answer: Answer,
    best: EntryText | None,
    *,
    full: bool = False,
    explain: bool = False,
    rich: bool = False,
    width: int | None = None,
    height: int | None = None,
) -> str:
    """What `dlfaq ask` says.

    Where results come from another FAQ than the first one that was asked, they say from which.

    Args:
        answer: What `rank.ask` found.
        best: The first result's entry; None if there is none.
        full: Add the explanation.
        explain: Add why this entry was found.
        rich: For a terminal: colours as it and `NO_COLOR` allow, wrapped, fitted to its rows.
        width: Columns of the terminal; asked of it if not given.
        height: Rows of the terminal; asked of it if not given.
    """
    more = [Line(), *_explained(answer)] if explain else []
    if best is None or answer.confidence == NONE:
        lines = [*_nothing(answer), *more]
        return Terminal(width).show(lines) if rich else plain(lines)
    screen = _planned(best, answer) if best.planned else _answered(best, answer, full=full)
    if not rich:
        screen = screen._replace(near=_near(answer))
        return plain([*screen.lines(), *more])
    terminal = Terminal(width, height)
    screen = screen._replace(near=_near(answer, terminal.columns))
    if not full and not explain:
        screen = _fitted(screen, terminal)
    return terminal.show([*screen.lines(), *more])


def _answered(entry: EntryText, answer: Answer, *, full: bool) -> Screen:
    head = [
        *_before(answer),
        headline(entry, _from(answer.results[0], answer)),
        *block_lines(entry.short),
    ]
    if full:
        head += [line for one in entry.parts for line in part_lines(one)]
    head += status_lines(entry)
    steps = [list(step_lines(place, step)) for place, step in enumerate(entry.steps, 1)]
    evidence = entry.evidence or (Span("nothing was measured for this"),)
    foot = [Line(), Line(evidence, right=_command(entry.id))]
    if part := answer.part:
        foot.append(Line(part.title, head=(Span("→ "),), right=_command(f"{entry.id}#{part.id}")))
    return Screen(head, steps, foot)


def _command(name: str) -> Spans:
    return (Span(f"dlfaq show {name}", "id"),)


def step_lines(place: int, step: StepText) -> Iterator[Line]:
    """What to do, and the code that does it."""
    yield Line(step.step, head=(Span(f"{place:>2}. "),))
    widest = max(map(len, step.code), default=0)
    indent = max(CODE - 2, min(CODE, NARROW - widest))
    for line in step.code:
        yield Line((Span(line, "code"),), indent, whole=True)


def _near(answer: Answer, columns: int | None = None) -> Sequence[Line]:
    """The other entries that were found: as many as one line holds, if it has so many columns."""
    head = "Near: "
    results = answer.results[1:]
    called = (_called(one.id, _from(one, answer)) for one in results)
    planned = (" (planned)" if one.planned else "" for one in results)
    names = [name + mark for name, mark in zip(called, planned, strict=True)]
    while columns and len(names) > 1 and len(head + ", ".join(names)) > columns:
        names.pop()
    spans = (Span(", ".join(names), "id"),)
    return [Line(spans, head=(Span(head, "dim"),))] if names else []


def _before(answer: Answer) -> Iterator[Line]:
    """What stands above the answer: what a log shows, and that it is a guess."""
    if answer.log:
        yield text_line(f"Your log: {answer.log}.", "yellow")
    if answer.confidence == GUESS:
        yield text_line("No entry fits exactly. The closest guess:", "yellow")


def _planned(entry: EntryText, answer: Answer) -> Screen:
    head = [*_before(answer), headline(entry, _from(answer.results[0], answer)), Line()]
    head.append(text_line("An answer to this is planned; it is not written yet."))
    if answer.nearest_written:
        head += [
            Line(),
            text_line("The nearest that is written:"),
            result_line(answer.nearest_written, _from(answer.nearest_written, answer)),
        ]
    return Screen(head, [], [Line()])


def _fitted(screen: Screen, terminal: Terminal) -> Screen:
    """The screen without what it can do without, until it fits the rows of the terminal."""
    for one in _shorter(screen, terminal.columns):
        screen = one
        if terminal.count(screen.lines()) <= terminal.rows - PROMPT:
            break
    return screen


def _shorter(screen: Screen, columns: int) -> Iterator[Screen]:
    """Ever less: code, near entries, empty lines, the ends of long steps."""
    yield screen
    steps = list(screen.steps)
    for place in reversed(range(len(steps))):
        if len(steps[place]) > 1:
            steps[place] = steps[place][:1]
            screen = screen._replace(steps=tuple(steps))
            yield screen
    screen = screen._replace(near=())
    yield screen
    head, foot = (
        [line for line in lines if line != Line()] for lines in (screen.head, screen.foot)
    )
    screen = screen._replace(head=head, foot=foot, roomy=False)
    yield screen
    for rows in (2, 1):
        yield screen._replace(
            steps=[[_cut(line, rows * columns) for line in step] for step in screen.steps]
        )


def _cut(line: Line, most: int) -> Line:
    """A line of at most so many letters, wrapped ones a little less."""
    room = most - sum(len(span.text) for span in line.head) - most // 8
    found = []
    for span in line.spans:
        if len(span.text) > room:
            found.append(Span(f"{span.text[:room].rsplit(' ', 1)[0]} …", span.style))
            break
        found.append(span)
        room -= len(span.text)
    return line._replace(spans=tuple(found))


def _nothing(answer: Answer) -> list[Line]:
    lines = [text_line(f"Your log: {answer.log}.", "yellow")] if answer.log else []
    if answer.failure:
        return [*lines, text_line(f"This is {answer.failure}. No entry here is about it.")]
    lines.append(text_line("Nothing here fits that question well enough to answer it."))
    if answer.results:
        nearest = [result_line(one, _from(one, answer)) for one in answer.results[:NEAREST]]
        lines += [Line(), text_line("The nearest:"), *nearest]
        command = Span(f"dlfaq show {answer.results[0].id}", "id")
        lines += [Line(), Line((Span("Read one with "), command))]
    return lines


def _explained(answer: Answer) -> Iterator[Line]:
    why = answer.explanation
    yield text_line("Why", "title")
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
        odds = Span(f"{one.score:.2f} (log-odds {why.base:+.1f}, {shares})")
        yield Line((odds, Span(found, "dim")), 2, (Span(f"{one.id}: ", "id"),))


def status_lines(entry: EntryText) -> Iterator[Line]:
    """What a reader must know before relying on it: that it is a draft."""
    if entry.draft:
        yield from (Line(), text_line(DRAFT, "yellow"))


def headline(entry: EntryText, faq: str = "") -> Line:
    """The question, and the entry's id at the right edge, with its FAQ where several were asked."""
    question = tuple(Span(span.text, "question") for span in entry.title)
    return Line(question, right=(Span(f"[{_called(entry.id, faq)}]", "dim"),))


def _called(name: str, faq: str) -> str:
    return f"{faq}: {name}" if faq else name


def _from(one: Result, answer: Answer) -> str:
    """The FAQ of a result, if it is not the one that was asked first."""
    return one.faq if one.faq != answer.faq else ""


def part_lines(part: PartText) -> Iterator[Line]:
    """A section of the explanation below its title."""
    if part.title:
        yield from (Line(), Line(tuple(Span(span.text, "title") for span in part.title)))
    yield from block_lines(part.body)


def pair(name: str, question: Spans) -> Line:
    """An entry's id beside its question."""
    return Line(question, 2, (Span(f"{name:<{ID_COLUMNS}}  ", "id"),))


def result_line(one: Result, faq: str = "") -> Line:
    """An entry that was found."""
    return pair(
        _called(one.id, faq), (*one.title, Span(" (planned)")) if one.planned else one.title
    )
