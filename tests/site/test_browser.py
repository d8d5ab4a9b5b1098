"""The pages in a real browser: nothing from elsewhere, no errors, maths rendered, no sideways scrolling."""

import pytest

PAGES = [
    "", "questions/", "questions/average-of-noise/", "questions/hostile/", "topics/training/", "sources/",
    "simulations/average_of_noise/", "verification/", "writing/", "commands/", "404.html",
]  # fmt: skip


@pytest.mark.parametrize("width", [1300, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_in_a_browser(chromium, address, scheme, width):
    """Every kind of page, in both palettes, wide and on a phone."""
    context = chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    page = context.new_page()
    foreign, errors, dialogs = [], [], []
    page.on("request", lambda r: None if r.url.startswith((address, "data:", "blob:")) else foreign.append(r.url))
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for name in PAGES:
        page.goto(address + name, wait_until="networkidle")
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1")
        assert not wide, f"{name} scrolls sideways at {width} px"
        assert page.locator(".katex-error").count() == 0, name
    context.close()

    assert foreign == []
    assert errors == []
    assert dialogs == []


def test_maths_is_rendered(chromium, address):
    """KaTeX has replaced every formula."""
    page = chromium.new_page()
    page.goto(address + "questions/average-of-noise/", wait_until="networkidle")

    assert page.locator(".arithmatex").count() == page.locator(".arithmatex .katex").count() > 2
    page.close()


def test_an_entry_is_found_by_searching(chromium, address):
    """Typed into the search box, the question leads to its page."""
    page = chromium.new_page(viewport={"width": 1300, "height": 900})
    page.goto(address, wait_until="networkidle")
    page.locator(".md-search__input").click()
    page.keyboard.type("averaging noise", delay=20)
    first = page.locator(".md-search-result__link").first
    first.wait_for(state="visible", timeout=15_000)

    assert "average-of-noise" in first.get_attribute("href")
    page.close()
