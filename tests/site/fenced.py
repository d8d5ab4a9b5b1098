"""What a figure's fence holds."""

import json
from typing import Any

from dlfaq.site.fence import wrap
from dlfaq.site.figures import Figure
from dlfaq.site.plot import Plotted, Thumbnail
from dlfaq.site.table import Table


def source(figure: Figure | Plotted | Thumbnail | Table) -> str:
    """The text between the fence's marks."""
    return wrap(figure).split("\n")[1]


def held(figure: Figure | Plotted | Thumbnail | Table) -> dict[str, Any]:
    """What JSON makes of it."""
    return json.loads(source(figure))
