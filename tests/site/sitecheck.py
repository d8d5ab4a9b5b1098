"""Checks of a built site without a network: links, anchors, ids, headings, loaded files."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

LOADS = {
    ("script", "src"),
    ("img", "src"),
    ("iframe", "src"),
    ("link", "href"),
    ("source", "src"),
    ("object", "data"),
}


class Page(HTMLParser):
    """What one page holds: links, ids, files, images without alt, handlers, scripts, headings."""

    def __init__(self, path: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.links, self.ids, self.loads, self.no_alt, self.handlers, self.headings = (
            [],
            [],
            [],
            [],
            [],
            0,
        )
        self.script, self.scripts, self.lang, self.nameless = False, [], None, 0
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.script = tag == "script"
        self.headings += tag == "h1"
        self.lang = values.get("lang") if tag == "html" else self.lang
        if values.get("id"):
            self.ids.append(values["id"])
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        if tag == "img" and "alt" not in values:
            self.no_alt.append(values.get("src"))
        self.nameless += values.get("role") == "img" and not values.keys() & {
            "aria-labelledby",
            "aria-label",
        }
        self.handlers += [(tag, name) for name in values if name.startswith("on")]
        relation = set((values.get("rel") or "").split())
        if not relation & {"canonical", "prev", "next", "alternate"}:
            self.loads += [values[name] for kind, name in LOADS if kind == tag and values.get(name)]

    def handle_data(self, data):
        if self.script:
            self.scripts.append(data)

    def handle_endtag(self, tag):
        self.script = False


def read(site: Path) -> dict[Path, Page]:
    """Every page of a site."""
    return {path: Page(path) for path in sorted(site.rglob("*.html"))}


def wrong(site: Path, pages: dict[Path, Page]) -> list[tuple[str, str]]:
    """Everything that is wrong: (page, what)."""
    found = []
    for path, page in pages.items():
        where = "/" + path.relative_to(site).as_posix()
        found += [(where, what) for what in _of_page(page)]
        if path.name != "404.html":  # its links start at the site's address
            found += [
                (where, what) for link in page.links if (what := _of_link(link, where, site, pages))
            ]
    for style in site.rglob("*.css"):
        text = style.read_text("utf-8")
        found += [
            (style.name, f"external {one}")
            for one in re.findall(r"url\(\s*['\"]?(?:https?:)?//[^)]+", text)
        ]
        for one in re.findall(r"url\(\s*['\"]?([^)'\"#:]+)[)'\"]", text):
            found += [(style.name, f"missing {one}")] * (
                not (style.parent / one.split("?")[0]).exists()
            )
    return found


def _of_page(page: Page) -> Iterator[str]:
    if page.headings != 1:
        yield f"{page.headings} h1"
    if not page.lang:
        yield "no lang"
    yield from (f"duplicate id {one}" for one in set(page.ids) if page.ids.count(one) > 1)
    yield from (f"no alt: {one}" for one in page.no_alt)
    yield from (f"external {one}" for one in page.loads if re.match(r"(https?:)?//", one))
    if page.nameless:
        yield "a figure without a name"


def _of_link(link: str, where: str, site: Path, pages: dict[Path, Page]) -> str:
    if urlsplit(link).scheme or link.startswith("//"):
        return ""
    parts = urlsplit(urljoin(where, link))
    target = site / unquote(parts.path).lstrip("/")
    target = target / "index.html" if target.is_dir() else target
    if not target.is_file():
        return f"broken link {link}"
    fragment = unquote(parts.fragment)
    missing = (
        target in pages
        and fragment
        and not fragment.startswith("__")
        and fragment not in pages[target].ids
    )
    return f"no anchor {link}" if missing else ""
