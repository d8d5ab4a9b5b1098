"""What surrounds the pages: the search field, paper, a folder without a server, and data."""

import re
from pathlib import Path

import pytest
from tests.site.test_browser import Watch

from dlfaq.knowledge.entry import Faq
from dlfaq.knowledge.load import load_faq
from dlfaq.site.build import build_site
from dlfaq.site.figures.fence import Drawing
from dlfaq.site.home import home
from dlfaq.site.machines import readable
from dlfaq.site.shared import Known


@pytest.fixture(scope="module")
def folder(root):
    """The site, built to be opened from its folder."""
    build_site(root, root.parent / "offline", offline=True)
    return root.parent / "offline"


def test_what_stands_in_front_is_shown_first(root):
    """In its order, before the topics; without a list there is no such section."""
    faq = load_faq(root)
    assert "Asked most" not in home(Known(faq, {}), "")
    (root / "faq" / "front.yml").write_text("- hostile\n- average-of-noise\n")
    try:
        text = home(Known(load_faq(root), {}), "# Ours\n\nHello.\n\n## Last\n\nThe end.\n")
    finally:
        (root / "faq" / "front.yml").unlink()
    places = [
        text.index(one)
        for one in (
            "# Ours",
            "Hello.",
            "dl-ask",
            "hostile.md",
            "average-of-noise.md",
            "## Topics",
            "## Last",
        )
    ]
    assert places == sorted(places)


def test_what_is_typed_goes_on_in_the_search(chromium, address):
    """Letter by letter, by keyboard alone."""
    page = chromium.new_page(viewport={"width": 1300, "height": 900})
    page.goto(f"{address}index.html", wait_until="networkidle")
    page.locator(".dl-ask input").focus()
    page.keyboard.type("averaging noise", delay=30)
    first = page.locator(".md-search-result__link").first
    first.wait_for(state="visible", timeout=15_000)

    assert page.locator(".md-search__input").input_value() == "averaging noise"
    assert "average-of-noise" in first.get_attribute("href")
    page.close()


def test_without_scripts_the_field_is_a_link(chromium, address):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}index.html")
    page.locator(".dl-ask a").click()

    assert page.url.endswith("questions/index.html")
    context.close()


def test_a_printed_entry_is_the_page_alone(chromium, address):
    """No navigation, only the tables that were opened, and light colours in any palette."""
    context = chromium.new_context(color_scheme="dark", viewport={"width": 1000, "height": 900})
    page = context.new_page()
    page.goto(f"{address}questions/averaging.html", wait_until="networkidle")
    assert page.pdf()[:5] == b"%PDF-"
    page.emulate_media(media="print", color_scheme="dark")
    seen = page.evaluate(
        "['.md-header', '.md-tabs', '.md-sidebar', '.md-footer', '.headerlink'].filter("
        "one => [...document.querySelectorAll(one)].some(each => each.checkVisibility()))"
    )
    ink = page.evaluate(
        "[getComputedStyle(document.querySelector('h2')).color, "
        "getComputedStyle(document.body).backgroundColor]"
    )
    rows, folded = (
        page.locator(f"details{one}:visible").count() for one in (".claim", ":not(.claim)")
    )
    page.evaluate("document.querySelector('details.claim').open = true")
    opened = page.locator("details.claim table:visible").count()

    assert seen == []
    assert (rows, folded, opened) == (
        4,
        0,
        1,
    )  # the claims as a table, of what they open to what was opened
    assert ink[1] == "rgb(255, 255, 255)"
    assert max(map(int, re.findall(r"\d+", ink[0])[:3])) < 128
    context.close()


