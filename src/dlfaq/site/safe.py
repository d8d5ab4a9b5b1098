"""What a page may contain: a Markdown extension through which nothing comes that a browser would run.

An entry's texts are other people's. Whatever they, and whatever extension, make of a page, its HTML is held at the very
end to a list of elements, attributes and addresses; anything else that looks like a tag is shown as text. HTML in
Markdown is not obeyed in the first place.
"""

import re
from functools import lru_cache
from html import unescape
from typing import Any
from xml.etree import ElementTree

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
from markdown.treeprocessors import Treeprocessor

ELEMENTS = frozenset(
    {"a", "abbr", "blockquote", "br", "caption", "code", "col", "colgroup", "dd", "del", "details", "div", "dl", "dt", "em",
     "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre",
     "s", "section", "small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead",
     "tr", "ul", "circle", "desc", "g", "line", "polygon", "polyline", "rect", "svg", "text", "title"}
)  # fmt: skip
ATTRIBUTES = frozenset(
    {"align", "alt", "class", "colspan", "cx", "cy", "data-at", "data-search-exclude", "dir", "height", "id", "lang", "loading", "open",
     "points", "r", "role", "rowspan", "scope", "start", "tabindex", "text-anchor", "title", "viewbox", "width", "x", "x1",
     "x2", "y", "y1", "y2"}
)  # fmt: skip
_TAG = re.compile(
    r'<(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9]*)(?P<attributes>(?:\s+[A-Za-z][\w:.-]*(?:="[^"<>]*")?)*)\s*(?P<self>/?)>|<'
)
_ATTRIBUTE = re.compile(r'([A-Za-z][\w:.-]*)(?:="([^"<>]*)")?')
_ALIGNED = re.compile(r"text-align: ?(left|right|center);?")
_SCHEME = re.compile(r"([^/?#:]*):")


class SafeExtension(Extension):
    """No HTML in Markdown, claims as sections, and the list of what a page may contain."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's own name
        """Register the parts."""
        md.preprocessors.deregister("html_block", strict=False)
        md.inlinePatterns.deregister("html", strict=False)
        md.treeprocessors.register(_Claims(md), "dlfaq-claims", 6)  # classes are set at 8, the contents made at 5
        md.postprocessors.register(_Allowed(md), "dlfaq-allowed", -100)  # after everything else


def makeExtension(**options: Any) -> SafeExtension:  # noqa: N802 - Markdown's own name
    """What Markdown calls when it is given this module's name."""
    return SafeExtension(**options)


def allowed(markup: str) -> str:
    """HTML with everything shown as text that is not on the lists."""
    return _TAG.sub(lambda found: _tag(found[0]), markup)


@lru_cache(maxsize=4096)
def _tag(tag: str) -> str:
    found = _TAG.fullmatch(tag)
    if found is None or found["name"] is None or found["name"].lower() not in ELEMENTS:
        return tag.replace("<", "&lt;")
    kept = [
        f' {name}="{value}"'
        for name, value in _ATTRIBUTE.findall(found["attributes"])
        if _keeps(found["name"].lower(), name.lower(), value)
    ]
    return f"<{found['end']}{found['name']}{''.join(kept)}{' /' if found['self'] else ''}>"


def _keeps(element: str, name: str, value: str) -> bool:
    if name == "style":
        return bool(_ALIGNED.fullmatch(value))
    if name in {"href", "src"}:
        return _is_safe_address(element, re.sub(r"[\x00-\x20\x7f]", "", unescape(value)))
    return name in ATTRIBUTES or name.startswith("aria-")


def _is_safe_address(element: str, address: str) -> bool:
    """A web address, or a place on this site; what a page loads lies on this site."""
    scheme = _SCHEME.match(address)
    if element != "a":
        return scheme is None and not address.startswith(("//", "\\", "/\\"))
    return scheme is None or scheme[1].lower() in {"http", "https", "mailto"}


class _Allowed(Postprocessor):
    def run(self, text: str) -> str:
        return allowed(text)


class _Claims(Treeprocessor):
    """A heading of class `claim` and what follows it become one section; a page has one first heading, a table no empty ones."""

    def run(self, root: ElementTree.Element) -> None:
        for heading in list(root.iter("h1"))[1:]:
            heading.tag = "h3"
        for cell in root.iter("th"):
            if len(cell) == 0 and not (cell.text or "").strip():
                cell.tag = "td"  # a corner heads nothing
        section = None
        for child in list(root):
            if child.tag in {"h1", "h2", "h3"}:
                section = None
            if child.tag == "h3" and "claim" in child.get("class", "").split():
                section = ElementTree.Element("section", {"class": child.attrib.pop("class")})
                root.insert(list(root).index(child), section)
            if section is not None:
                root.remove(child)
                section.append(child)
