"""What MkDocs collects for the search: the texts of all pages but the entries', of which the worker has an index already."""

import json
from pathlib import Path
from typing import Any

from mkdocs.plugins import BasePlugin, event_priority

from dlfaq.site.search import FOLDER, compact

QUESTIONS = "questions/"  # of these pages the worker needs the addresses alone


class Sparing(BasePlugin):
    """Lets MkDocs' search pass over the entries' pages, which take it as long to read as to build."""

    def __init__(self) -> None:
        self.places: list[str] = []  # addresses of the entries' pages

    @event_priority(100)  # before the search's own plugin
    def on_page_context(self, context: Any, *, page: Any, **_: Any) -> Any:
        """Note where an entry stands, and take it off the search's hands."""
        if "faq" in page.meta:
            self.places.append(page.url)
            page.meta["search"] = {"exclude": True}
        return context


def put_aside(site: Path, places: list[str]) -> None:
    """Move what was collected out of the file that every page loads, to where the worker finds it.

    Args:
        site: A site that MkDocs has built.
        places: Addresses of the entries' pages.
    """
    collected = site / "search" / "search_index.json"
    index = json.loads(collected.read_text("utf-8"))
    pages = [one for one in index["docs"] if not one["location"].startswith(QUESTIONS)]
    below = (one["location"].split("#")[0] for one in index["docs"] if one["location"].startswith(QUESTIONS))
    pages += [{"location": place, "title": "", "text": ""} for place in dict.fromkeys([*below, *places])]
    empty = json.dumps(index | {"docs": []})
    collected.write_text(empty, "utf-8")
    script = collected.with_suffix(".js")  # what Material loads where there is no server
    if script.is_file():
        script.write_text(f"var __index = {empty}", "utf-8")
    (site / FOLDER / "pages.js").write_text(f"self.dlfaqPages={compact(pages)};\n", "utf-8")
