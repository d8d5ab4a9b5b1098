"""A claim's figure inside Markdown: a fence that holds the numbers, drawn when the page is built.

The fence holds data, never markup: whoever writes one into a text can draw a figure, nothing else.
"""

import json
from html import escape
from typing import Any

from dlfaq.site.figures import Figure, draw, figure_from_json, figure_to_json

NAME = "dl-figure"


def wrap(figure: Figure) -> str:
    """A figure as a fence."""
    return f"```{NAME}\n{json.dumps(figure_to_json(figure), ensure_ascii=False)}\n```\n"


def unwrap(source: str, *_: Any, **__: Any) -> str:
    """The fence's formatter: the figure as HTML; what is no such figure is shown as text."""
    try:
        return draw(figure_from_json(json.loads(source)))
    except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError):
        return f"<pre><code>{escape(source)}</code></pre>"
