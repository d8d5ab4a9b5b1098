"""Figures and plots inside Markdown: a fence that holds the numbers, drawn when the page is built.

The fence holds data, never markup: whoever writes one into a text can draw a figure, nothing else.
"""

import json
from html import escape
from typing import Any

from dlfaq.site.figures import Figure, draw, figure_from_json, figure_to_json
from dlfaq.site.plot import Plotted, Thumbnail, draw_plot, draw_thumbnail, plot_from_json, plot_to_json

NAME = "dl-figure"


def wrap(figure: Figure | Plotted | Thumbnail) -> str:
    """A figure as a fence."""
    if isinstance(figure, Thumbnail):
        raw = {"thumbnail": plot_to_json(figure.plot)}
    else:
        raw = {"plot": plot_to_json(figure)} if isinstance(figure, Plotted) else figure_to_json(figure)
    return f"```{NAME}\n{json.dumps(raw, ensure_ascii=False)}\n```\n"


def unwrap(source: str, *_: Any, **__: Any) -> str:
    """The fence's formatter: the figure as HTML; what is no such figure is shown as text."""
    try:
        raw = json.loads(source)
        if "thumbnail" in raw:
            return draw_thumbnail(plot_from_json(raw["thumbnail"]))
        return draw_plot(plot_from_json(raw["plot"])) if "plot" in raw else draw(figure_from_json(raw))
    except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError):
        return f"<pre><code>{escape(source)}</code></pre>"
