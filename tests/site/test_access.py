"""Every kind of page is accessible: axe-core finds nothing, in both palettes, wide and narrow."""

import pytest
from tests.site.test_browser import PAGES, Watch

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DETAILS = "(all) => { for (const one of document.querySelectorAll('details')) one.open = all }"


def violations(page) -> list[str]:
    """What axe-core finds on the page: the rule, where, and how."""
    from axe_playwright_python.sync_playwright import Axe

    found = (
        Axe()
        .run(page, options={"runOnly": {"type": "tag", "values": RULES}})
        .response["violations"]
    )
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_shuts_anyone_out(chromium, address, scheme, width):
    """What is folded away is opened too; no other host is asked, and nothing goes wrong."""
    pytest.importorskip("axe_playwright_python")
    context = chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    page = context.new_page()
    watch = Watch(page, address)
    found = {}
    for name in PAGES:
        page.goto(f"{address}{name}.html", wait_until="networkidle")
        page.evaluate(DETAILS, True)
        page.wait_for_timeout(100)  # the script looks at what opened
        found[name] = violations(page)
    context.close()

    assert {name: bad for name, bad in found.items() if bad} == {}
    assert watch.foreign == watch.errors == watch.dialogs == []


def test_what_is_unreadable_is_noticed(chromium, address):
    """The check can fail."""
    pytest.importorskip("axe_playwright_python")
    page = chromium.new_page()
    page.goto(f"{address}index.html", wait_until="networkidle")
    page.evaluate(
        "document.querySelector('h1').style.color = '#eee'; "
        "document.body.append(document.createElement('button'))"
    )

    assert {one.split(":")[0] for one in violations(page)} >= {"color-contrast", "button-name"}
    page.close()
