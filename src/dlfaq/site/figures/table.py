"""Tables of what was measured: HTML for a page, Markdown for its copy."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from dlfaq.site.text import escape as cell


@dataclass(frozen=True)
class Group:
    """Rows under a title of their own, which may be empty."""

    title: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Table:
    """A head and groups of rows; `right` are the columns of numbers."""

    head: tuple[str, ...]
    groups: tuple[Group, ...]
    right: tuple[int, ...] = ()


def draw_table(table: Table) -> str:
    """The table as HTML."""
    style = dict.fromkeys(table.right, ' style="text-align: right;"')
    head = "".join(
        f"<th{style.get(place, '')}>{escape(text)}</th>" for place, text in enumerate(table.head)
    )
    parts = [f"<table><thead><tr>{head}</tr></thead>"]
    for group in table.groups:
        title = escape(group.title)
        top = (
            f'<tr><th colspan="{len(table.head)}" scope="rowgroup">{title}</th></tr>'
            if title
            else ""
        )
        rows = (
            "".join(
                f"<td{style.get(place, '')}>{escape(text)}</td>" for place, text in enumerate(row)
            )
            for row in group.rows
        )
        parts.append(f"<tbody>{top}{''.join(f'<tr>{row}</tr>' for row in rows)}</tbody>")
    return f"{''.join(parts)}</table>"


def write_table(table: Table) -> Iterator[str]:
    """The table as lines of Markdown, one table a group."""
    for group in table.groups:
        if group.title:
            yield f"{cell(group.title)}:"
            yield ""
        yield f"| {' | '.join(map(cell, table.head))} |"
        rules = (" ---: " if place in table.right else " --- " for place in range(len(table.head)))
        yield f"|{'|'.join(rules)}|"
        yield from (f"| {' | '.join(map(cell, row))} |" for row in group.rows)
        yield ""
