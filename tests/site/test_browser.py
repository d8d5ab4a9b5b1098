"""The pages in a real browser: nothing from elsewhere, no errors, maths, no sideways scrolling."""

import pytest

PAGES = [
    "index", "questions/index", "questions/averaging", "questions/average-of-noise",
    "questions/hostile", "topics/training", "sources/index", "sources/notes",
    "planned", "questions/later", "simulations/index", "simulations/average_of_noise",
    "simulations/odd", "verification", "writing", "commands", "404",
]  # fmt: skip


class Watch:
    """What a page asked for, complained of and opened."""

    def __init__(self, page, address):
        self.foreign, self.errors, self.dialogs = [], [], []
        page.on(
            "request",
            lambda r: (
                None
                if r.url.startswith((address, "data:", "blob:"))
                else self.foreign.append(r.url)
            ),
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
        wide = page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"
        )
        assert not wide, f"{name} scrolls sideways at {width} px"
        assert page.locator(".katex-error").count() == 0, name
        assert page.locator("body").get_attribute("data-md-color-scheme") == {"dark": "slate"}.get(
            scheme, "default"
        )
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
    page.locator("article a[href$='questions/averaging.html']").first.click()
    page.wait_for_selector(".arithmatex .katex")

    assert page.url.endswith("questions/averaging.html")
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


def test_rulings_are_filtered(chromium, address):
    """By a button for each ruling, in one order; all of them come back."""
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{address}sources/notes.html", wait_until="networkidle")
    rows = page.locator(".dl-rulings > details")
    buttons = page.locator(".dl-filter button")
    assert buttons.all_inner_texts() == ["all", "true", "conditional", "waiting"]
    everything = rows.count()
    buttons.get_by_text("conditional").click()
    shown = [one.inner_text() for one in rows.all() if one.is_visible()]
    assert len(shown) == 1
    assert "Averaging removes all noise." in shown[0]
    assert buttons.get_by_text("conditional").get_attribute("aria-pressed") == "true"
    buttons.get_by_text("all", exact=True).click()
    assert sum(one.is_visible() for one in rows.all()) == everything
    page.close()


def test_an_explorer_is_turned(chromium, address):
    """A slider for a number, a list for the conditions; the picture and its words follow."""
    page = chromium.new_page(viewport={"width": 1300, "height": 900})
    page.goto(f"{address}questions/averaging.html", wait_until="networkidle")
    explorer = page.locator(".dl-explorer")
    words = explorer.locator("svg > desc")
    before = words.text_content()
    assert "under its own setting" in before
    assert explorer.locator(".dl-frame").locator("visible=true").count() > 0
    explorer.locator("select").select_option(label="few steps")
    assert "fails, as it must" in words.text_content()
    if explorer.locator("input").count():
        explorer.locator("input").first.focus()
        page.keyboard.press("ArrowRight")
        assert "few steps" in words.text_content()
    page.close()


SCREENS = [(1440, 900), (390, 844)]
VISIBLE = """() => [...document.querySelectorAll("code, td, p")]
  .filter(one => one.checkVisibility({visibilityProperty: true}))
  .map(one => one.textContent)
  .filter(text => /(mean|gmean|median|fraction|all)\\([^)]*\\)\\s*[<>]/.test(text))"""
OUTSIDE = """() => [...document.querySelectorAll(".md-content svg.dl-svg text")].filter(one => {
  if (!one.checkVisibility() || !one.textContent) return false;
  const box = one.getBoundingClientRect();
  if (!box.width) return false;  // of a setting that is not shown
  const whole = one.closest(".dl-view, svg").getBoundingClientRect();
  return box.left < whole.left - 1 || box.right > whole.right + 1
    || box.top < whole.top - 1 || box.bottom > whole.bottom + 1;
}).map(one => one.textContent)"""


