"""Tables of what was measured: data in a fence, since Markdown would look for its marks in each of their many cells."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from dlfaq.site.text import code
from dlfaq.site.text import escape as cell


@dataclass(frozen=True)
class Group:
    """Rows under a title of their own, which may be empty."""

    title: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Table:
    """A head and groups of rows; `right` are the columns of numbers, `code` says that titles are expressions."""

    head: tuple[str, ...]
    groups: tuple[Group, ...]
    right: tuple[int, ...] = ()
    code: bool = False


def table_from_json(raw: Mapping[str, Any]) -> Table:
    """A table from what JSON made of it.

    Raises:
        ValueError, TypeError, KeyError: If it is no table.
    """
    head = tuple(map(str, raw["head"]))
    groups = tuple(
        Group(str(group["title"]), tuple(tuple(map(str, row)) for row in group["rows"])) for group in raw["groups"]
    )
    if any(len(row) != len(head) for group in groups for row in group.rows):
        msg = "a table's rows are as long as its head"
        raise ValueError(msg)
    return Table(head, groups, tuple(map(int, raw["right"])), bool(raw["code"]))


def draw_table(table: Table) -> str:
    """The table as HTML."""
    style = dict.fromkeys(table.right, ' style="text-align: right;"')
    head = "".join(f"<th{style.get(place, '')}>{escape(text)}</th>" for place, text in enumerate(table.head))
    parts = [f"<table><thead><tr>{head}</tr></thead>"]
    for group in table.groups:
        title = f"<code>{escape(group.title)}</code>" if table.code else escape(group.title)
        top = f'<tr><th colspan="{len(table.head)}" scope="rowgroup">{title}</th></tr>' if group.title else ""
        rows = (
            "".join(f"<td{style.get(place, '')}>{escape(text)}</td>" for place, text in enumerate(row))
            for row in group.rows
        )
        parts.append(f"<tbody>{top}{''.join(f'<tr>{row}</tr>' for row in rows)}</tbody>")
    return f"{''.join(parts)}</table>"


def write_table(table: Table) -> Iterator[str]:
    """The table as lines of Markdown, one table a group."""
    for group in table.groups:
        if group.title:
            yield f"{code(group.title) if table.code else cell(group.title)}:"
            yield ""
        yield f"| {' | '.join(map(cell, table.head))} |"
        yield f"|{'|'.join(' ---: ' if place in table.right else ' --- ' for place in range(len(table.head)))}|"
        yield from (f"| {' | '.join(map(cell, row))} |" for row in group.rows)
        yield ""
