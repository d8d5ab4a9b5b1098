"""What Markdown must not touch: a fence whose content is HTML that the page writer made, encoded."""

import base64
import html
from typing import Any

NAME = "dl-html"


def wrap(markup: str, indent: str = "") -> str:
    """A fence that carries markup through Markdown unchanged."""
    return f"{indent}```{NAME}\n{indent}{base64.b64encode(markup.encode()).decode()}\n{indent}```\n"


def unwrap(source: str, *_: Any, **__: Any) -> str:
    """The superfence's formatter: gives the markup back; what is no such fence is shown as text."""
    try:
        return base64.b64decode(source.strip(), validate=True).decode()
    except ValueError:
        return f"<pre>{html.escape(source)}</pre>"