def test_figures_do_not_move_the_page(chromium, address):
    """Nothing that was shown moves when the rest has loaded."""
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver(all => { for (const one of all.getEntries()) "
        "window.moved += one.value })"
        ".observe({ type: 'layout-shift', buffered: true })"
    )
    page.goto(f"{address}questions/average-of-noise.html", wait_until="networkidle")

    assert page.evaluate("window.moved") < 0.1
    page.close()


def test_the_folder_works_without_a_server(chromium, folder):
    """Maths, palette and search; nothing is asked of a host."""
    page = chromium.new_page(viewport={"width": 1300, "height": 900})
    watch = Watch(page, "file://")
    page.goto((folder / "questions" / "average-of-noise.html").as_uri())
    page.wait_for_selector(".arithmatex .katex")
    page.goto((folder / "index.html").as_uri())
    page.locator(".dl-ask input").focus()
    page.keyboard.type("averaging noise", delay=30)
    first = page.locator(".md-search-result__link").first
    first.wait_for(state="visible", timeout=15_000)

    assert "average-of-noise" in first.get_attribute("href")
    assert watch.foreign == watch.errors == []
    page.close()


def test_machines_find_every_answer(built, root):
    """An overview, and each page's Markdown beside it without the marks of its look."""
    text = (built / "llms.txt").read_text()
    for entry in load_faq(root).entries:
        assert f"](questions/{entry.id}.md): " in text
    assert "(2 measured, 1 exact, 1 of PyTorch)" in text
    page = (built / "questions" / "average-of-noise.md").read_text()
    assert page.startswith("# ")
    model = (built / "questions" / "averaging.md").read_text()
    assert "dl-figure" not in page + model
    assert "{ ." not in page + model
    assert "| setting | measured |" in model
    assert "|  | claim | predicted | measured | also holds | fails when |" in model
    order = (
        "**Short answer**",
        "**Do this**",
        "1.  Average",
        "## Why the square root",
        "## Where it holds",
        "## References",
    )
    assert [*order] == sorted(order, key=model.index)
    assert all(
        path.with_suffix(".md").is_file()
        for path in built.rglob("*.html")
        if path.name != "404.html"
    )


def test_addresses_are_whole_where_the_site_knows_its_own(root, tmp_path, monkeypatch):
    monkeypatch.setenv("DLFAQ_SITE_URL", "https://faq.example.org/x/")
    build_site(root, tmp_path / "out")

    page = (tmp_path / "out" / "questions" / "average-of-noise.html").read_text()
    assert (
        "](https://faq.example.org/x/questions/average-of-noise.md)"
        in (tmp_path / "out" / "llms.txt").read_text()
    )
    assert (
        "https://faq.example.org/x/questions/average-of-noise.html"
        in (tmp_path / "out" / "sitemap.xml").read_text()
    )
    assert 'property="og:image" content="https://faq.example.org/x/assets/img/card.png"' in page


def test_what_is_shared_shows_question_and_answer(built):
    """Escaped, whatever is in it."""
    for name in ("average-of-noise", "hostile"):
        text = (built / "questions" / f"{name}.html").read_text()
        said = dict(re.findall(r'<meta property="og:(\w+)" content="([^"<>]*)">', text))
        assert said["title"]
        assert said["description"]
        assert (built / "questions" / said["image"]).resolve().is_file()


def test_a_page_becomes_plain_markdown():
    """Boxes become paragraphs, code stays."""
    page = (
        '---\ntitle: "x"\n---\n# A { #a .b }\n\n??? note "More"\n\n    inside\n\n```python\n'
        "{ .x }\n```\n"
    )
    assert (
        readable(page, Drawing(Known(Faq(Path(), (), {}, {}), {})))
        == "# A\n\n**More**\n\ninside\n\n```python\n{ .x }\n```\n"
    )


def test_a_page_of_our_own_for_what_is_missing(chromium, address):
    page = chromium.new_page()
    page.goto(f"{address}404.html", wait_until="networkidle")

    assert page.locator(".dl-ask input").count() == 1
    page.get_by_role("link", name="Home").last.click()
    assert page.url.endswith("index.html")
    page.close()
