"""What MkDocs collects: all pages until it writes them, and most of them for the search."""

import json
import zlib
from pathlib import Path
from typing import Any

from mkdocs.plugins import BasePlugin, event_priority

from dlfaq.site.search import FOLDER, compact

QUESTIONS = "questions/"  # of what lies there the worker needs the addresses alone


class Sparing(BasePlugin):
    """Keeps the questions' pages from MkDocs' search, which takes long to read them, and small.

    MkDocs holds all pages before it writes the first: thousands of them fill the memory.
    """

    def __init__(self) -> None:
        self.places: list[str] = []  # addresses of these pages
        self._packed: dict[str, bytes] = {}

    @event_priority(-100)  # after all others that may change it
    def on_page_content(self, html: str, *, page: Any, **_: Any) -> str:
        """Pack a page until it is written."""
        self._packed[page.file.src_uri] = zlib.compress(html.encode(), 1)
        page.markdown = ""
        return ""

    @event_priority(100)  # before the search's own plugin
    def on_page_context(self, context: Any, *, page: Any, **_: Any) -> Any:
        """Note where a question stands, and take it off the search's hands."""
        page.content = zlib.decompress(self._packed.pop(page.file.src_uri)).decode()
        if page.file.src_uri.startswith(QUESTIONS):
            self.places.append(page.url)
            page.meta["search"] = {"exclude": True}
        return context

    def on_post_page(self, output: str, *, page: Any, **_: Any) -> str:
        """Let go of a page that is about to be written."""
        page.content = None
        return output


def put_aside(site: Path, places: list[str]) -> None:
    """Move what was collected out of the file that every page loads, to where the worker finds it.

    Args:
        site: A site that MkDocs has built; without a search it has nothing to move.
        places: Addresses of the questions' pages.
    """
    collected = site / "search" / "search_index.json"
    if not collected.is_file():
        return
    index = json.loads(collected.read_text("utf-8"))
    pages = index["docs"] + [{"location": place, "title": "", "text": ""} for place in places]
    empty = json.dumps(index | {"docs": []})
    collected.write_text(empty, "utf-8")
    script = collected.with_suffix(".js")  # what Material loads where there is no server
    if script.is_file():
        script.write_text(f"var __index = {empty}", "utf-8")
    (site / FOLDER / "pages.js").write_text(f"self.dlfaqPages={compact(pages)};\n", "utf-8")
