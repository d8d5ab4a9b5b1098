"""The site of the bundled FAQ: each page is light, stable, accessible, and fits a phone."""

import gzip
import re
from pathlib import Path

import pytest
from tests.site.serving import served
from tests.site.test_access import DETAILS, violations
from tests.site.test_browser import OUTSIDE, SCREENS, VISIBLE, Watch, cut_off, first_screen

from dlfaq.knowledge.load import load_faq
from dlfaq.paths import bundled_root
from dlfaq.site.build import build_site
from dlfaq.site.text import plain

ENTRIES = sorted(f"questions/{path.stem}" for path in (bundled_root() / "faq").glob("*.yaml"))
OTHERS = [
    "index",
    "questions/index",
    "topics/gradients",
    "sources/index",
    "sources/eece454",
    "planned",
    "questions/mixed-precision",
    "simulations/index",
    "simulations/dying_digits",
    "verification",
    "commands",
    "404",
]
MOST = 250_000  # bytes, compressed
PACKED = {".html", ".css", ".js", ".json", ".svg", ".xml", ".txt"}
MOVED = (
    "window.moved = 0; new PerformanceObserver(all => { for (const one of all.getEntries()) "
    "window.moved += one.value })"
    ".observe({ type: 'layout-shift', buffered: true })"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    output = tmp_path_factory.mktemp("bundled") / "site"
    build_site(bundled_root(), output)
    return output


@pytest.fixture(scope="module")
def address(site):
    with served(site) as base:
        yield base


def weight(path: Path) -> int:
    data = path.read_bytes()
    return len(gzip.compress(data, 6)) if path.suffix in PACKED else len(data)


@pytest.fixture(scope="module")
def seen(chromium, site, address):
    """Every entry's page, and one of each other kind, on a dark phone.

    What it loads, how it moves, and what is wrong with it.
    """
    pytest.importorskip("axe_playwright_python")
    found = {}
    for name in [*ENTRIES, *OTHERS]:
        context = chromium.new_context(color_scheme="dark", viewport={"width": 390, "height": 844})
        page = context.new_page()
        page.add_init_script(MOVED)
        watch, loaded = Watch(page, address), set()
        page.on("requestfinished", lambda request, loaded=loaded: loaded.add(request.url))
        page.goto(f"{address}{name}.html", wait_until="networkidle")
        files = [
            site / url.removeprefix(address).split("?")[0].split("#")[0]
            for url in loaded
            if url.startswith(address)
        ]
        found[name] = {
            "weight": sum(weight(path) for path in files if path.is_file()),
            "moved": page.evaluate("window.moved"),
            "wide": page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            ),
            "katex": page.locator(".katex-error").count(),
            "wrong": watch.foreign + watch.errors + watch.dialogs,
        }
        found[name]["raw"] = page.evaluate(VISIBLE) if name in ENTRIES else []
        page.evaluate(DETAILS, True)
        page.wait_for_timeout(100)  # the script looks at what opened
        found[name]["axe"] = violations(page)
        found[name]["outside"] = page.evaluate(OUTSIDE)
        context.close()
    return found


def over(seen, what, most) -> dict[str, object]:
    return {name: one[what] for name, one in seen.items() if one[what] > most}


def test_no_page_is_heavy(seen):
    assert over(seen, "weight", MOST) == {}
    assert (
        min(one["weight"] for one in seen.values()) > 30_000
    )  # what was weighed are pages with styles and scripts


def test_no_page_moves_when_the_rest_has_loaded(seen):
    assert over(seen, "moved", 0.05) == {}


def test_every_page_fits_a_phone(seen):
    assert over(seen, "wide", 1) == {}


def test_every_formula_is_set(seen):
    assert over(seen, "katex", 0) == {}


def test_nothing_goes_wrong_and_nothing_is_fetched_from_elsewhere(seen):
    assert {name: one["wrong"] for name, one in seen.items() if one["wrong"]} == {}


def test_no_expectation_is_shown_before_a_row_opens(seen):
    assert {name: one["raw"] for name, one in seen.items() if one["raw"]} == {}


def test_no_text_of_a_figure_is_cut_off(seen):
    assert {name: one["outside"] for name, one in seen.items() if one["outside"]} == {}


def test_nothing_is_cut_off_on_any_page(chromium, site, address):
    """Of all pages, also at the widths between a phone and a desk."""
    assert cut_off(chromium, site, address) == {}


FILES = sorted((bundled_root() / "faq").glob("*.yaml"))
MODELS = [f"questions/{path.stem}" for path in FILES if "\n  do:\n" in path.read_text("utf-8")]


@pytest.mark.parametrize(("width", "height"), SCREENS)
@pytest.mark.parametrize("name", MODELS)
def test_the_first_screen(chromium, address, name, width, height):
    """Of every entry with steps: the question, the short answer and three of them."""
    first_screen(chromium, f"{address}{name}.html", width, height)


def test_no_page_shuts_anyone_out(seen):
    assert {name: one["axe"] for name, one in seen.items() if one["axe"]} == {}


def test_the_folder_can_be_played_with(chromium, tmp_path):
    """From disk: a plot is turned, the palette switched, a question found; no host is asked."""
    build_site(bundled_root(), tmp_path / "site", offline=True)
    page = chromium.new_page(viewport={"width": 1300, "height": 900})
    watch = Watch(page, "file://")
    page.goto((tmp_path / "site" / "questions" / "lr-schedules.html").as_uri())
    knob = page.locator(".dl-knobs input").first
    knob.focus()
    before = page.locator(".dl-knobs output").first.text_content()
    page.keyboard.press("ArrowRight")
    assert page.locator(".dl-knobs output").first.text_content() != before

    scheme = page.evaluate("document.body.dataset.mdColorScheme")
    for _ in range(2):  # automatic, light, dark
        page.locator("form[data-md-component=palette] label:visible").click()
    assert page.evaluate("document.body.dataset.mdColorScheme") != scheme

    page.locator(".md-search__input").click()
    page.keyboard.type("loss is nan", delay=30)
    first = page.locator(".md-search-result__link").first
    first.wait_for(state="visible", timeout=30_000)
    first.click()
    page.wait_for_url("**/loss-spikes-nan.html*")
    assert watch.foreign == watch.errors == []
    page.close()


def typed(page, text: str):
    """Results of the search box, once they are shown."""
    page.locator(".dl-ask input").focus()
    page.keyboard.type(text, delay=15)
    page.locator(".md-search-result__link").first.wait_for(state="visible", timeout=30_000)
    return page.locator(".md-search-result__link")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_open_search_shuts_nobody_out(chromium, address, scheme):
    pytest.importorskip("axe_playwright_python")
    context = chromium.new_context(color_scheme=scheme, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{address}index.html", wait_until="networkidle")
    typed(page, "gradients blow up after 2k steps")
    page.wait_for_timeout(500)  # the box slides in

    assert violations(page) == []
    context.close()


def test_a_planned_question_says_so_and_leads_to_its_page(chromium, address):
    page = chromium.new_page(viewport={"width": 1300, "height": 900})
    page.goto(f"{address}index.html", wait_until="networkidle")
    planned = load_faq(bundled_root()).planned[0]
    # a note above the nearest answers says "planned", too
    found = typed(page, plain(planned.question)).filter(has_text=re.compile("Planned")).first
    found.click()
    page.wait_for_url(f"**/questions/{planned.id}.html*")

    assert page.locator(".dl-state").inner_text().startswith("Planned.")
    page.close()
