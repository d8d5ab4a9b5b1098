"""The ledger: a page a source document, with each of its statements, our ruling, and the ground.

As Markdown a document is a table with a box for each row; `safe` makes of each row and its box one
thing that opens, as it does with claims.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from textwrap import indent
from typing import NamedTuple

from dlfaq.knowledge.entry import Document, Entry, Faq, Planned, SourceStatement
from dlfaq.knowledge.placeholders import render
from dlfaq.site.shared import Known, front_matter, mark
from dlfaq.site.text import escape, in_cell, label, line, link

WAITING = "waiting"  # stands where a ruling would, as long as the entry is not written
RULINGS = ("true", "conditional", "false", "untestable", WAITING)
HEAD = ("ruling", "statement", "where")
_INTRODUCTION = """\
What other documents on training say, statement by statement in our words, each with our ruling:
true, conditional (true under conditions that the entry names), false, or untestable. A statement
whose entry is not written yet waits for its ruling.
"""
_WHERE = {
    "L": "L15 is line 15 of its text",
    "p": "p. 3 is its page 3",
    "§": "§ 2 is its section 2",
}


class Row(NamedTuple):
    """A statement and the entry that rules on it, or will."""

    entry: Entry | Planned
    source: SourceStatement

    @property
    def ruling(self) -> str:
        """One of RULINGS."""
        return self.source.ruling or WAITING


def ledger(known: Known) -> Iterator[tuple[str, str]]:
    """The pages with their paths: the list of documents, then each with its statements."""
    faq = known.faq
    rows = {document: _rows(faq, document) for document in faq.documents}
    parts = [front_matter("Sources", wide=True), "# What the sources say\n", _INTRODUCTION]
    parts += _counts(faq, rows)
    yield "sources/index.md", "\n".join(parts)
    for document in faq.documents.values():
        yield f"sources/{document.id}.md", _document(document, rows[document.id], known)


def _rows(faq: Faq, document: str) -> list[Row]:
    rows = [
        Row(entry, source)
        for entry in (*faq.entries, *faq.planned)
        for source in entry.sources
        if source.document == document
    ]
    return sorted(rows, key=lambda row: _place(row.source.where))


def _place(where: str) -> tuple[int, tuple[int, ...]]:
    """By the numbers in it: L9 before L17, page 3 before page 12; places without come last."""
    numbers = tuple(map(int, re.findall(r"\d+", where)))
    return (0 if numbers else 1, numbers)


def _counts(faq: Faq, rows: dict[str, list[Row]]) -> Iterator[str]:
    """A document a row; columns that are empty everywhere are left out."""
    used = [
        ruling
        for ruling in RULINGS
        if any(row.ruling == ruling for found in rows.values() for row in found)
    ]
    yield f"| {' | '.join(['document', *used, 'statements'])} |"
    yield f"| --- |{' ---: |' * (len(used) + 1)}"
    for document in faq.documents.values():
        found = rows[document.id]
        counts = [str(_count(found, ruling) or "") for ruling in used]
        by = f" {escape(_by(document))}" if _by(document) else ""
        title = f"[{label(document.title)}]({document.id}.md){by}"
        yield f"| {in_cell(title)} | {' | '.join([*counts, str(len(found))])} |"
    yield ""


def _count(rows: Iterable[Row], ruling: str) -> int:
    return sum(row.ruling == ruling for row in rows)


def _by(document: Document) -> str:
    return ", ".join(filter(None, [document.author, str(document.year or "")]))


def _document(document: Document, rows: list[Row], known: Known) -> str:
    address = link(document.address)
    where = f"[Read it]({address})." if address else "We know no public address of it."
    about = ". ".join(filter(None, [escape(_by(document)), where]))
    parts = [
        front_matter(document.title, wide=True, bare=True),
        f"# {line(document.title)}\n",
        f"{about} {_counted(rows)}{_places(rows)}\n{{ .dl-count }}\n",
        "## Its statements, in its order { #statements .dl-claims .dl-rulings }\n",
    ]
    if not rows:
        return "\n".join(parts[:-1])
    boxes = []
    parts += [f"| {' | '.join(HEAD)} |", f"|{' --- |' * len(HEAD)}"]
    for number, (row, boxed) in enumerate(_joined(rows, known), 1):
        parts.append(f"| {' | '.join(map(in_cell, row))} |")
        boxes += [f'??? claim "s-{number}"\n', *(indent(one, "    ") for one in boxed)]
    return "\n".join([*parts, "", *boxes])


def _counted(rows: list[Row]) -> str:
    if not rows:
        return "Nothing is ruled on yet."
    counted = [f"{_count(rows, ruling)} {ruling}" for ruling in RULINGS if _count(rows, ruling)]
    return f"{len(rows)} statement{'s' if len(rows) != 1 else ''}: {', '.join(counted)}."


def _places(rows: list[Row]) -> str:
    """What the places mean."""
    used = {re.match(r"[^\d\s.]?", row.source.where)[0] for row in rows}
    said = [words for sign, words in _WHERE.items() if sign in used]
    return f" {'; '.join(said)}." if said else ""


def _joined(rows: list[Row], known: Known) -> Iterator[tuple[tuple[str, str, str], list[str]]]:
    """Each row with what it opens to; statements in a row that wait share one."""
    for waiting, found in groupby(rows, key=lambda row: row.ruling == WAITING):
        together = [*found]
        if waiting and len(together) > 1:
            said = f"{len(together)} statements wait for entries that are not written yet."
            places = [row.source.where for row in (together[0], together[-1]) if row.source.where]
            boxed = [f"- {line(row.source.says)} {_planned(row)}" for row in together]
            where = escape(" to ".join(dict.fromkeys(places)))
            yield (mark(WAITING), said, where), [*boxed, ""]
            continue
        for row in together:
            cells = (mark(row.ruling), line(row.source.says), escape(row.source.where))
            yield cells, [*_opened(row, known)]


def _planned(row: Row) -> str:
    where = f"{escape(row.source.where)}, " if row.source.where else ""
    return f"({where}[planned](../questions/{row.entry.id}.md))"


def _opened(row: Row, known: Known) -> Iterator[str]:
    """The ground of a ruling."""
    entry, source = row
    if isinstance(entry, Planned):
        yield f"Planned: [{label(entry.question)}](../questions/{entry.id}.md).\n"
        return
    evidence = known.evidence.get(entry.id)
    if because := line(render(source.because, evidence.values if evidence else {})):
        yield f"{because}\n"
    claims = ", ".join(f"[{claim}](../questions/{entry.id}.md#{claim})" for claim in source.claims)
    answer = f"[{label(entry.question)}](../questions/{entry.id}.md)"
    yield f"{answer}{f' Shown by {claims}.' if claims else ''}\n"
