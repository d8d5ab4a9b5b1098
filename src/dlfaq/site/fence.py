"""Figures, plots and tables inside Markdown: a fence that holds the numbers, drawn when the page is built.

The fence holds data, never markup: whoever writes one into a text can draw a figure, nothing else.
"""

import json
from html import escape
from typing import Any

from dlfaq.site.figures import Figure, draw, figure_from_json
from dlfaq.site.plot import Plotted, Thumbnail, draw_plot, draw_thumbnail, plot_from_json
from dlfaq.site.table import Table, draw_table, table_from_json, write_table

NAME = "dl-figure"
_NO_FIGURE = (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError)


def wrap(figure: Figure | Plotted | Thumbnail | Table) -> str:
    """A figure as a fence."""
    match figure:
        case Thumbnail():
            raw: object = {"thumbnail": figure.plot}
        case Plotted():
            raw = {"plot": figure}
        case Table():
            raw = {"table": figure}
        case _:
            raw = figure
    return f"```{NAME}\n{json.dumps(raw, ensure_ascii=False, default=vars)}\n```\n"


def unwrap(source: str, *_: Any, **__: Any) -> str:
    """The fence's formatter: the figure as HTML; what is no such figure is shown as text."""
    try:
        raw = json.loads(source)
        if "thumbnail" in raw:
            return draw_thumbnail(plot_from_json(raw["thumbnail"]))
        if "table" in raw:
            return draw_table(table_from_json(raw["table"]))
        return draw_plot(plot_from_json(raw["plot"])) if "plot" in raw else draw(figure_from_json(raw))
    except _NO_FIGURE:
        return f"<pre><code>{escape(source)}</code></pre>"


def told(source: str) -> str:
    """What a fence says to those who see no figures: a table as Markdown, of a figure nothing."""
    try:
        return "\n".join(write_table(table_from_json(json.loads(source)["table"])))
    except _NO_FIGURE:
        return ""
