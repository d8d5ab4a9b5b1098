"""How often the site's search box puts the right page first, with our worker and the theme's.

python benchmarks/site_search.py QUERIES.jsonl… [--root FOLDER] [--limit N] [--misses]

One JSON object a line: {"query": "...", "entries": ["best-id", "also-right-id"]}; queries that no
entry answers are left out. Each query is typed into the box of the site in headless Chromium, once
with our worker and once with the theme's, which is put in its place, with all that MkDocs collects
for it, on the way to the browser. Planned questions stand behind the answers: the place of one is
counted among the planned. Chromium is taken from the path.
"""

import argparse
import gzip
import http.server
import json
import mimetypes
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from mkdocs.commands.build import build
from playwright.sync_api import Page, Route, sync_playwright

from dlfaq.knowledge.load import load_faq
from dlfaq.paths import find_root
from dlfaq.site.build import build_site, write_pages
from dlfaq.site.configuration import configured
from dlfaq.site.figures.fence import Drawing
from dlfaq.site.pages import known_of

# the box takes one line; what is typed must end in a key, since Material listens to keys
TYPE = """text => {
  const box = document.querySelector(".md-search__input");
  const list = document.querySelector(".md-search-result__list");
  const links = () => [...list.querySelectorAll("li > a:first-child")].slice(0, 12)
    .map(one => [one.getAttribute("href"), one.textContent.includes("Planned:")]);
  return new Promise(done => {
    const start = performance.now();
    let last;
    const end = () => done([links(), (last ?? performance.now()) - start]);
    const watch = new MutationObserver(() => { last ??= performance.now(); });
    watch.observe(list.parentElement, { childList: true, subtree: true, characterData: true });
    const type = value => {
      box.value = value;
      box.dispatchEvent(new KeyboardEvent("keyup", { bubbles: true, key: "End" }));
    };
    type(text);
    const wait = () => last === undefined && performance.now() - start < 5000 ? setTimeout(wait, 5)
      : setTimeout(() => { watch.disconnect(); end(); }, 40);
    wait();
  });
}"""


class Found(NamedTuple):
    """Places of the right entry, whether it is written, and milliseconds until results appeared."""

    places: list[int]
    written: list[bool]
    milliseconds: list[float]


def main() -> None:
    """Build, type, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("queries", type=Path, nargs="+")
    parser.add_argument("--root", type=Path, default=None)
    parser.add_argument("--limit", type=int, default=None, help="only so many queries")
    parser.add_argument(
        "--misses", action="store_true", help="print every query that went wrong with our worker"
    )
    wanted = parser.parse_args()
    root = wanted.root or find_root()
    faq = load_faq(root)
    planned = {one.id for one in faq.planned}
    known = {one.id for one in faq.entries} | planned
    rows = [
        json.loads(line)
        for path in wanted.queries
        for line in path.read_text("utf-8").splitlines()
        if line.strip()
    ]
    queries = [
        (row["query"], [one for one in row.get("entries", []) if one in known]) for row in rows
    ]
    queries = [query for query in queries if query[1]][: wanted.limit]
    with tempfile.TemporaryDirectory() as folder, served(root, Path(folder)) as (address, site):
        search = site / "assets" / "search"
        sizes = [
            len(gzip.compress((search / f"{name}.js").read_bytes())) / 1000
            for name in ("worker", "ask", "pages")
        ]
        print(
            f"{len(queries)} queries; compressed: worker {sizes[0]:.0f} kB, "
            f"its index {sizes[1] + sizes[2]:.0f} kB"
        )
        print(
            f"{'':24}  first  within 3 | of a written entry: first  within 3 | ms: median  slowest"
        )
        ours = typed(address, queries, planned, None, misses=wanted.misses)
        report("dlfaq's worker", ours)
        report(
            "the theme's worker", typed(address, queries, planned, of_the_theme(root, Path(folder)))
        )


def of_the_theme(root: Path, folder: Path) -> dict[str, str]:
    """The theme's own search, as it would be without ours.

    Its worker and its index, by the address to send them for.
    """
    source, site = folder / "pages", folder / "theirs"
    write_pages(root, source)
    build(configured(root, source, site, Drawing(known_of(load_faq(root)))))
    worker = next((site / "assets" / "javascripts" / "workers").glob("search.*.js"))
    index = site / "search" / "search_index.json"
    return {
        "**/assets/search/worker.js": worker.read_text("utf-8"),
        f"**/{index.name}": index.read_text("utf-8"),
    }


@contextmanager
def served(root: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    """The site, built and served on this machine."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    site = folder / "site"
    build_site(root, site)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/", site
    finally:
        server.shutdown()
        server.server_close()


def typed(
    address: str,
    queries: Sequence[tuple[str, list[str]]],
    planned: Set[str],
    theirs: dict[str, str] | None,
    *,
    misses: bool = False,
) -> Found:
    """Type every query into the box of the home page."""
    found = Found([], [], [])
    chromium = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1300, "height": 900})
        for place, text in (theirs or {}).items():
            page.route(place, partial(_answer, text=text, kind=mimetypes.guess_type(place)[0]))
        _open(page, address)
        for text, right in queries:
            page.evaluate(TYPE, "")
            links, milliseconds = page.evaluate(TYPE, text)
            rank = _rank(links, right)
            found.places.append(rank)
            found.written.append(any(one not in planned for one in right))
            found.milliseconds.append(milliseconds)
            if misses and rank > 1:
                print(f"MISS {rank} {text[:110]} | right {', '.join(right)} | {links[:1]}")
        browser.close()
    return found


def _answer(route: Route, text: str, kind: str | None) -> None:
    route.fulfill(body=text, content_type=kind)


def _open(page: Page, address: str) -> None:
    """Go home, open the box, and wait until the worker has answered once."""
    page.goto(f"{address}index.html", wait_until="networkidle")
    page.locator(".md-search__input").click()
    start = time.perf_counter()
    page.keyboard.type("loss", delay=20)
    page.locator(".md-search-result__link").first.wait_for(state="visible", timeout=30_000)
    print(
        f"  (first answer, index loaded: {1000 * (time.perf_counter() - start):.0f} ms after the "
        "first of four keys)"
    )


def _rank(links: Sequence[tuple[str, bool]], right: Sequence[str]) -> int:
    """The place of the first right page, among the answers or among the planned."""
    best = 99
    for kind in (False, True):
        paths = [
            address.split("?")[0].split("#")[0] for address, planned in links if planned is kind
        ]
        for place, path in enumerate(paths, 1):
            if any(path.endswith(f"questions/{one}.html") for one in right):
                best = min(best, place)
    return best


def report(name: str, found: Found) -> None:
    """One line of the table."""
    of_written = [
        place for place, written in zip(found.places, found.written, strict=True) if written
    ]

    def share(places: Sequence[int], most: int) -> str:
        return (
            f"{100 * sum(place <= most for place in places) / len(places):.1f} %" if places else "-"
        )

    print(
        f"{name:24} {share(found.places, 1):>6} {share(found.places, 3):>9} | "
        f"{share(of_written, 1):>25} "
        f"{share(of_written, 3):>9} | {statistics.median(found.milliseconds):>10.0f} "
        f"{max(found.milliseconds):>8.0f}"
    )


if __name__ == "__main__":
    main()
