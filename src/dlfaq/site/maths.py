r"""Maths set when the site is built: a Markdown extension that hands every formula to KaTeX.

KaTeX is JavaScript; it runs here, in an interpreter of its own, and not in the reader's browser. A
page then needs no script for its maths, shows it at once and does not move when it comes.
"""

import logging
import re
from functools import cache, lru_cache
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor

if TYPE_CHECKING:
    from py_mini_racer import MiniRacer

KATEX = Path(__file__).with_name("katex") / "katex.min.js"
LARGEST = 50  # em: what a formula may ask for, so that it cannot cover the page
SHORT = 24  # letters of a formula that stays on a line with the full stop after it
_FORMULA = re.compile(
    r'<(?P<tag>span|div) class="arithmatex">\\(?P<open>[(\[])(?P<tex>[^<]*)\\[)\]]</(?P=tag)>'
    r"(?P<after>[.,;:!?)]*)"
)  # as arithmatex leaves it
_ERROR = re.compile(r'class="katex-error" title="(?:ParseError: KaTeX parse error: )?([^"]*)"')
_log = logging.getLogger("mkdocs.dlfaq")  # what is said here is a problem of the build


class MathsExtension(Extension):
    """Formulas as HTML and MathML."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's own name
        """Register it after the list of what a page may contain: KaTeX is trusted."""
        md.postprocessors.register(_Formulas(md), "dlfaq-maths", -200)


def makeExtension(**options: Any) -> MathsExtension:  # noqa: N802 - Markdown's own name
    """What Markdown calls when it is given this module's name."""
    return MathsExtension(**options)


def formula(tex: str, *, display: bool) -> str:
    """A formula as HTML with MathML beside it, which screen readers read.

    A formula that KaTeX cannot read is logged as a warning, and stays as it was written.
    """
    markup, error = _katex_of(tex, display)
    if error:
        _log.warning("the formula %r cannot be set: %s", tex, error)
    return markup


@lru_cache(maxsize=20_000)
def _katex_of(tex: str, display: bool) -> tuple[str, str]:
    """The markup, and what is wrong."""
    settings = {"displayMode": display, "throwOnError": False, "maxSize": LARGEST}
    markup = _katex().call("katex.renderToString", tex, settings)
    error = _ERROR.search(markup)
    return markup, unescape(error[1]) if error else ""


@cache
def _katex() -> "MiniRacer":
    from py_mini_racer import MiniRacer

    context = MiniRacer()
    context.eval(KATEX.read_text("utf-8"))
    return context


class _Formulas(Postprocessor):
    def run(self, text: str) -> str:
        return _FORMULA.sub(_set, text)


def _set(found: re.Match[str]) -> str:
    markup = formula(unescape(found["tex"]).strip(), display=found["open"] == "[")
    # the search reads words, not the pieces of a formula
    whole = f'<{found["tag"]} class="arithmatex" data-search-exclude>{markup}</{found["tag"]}>'
    if found["tag"] == "span" and found["after"] and len(found["tex"]) <= SHORT:
        return f'<span class="dl-whole">{whole}{found["after"]}</span>'
    return f"{whole}{found['after']}"