# what is cut off with all opened that opens: code, cells, texts of figures, the page itself
CUT = """() => {
  for (const one of document.querySelectorAll("details")) one.open = true;
  const wide = [...document.querySelectorAll(".md-content pre > code, summary > .dl-cell")]
    .filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.textContent.slice(0, 60));
  const drawn = [...document.querySelectorAll(".md-content svg text")].filter(one => {
    const box = one.getBoundingClientRect();
    if (!one.textContent || !box.width) return false;
    const whole = one.closest(".dl-view, svg").getBoundingClientRect();
    return box.left < whole.left - 1 || box.right > whole.right + 1
      || box.top < whole.top - 1 || box.bottom > whole.bottom + 1;
  }).map(one => one.textContent);
  const { scrollWidth, clientWidth } = document.documentElement;
  return [...wide, ...drawn, ...(scrollWidth > clientWidth + 1 ? ["the page"] : [])];
}"""
WIDTHS = [1440, 768, 390]


def cut_off(chromium, site, address) -> dict[str, list[str]]:
    """What is cut off on each page of a site, at each width."""
    page = chromium.new_page()
    found = {}
    for path in sorted(site.rglob("*.html")):
        name = path.relative_to(site).as_posix()
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        page.goto(f"{address}{name}", wait_until="load")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if bad := page.evaluate(CUT):
                found[f"{name} at {width}"] = bad
    page.close()
    return found


def test_nothing_is_cut_off_on_any_page(chromium, built, address):
    assert cut_off(chromium, built, address) == {}


def test_what_is_cut_off_is_noticed(chromium, address):
    """The check can fail."""
    page = chromium.new_page(viewport={"width": 390, "height": 900})
    page.goto(f"{address}simulations/noisy_average.html", wait_until="load")
    assert page.evaluate(CUT) == []
    page.add_style_tag(content="pre > code { white-space: pre !important; }")
    page.evaluate("document.querySelector('.dl-svg text').setAttribute('x', '-500')")
    page.evaluate("document.querySelector('h1').style.width = '900px'")
    found = page.evaluate(CUT)
    page.close()

    assert any("error of an average" in one for one in found)
    assert "the page" in found
    assert len(found) == 3


def first_screen(chromium, url, width, height):
    """Before anyone scrolls there are the question, the short answer and three steps."""
    page = chromium.new_page(viewport={"width": width, "height": height})
    page.goto(url, wait_until="networkidle")
    box = page.locator(".admonition.abstract")
    steps = [box.locator("> ol > li > p:first-child").nth(step) for step in range(3)]
    ends = [one.bounding_box() for one in (page.locator("h1"), box.locator("> p").nth(1), *steps)]
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    page.close()

    assert [one["y"] for one in ends] == sorted(one["y"] for one in ends)
    assert ends[-1]["y"] + ends[-1]["height"] <= height
    assert wide <= 1


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_the_first_screen(chromium, address, width, height):
    first_screen(chromium, f"{address}questions/averaging.html", width, height)


def test_no_raw_expectation_before_a_row_opens(chromium, address):
    """A row shows words; opened by keyboard or link, it shows expectation, figure and command."""
    page = chromium.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{address}questions/averaging.html", wait_until="networkidle")
    row = page.locator("#more-help")
    assert page.evaluate(VISIBLE) == []
    assert row.locator("figure:visible").count() == 0

    row.locator("summary").focus()
    page.keyboard.press("Enter")
    assert len(page.evaluate(VISIBLE)) > 0
    assert row.locator("figure:visible, table:visible").count() == 2
    assert "dlfaq verify averaging/more-help" in row.inner_text()

    page.locator('.admonition.abstract a[href="#start-decays"]').click()
    page.locator("#start-decays[open]").wait_for(timeout=5_000)
    page.close()


@pytest.mark.parametrize("width", [1440, 768, 390])
def test_nothing_is_cut_off(chromium, address, width):
    """Each text of a figure lies within it; rows stack on a phone, no cell narrower than a word."""
    page = chromium.new_page(viewport={"width": width, "height": 900})
    page.goto(f"{address}questions/averaging.html", wait_until="networkidle")
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")

    assert page.evaluate(OUTSIDE) == []
    narrow = page.evaluate(
        "[...document.querySelectorAll('summary > .dl-cell')].filter(one => one.scrollWidth > "
        "one.clientWidth + 1).length"
    )
    assert narrow == 0
    assert page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth + 1"
    )
    page.close()
