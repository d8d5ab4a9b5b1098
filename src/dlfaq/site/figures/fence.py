"""Figures inside Markdown: a fence that names what is drawn, looked up when the page is built.

```dl-figure
claim: initial-loss/ln-k
```

The fence holds no number, so whoever writes one into a text can show what was measured, nothing
else.
"""

import re
from html import escape
from typing import Any

from dlfaq.site.figures.kinds import KINDS
from dlfaq.site.shared import Known

NAME = "dl-figure"
_REFERENCE = re.compile(r"(?P<kind>[a-z-]+): (?P<address>[a-z0-9_/-]+)")


def fence(kind: str, *address: str) -> str:
    """The Markdown that stands for a figure."""
    return f"```{NAME}\n{kind}: {'/'.join(address)}\n```\n"


class Drawing:
    """Draws what fences name, from what is known."""

    def __init__(self, known: Known) -> None:
        self.known = known

    def __call__(self, source: str, *_: Any, **__: Any) -> str:
        """The fence's formatter: the figure as HTML; what names no figure is shown as text."""
        found = _REFERENCE.fullmatch(source.strip())
        try:
            return KINDS[found["kind"]].draw(self.known, *found["address"].split("/"))
        except (LookupError, TypeError, ValueError):
            return f"<pre><code>{escape(source)}</code></pre>"

    def as_markdown(self, source: str) -> str:
        """What a fence says without figures: a table as Markdown, of a picture nothing."""
        found = _REFERENCE.fullmatch(source.strip())
        try:
            return KINDS[found["kind"]].write(self.known, *found["address"].split("/"))
        except (LookupError, TypeError, ValueError):
            return ""
