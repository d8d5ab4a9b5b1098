"""The pages in a real browser: nothing from elsewhere, no errors, maths rendered, no sideways scrolling."""

import pytest

PAGES = [
    "index", "questions/index", "questions/average-of-noise", "questions/hostile", "topics/training", "sources",
    "simulations/index", "simulations/average_of_noise", "simulations/odd", "verification", "writing", "commands", "404",
]  # fmt: skip


class Watch:
    """What a page asked for, complained of and opened."""

    def __init__(self, page, address):
        self.foreign, self.errors, self.dialogs = [], [], []
        page.on(
            "request", lambda r: None if r.url.startswith((address, "data:", "blob:")) else self.foreign.append(r.url)
        )
        page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))


@pytest.mark.parametrize("width", [1300, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_in_a_browser(chromium, address, scheme, width):
    """Every kind of page, in both palettes, wide and on a phone."""
    context = chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    page = context.new_page()
    watch = Watch(page, address)
    for name in PAGES:
        page.goto(f"{address}{name}.html", wait_until="networkidle")
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1")
        assert not wide, f"{name} scrolls sideways at {width} px"
        assert page.locator(".katex-error").count() == 0, name
        assert page.locator("body").get_attribute("data-md-color-scheme") == {"dark": "slate"}.get(scheme, "default")
    context.close()

    assert watch.foreign == []
    assert watch.errors == []
    assert watch.dialogs == []


def test_the_watch_can_see(chromium, address):
    """An error, a dialog and a request to another host are noticed."""
    page = chromium.new_page()
    watch = Watch(page, address)
    page.goto(f"{address}index.html", wait_until="networkidle")
    page.evaluate("console.error('no'); alert('no'); fetch('http://other.invalid/').catch(() => 0)")
    page.wait_for_timeout(100)
    page.close()

    assert "no" in watch.errors
    assert watch.dialogs == ["no"]
    assert watch.foreign == ["http://other.invalid/"]


def test_maths_is_rendered(chromium, address):
    """KaTeX has replaced every formula."""
    page = chromium.new_page()
    page.goto(f"{address}questions/average-of-noise.html", wait_until="networkidle")

    assert page.locator(".arithmatex").count() == page.locator(".arithmatex .katex").count() > 2
    page.close()


def test_pages_open_from_the_folder(chromium, built):
    """Without a server: maths is rendered, and a link leads to a page."""
    page = chromium.new_page()
    page.goto((built / "index.html").as_uri())
    page.get_by_role("link", name="averag").first.click()
    page.wait_for_selector(".arithmatex .katex")

    assert page.url.endswith("questions/average-of-noise.html")
    page.close()


def test_an_entry_is_found_by_searching(chromium, address):
    """Typed into the search box, the question leads to its page."""
    page = chromium.new_page(viewport={"width": 1300, "height": 900})
    page.goto(f"{address}index.html", wait_until="networkidle")
    page.locator(".md-search__input").click()
    page.keyboard.type("averaging noise", delay=20)
    first = page.locator(".md-search-result__link").first
    first.wait_for(state="visible", timeout=15_000)

    assert "average-of-noise" in first.get_attribute("href")
    page.close()
