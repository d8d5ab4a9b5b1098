"""The ledger: each statement of each source document, its ruling, and the claims that show it."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dlfaq.knowledge.entry import Document, Entry, Faq, Planned, SourceStatement
from dlfaq.knowledge.placeholders import render
from dlfaq.site.shared import Known, front_matter, mark
from dlfaq.site.text import escape, label, line, link

MISSING = "missing"  # stands where a ruling would, as long as the entry is not written
RULINGS = ("true", "conditional", "false", "untestable", MISSING)
_INTRODUCTION = """\
Each statement of the source documents, in our words, with our ruling: true, conditional (true
under conditions that the entry names), false, or untestable. A statement whose entry is not written
yet is missing its ruling.
"""


class Row(NamedTuple):
    """A statement and the entry that rules on it, or will."""

    entry: Entry | Planned
    source: SourceStatement

    @property
    def ruling(self) -> str:
        """One of RULINGS."""
        return self.source.ruling or MISSING


def ledger(known: Known) -> str:
    """The page as Markdown: counts, then each document's statements in their order."""
    faq = known.faq
    rows = {document: _rows(faq, document) for document in faq.documents}
    parts = [front_matter("Sources", wide=True), "# What the sources say\n", _INTRODUCTION]
    if any(rows.values()):
        parts += _counts(faq, rows)
    for document in faq.documents.values():
        parts += _document(document, rows[document.id], known)
    return "\n".join(parts)


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
    used = [
        ruling
        for ruling in RULINGS
        if any(row.ruling == ruling for found in rows.values() for row in found)
    ]
    yield f"| Document | {' | '.join(used)} | statements |"
    yield f"| --- |{' ---: |' * (len(used) + 1)}"
    for document in faq.documents.values():
        found = rows[document.id]
        counts = [str(_count(found, ruling) or "") for ruling in used]
        yield f"| [{label(document.title)}](#{document.id}) | {' | '.join(counts)} | {len(found)} |"
    yield ""


def _count(rows: Iterable[Row], ruling: str) -> int:
    return sum(row.ruling == ruling for row in rows)


def _document(document: Document, rows: list[Row], known: Known) -> Iterator[str]:
    address = link(document.address)
    title = f"[{label(document.title)}]({address})" if address else line(document.title)
    yield f"## {title} {{ #{document.id} }}\n"
    by = ", ".join(filter(None, [document.author, str(document.year or "")]))
    counted = [f"{_count(rows, ruling)} {ruling}" for ruling in RULINGS if _count(rows, ruling)]
    plural = "s" if len(rows) != 1 else ""
    said = (
        f"{len(rows)} statement{plural}: {', '.join(counted)}."
        if rows
        else "Nothing is ruled on yet."
    )
    yield f"{escape(by)}{'. ' if by else ''}{said}\n{{ .dl-count }}\n"
    for row in rows:
        yield from _statement(row, known)
    yield ""


def _statement(row: Row, known: Known) -> Iterator[str]:
    entry, source = row
    where = f" ({escape(source.where)})" if source.where else ""
    yield f"- {mark(row.ruling)} {line(source.says)}{where}  "
    if isinstance(entry, Planned):
        yield f"  Planned: [{label(entry.question)}](questions/index.md#{entry.id})"
        return
    evidence = known.evidence.get(entry.id)
    because = line(render(source.because, evidence.values if evidence else {}))
    claims = ", ".join(f"[{claim}](questions/{entry.id}.md#{claim})" for claim in source.claims)
    anchor = "#sources" if source.page else ""
    answer = f"[{label(entry.question)}](questions/{entry.id}.md{anchor})"
    if because:
        yield f"  {because}  "
    yield f"  {answer}{f', shown by {claims}' if claims else ''}"
