"""What a page may contain: a Markdown extension that lets nothing through that a browser would run.

An entry's texts are other people's. Whatever they, and whatever extension, make of a page, its HTML
is held at the very end to a list of elements, attributes and addresses; anything else that looks
like a tag is shown as text. HTML in Markdown is not obeyed in the first place.
"""

import re
from functools import lru_cache
from html import unescape
from itertools import takewhile
from typing import Any
from xml.etree import ElementTree

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
from markdown.treeprocessors import Treeprocessor

from dlfaq.knowledge.entry import RULINGS

ELEMENTS = frozenset(
    {"a", "abbr", "blockquote", "br", "caption", "code", "col", "colgroup", "dd", "del", "details",
     "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
     "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "s", "section", "small", "span", "strong",
     "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "circle",
     "desc", "g", "line", "polygon", "polyline", "rect", "svg", "text", "title"}
)  # fmt: skip
ATTRIBUTES = frozenset(
    {"align", "alt", "class", "colspan", "cx", "cy", "data-at", "data-search-exclude", "dir",
     "height", "id", "lang", "loading", "open", "points", "r", "role", "rowspan", "scope", "start",
     "tabindex", "text-anchor", "title", "viewbox", "width", "x", "x1", "x2", "y", "y1", "y2"}
)  # fmt: skip
_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9]*)"
    r'(?P<attributes>(?:\s+[A-Za-z][\w:.-]*(?:="[^"<>]*")?)*)\s*(?P<self>/?)>|<'
)
_ATTRIBUTE = re.compile(r'([A-Za-z][\w:.-]*)(?:="([^"<>]*)")?')
_ALIGNED = re.compile(r"text-align: ?(left|right|center);?")
CLAIMS = "dl-claims"  # class of the heading above a table of claims
RULED = "dl-rulings"  # or of statements with their rulings
_SCHEME = re.compile(r"([^/?#:]*):")


class SafeExtension(Extension):
    """No HTML in Markdown, claims as rows that open, and the list of what a page may contain."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's own name
        """Register the parts."""
        md.preprocessors.deregister("html_block", strict=False)
        md.inlinePatterns.deregister("html", strict=False)
        md.treeprocessors.register(
            _Tidy(md), "dlfaq-tidy", 6
        )  # classes are set at 8, the contents made at 5
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


class _Tidy(Treeprocessor):
    """A page has one first heading, a table no empty ones, and the claims are rows that open."""

    def run(self, root: ElementTree.Element) -> None:
        for heading in list(root.iter("h1"))[1:]:
            heading.tag = "h3"
        for cell in root.iter("th"):
            if len(cell) == 0 and not (cell.text or "").strip():
                cell.tag = "td"  # a corner heads nothing
            elif _text(cell).startswith("\\(") and _text(cell).endswith("\\)"):
                _say(cell)
        for heading in list(root.iter("h2")):
            if CLAIMS in heading.get("class", "").split():
                _open_rows(root, heading)


def _open_rows(root: ElementTree.Element, heading: ElementTree.Element) -> None:
    """Join the table below a heading with the boxes that follow it, a row with a box.

    Each box takes the place of its row, named by its title; the row is what one sees of it.
    """
    following = list(root)[list(root).index(heading) + 1 :]
    section = [*takewhile(lambda one: one.tag not in {"h1", "h2"}, following)]
    table = next((one for one in section if one.tag == "table"), None)
    boxes = [one for one in section if one.tag == "details"]
    rows = [*table.iterfind("tbody/tr")] if table is not None else []
    if table is None or len(rows) != len(boxes):
        return
    names = [_text(cell) for cell in table.iterfind("thead/tr/*")]
    joined = ElementTree.Element("div", {"class": heading.get("class")})
    head = ElementTree.SubElement(joined, "div", {"class": "dl-head", "aria-hidden": "true"})
    for name in names:
        ElementTree.SubElement(head, "span").text = name
    for row, box in zip(rows, boxes, strict=True):
        summary = box.find("summary")
        box.set("id", _text(summary))
        _fill(summary, list(row), names)
        root.remove(box)
        joined.append(box)
    place = list(root).index(table)
    root[place : place + 1] = [*_kinds(joined, rows), joined]


def _kinds(
    joined: ElementTree.Element, rows: list[ElementTree.Element]
) -> list[ElementTree.Element]:
    """Above the rulings of a document each of them once: the script makes buttons of the words.

    They stand in the page, so that nothing moves when the script comes.
    """
    found = {_text(row[0]): None for row in rows}
    if RULED not in joined.get("class").split() or len(found) <= 1:
        return []
    bar = ElementTree.Element("div", {"class": "dl-filter"})
    for word in ("all", *sorted(found, key=lambda one: [*RULINGS, one].index(one))):
        ElementTree.SubElement(bar, "span").text = word
    return [bar]


def _fill(summary: ElementTree.Element, cells: list[ElementTree.Element], names: list[str]) -> None:
    """Put the cells of a row into the line that opens it, each with the name of its column."""
    for child in list(summary):
        summary.remove(child)
    summary.text = None
    for cell, name in zip(cells, names, strict=True):
        empty = len(cell) == 0 and not (cell.text or "").strip()
        span = ElementTree.SubElement(summary, "span", {"class": "dl-none" if empty else "dl-cell"})
        if name and not empty:
            key = ElementTree.SubElement(span, "span", {"class": "dl-key"})
            key.text, key.tail = f"{name}: ", cell.text
        else:
            span.text = cell.text
        span.extend(cell)


def _say(cell: ElementTree.Element) -> None:
    """Put a formula that heads a column into words too, for who cannot see it."""
    formula = list(cell)
    words = ElementTree.Element("span", {"class": "dl-unseen"})
    words.text = _text(cell)[2:-2].replace("\\", "")
    seen = ElementTree.Element("span", {"aria-hidden": "true"})
    seen.text, cell.text = cell.text, None
    seen.extend(formula)
    cell[:] = [words, seen]


def _text(element: ElementTree.Element) -> str:
    return "".join(element.itertext()).strip()
