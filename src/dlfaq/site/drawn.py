"""Figures for a generator that reads `mkdocs.yml` alone, without `dlfaq site build` around it."""

from functools import cache
from typing import Any

from dlfaq.knowledge.load import load
from dlfaq.paths import find_root
from dlfaq.site.figures.fence import Drawing
from dlfaq.site.pages import known_of


def draw(source: str, *_: Any, **__: Any) -> str:
    """A fence's formatter: the figure of the FAQ that is found from the working directory."""
    return _drawing()(source)


@cache
def _drawing() -> Drawing:
    return Drawing(known_of(load(find_root())))
