"""Texts of entries on a page: shown, never obeyed."""

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown import Markdown

from dlfaq.knowledge.entry import Faq
from dlfaq.paths import bundled_root
from dlfaq.site.figures.fence import NAME, Drawing
from dlfaq.site.safe import ATTRIBUTES, ELEMENTS, allowed
from dlfaq.site.shared import Known
from dlfaq.site.text import code, escape, in_cell, label, line, link, plain, prose

NOTHING = Known(Faq(Path(), (), {}, {}), {})


class _Loader(yaml.SafeLoader):
    """mkdocs.yml names functions by tags; what they stand for does not matter here."""


_Loader.add_multi_constructor("tag:yaml.org,2002:python/name:", lambda *_: None)
_Loader.add_constructor("!ENV", lambda *_: None)


def reader(*more: str) -> Markdown:
    """Markdown as the site reads it before formulas are set.

    With the extensions of mkdocs.yml, and more of a team's own.
    """
    text = (bundled_root() / "mkdocs.yml").read_text()
    config = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    names, options = [*more], {}
    for one in config["markdown_extensions"]:
        name, given_options = next(iter(one.items())) if isinstance(one, dict) else (one, {})
        if name != "dlfaq.site.maths":
            names.append(name)
        options[name] = given_options
    options["pymdownx.superfences"] = {
        "custom_fences": [{"name": NAME, "class": NAME, "format": Drawing(NOTHING)}]
    }
    return Markdown(extensions=names, extension_configs=options)


SITE = reader()
OPEN = reader(
    "md_in_html",
    "abbr",
    "footnotes",
    "def_list",
    "pymdownx.magiclink",
    "pymdownx.tabbed",
    "pymdownx.blocks.html",
)


def rendered(text: str, with_: Markdown = SITE) -> str:
    return with_.reset().convert(text)


EVIL = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))", "[a]( javascript:alert(1))", "[a](&#106;avascript:alert(1))",
    "[a]: javascript:alert(1)\n\n[a]", "<javascript:alert(1)>", "[a](java\tscript:alert(1))",
    "[a](java&Tab;script:alert(1))", "[a](\\javascript:alert(1))", "[a](<javascript:alert(1)>)",
    "![a](javascript:alert(1))", "a{: onclick=alert(1) }", "# a { onclick=alert(1) }",
    "```{.python onclick=alert(1)}\nx\n```", "> ```dl-figure\n> <script>\n> ```",
    "- a\n\n    ```dl-figure\n    <script>\n    ```", "$<script>$", "$$\n<script>\n$$",
    "\\(<script>\\)", "`<script>`", "    <script>", "<!-- --><script>",
    "<div markdown>\n<script>\n</div>", "&lt;script&gt;", "*[a]: <script>", "!!! note \"<script>\"",
    "=== \"<script>\"", "~~~ {onclick=x}\n<script>\n~~~", "<a href=\"javascript:x\">y</a>",
    "[x](https://a.b \"t\" onclick=1)", "[a](data:text/html,<script>)",
    "[a][b]\n\n[b]: javascript:x", "**x**{ onclick=y style=z }",
    "| a {onclick=x} |\n| --- |\n| b {onclick=x} |", "- ```{ .a onclick=x }\n  y\n  ```",
    "![t](https://evil.example/x.png)", "/// html | script\nalert(1)\n///", "[a](vbscript:x)",
    "<svg onload=x>", "<https://a.b/\"onclick=x>", "x\x02wzxhzdk:0\x03y",
]  # fmt: skip
GLUE = st.text(alphabet="<>&{}[]()`~$*_#!:|\\/ \n\tax\"'=-;", max_size=12)
MIXED = st.lists(st.one_of(st.sampled_from(EVIL), GLUE), max_size=5).map("".join)


class Finds(HTMLParser):
    """Everything in a page that a browser would run or fetch from elsewhere."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag not in ELEMENTS:
            self.found.append(tag)
        for name, value in attrs:
            address = "".join((value or "").split()).lower()
            if name.startswith("on") or name in {
                "srcdoc",
                "formaction",
                "xlink:href",
                "ping",
                "srcset",
            }:
                self.found.append(name)
            if name == "style" and not re.fullmatch(r"text-align: (left|right|center);", value):
                self.found.append(value)
            if (
                name in {"href", "src"}
                and re.match(r"[^/?#]*:", address)
                and not re.match("https?:|mailto:", address)
            ):
                self.found.append(address)
            if name == "src" and re.match(r"[a-z]+:|//", address):
                self.found.append(address)


@pytest.mark.parametrize("text", EVIL)
def test_nothing_evil_is_obeyed(text):
    """As a long answer, in a line, as a plain text, as code."""
    for written in (
        prose(text),
        f"- {line(text)}",
        f"[{label(text)}](x.md)",
        f"| a |\n| --- |\n| {escape(text)} |",
        code(text),
    ):
        assert Finds(rendered(written)).found == [], rendered(written)


@settings(max_examples=400, deadline=None)
@given(MIXED)
def test_no_mixture_is_obeyed(text):
    """Whatever evil texts are put together, with whatever between them."""
    assert Finds(rendered(prose(text))).found == []


@settings(max_examples=200, deadline=None)
@given(MIXED)
def test_the_page_is_safe_even_where_nothing_was_escaped(text):
    """`safe` alone suffices: raw texts, and extensions that obey much more than ours."""
    assert Finds(rendered(text)).found == []
    assert Finds(rendered(text, OPEN)).found == []


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="<>/!-?[]= \"'\n\tasoncriptvghef:jx&;#0123", max_size=60))
def test_no_html_gets_past_the_list(markup):
    """Broken tags, quotes and comments included."""
    assert Finds(allowed(markup)).found == []


def test_the_check_can_fail():
    """Plain Markdown does run them."""
    assert Finds(Markdown().convert(EVIL[0])).found == ["script"]
    assert Finds(Markdown().convert(EVIL[1])).found == ["onerror"]
    assert Finds(Markdown().convert(EVIL[2])).found == ["javascript:alert(1)"]
    assert {
        "script",
        "iframe",
        "style",
        "form",
        "object",
        "embed",
        "base",
        "meta",
        "link",
        "use",
    } & ELEMENTS == set()
    assert [name for name in ATTRIBUTES if name.startswith("on")] == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**bold** and `code`", "<p><strong>bold</strong> and <code>code</code></p>"),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
        ("[link](https://example.org/a)", '<p><a href="https://example.org/a">link</a></p>'),
        ("$x_1 < y_2$", '<p><span class="arithmatex">\\(x_1 < y_2\\)</span></p>'),
        ("$5 and $10", "<p>$5 and $10</p>"),
        ("snake_case_name", "<p>snake_case_name</p>"),
        ("the set {a, b} and **it**{x}", "<p>the set {a, b} and <strong>it</strong>{x}</p>"),
        (
            "`{a}` and `<b>` and `$x$`",
            "<p><code>{a}</code> and <code>&lt;b&gt;</code> and <code>$x$</code></p>",
        ),
        ("<b>not bold</b>", "<p>&lt;b&gt;not bold&lt;/b&gt;</p>"),
        ("    if {x}: $y", "<pre><code>if {x}: $y\n</code></pre>"),
        ("- item\n\n    goes on {x}", "<ul>\n<li>\n<p>item</p>\n<p>goes on {x}</p>\n</li>\n</ul>"),
    ],
)
def test_markdown_and_maths_survive(text, shown):
    """An entry's own Markdown and maths look as meant."""
    html = re.sub(
        r'<div class="[\w -]*highlight"><pre><span></span>(.*?)</pre></div>',
        r"<pre>\1</pre>",
        rendered(prose(text)),
        flags=re.DOTALL,
    )

    assert unescape(html) == unescape(shown)


def test_headings_stand_below_the_pages_own():
    """A page has one first heading, whatever an entry writes."""
    html = rendered("# Page\n\n" + prose("# One\n\n## Two\n\n#### Four\n\nFive\n===\n"))

    assert re.findall(r"<(h\d)", html) == ["h1", "h3", "h3", "h4", "h3"]


def test_code_fences_survive():
    """Code is shown letter by letter, in its language."""
    html = rendered(prose('```python\nif a < b and {c}: print("$x$", "{{ x }}")\n```'))
    shown = unescape(re.sub("<[^>]*>", "", html))

    assert '<div class="language-python highlight">' in html
    assert '<span class="k">if</span>' in html
    assert shown.strip() == 'if a < b and {c}: print("$x$", "{{ x }}")'


@pytest.mark.parametrize("before", ["Then\n\n", "Then\n", "  Then\n  ", "- item\n\n    "])
def test_display_maths_survives(before):
    """On lines of its own, inside a paragraph or a list."""
    inner = before.rpartition("\n")[2]
    html = rendered(prose(f"{before}$$\n{inner}a_1 = \\frac{{b}}{{c}} & d < e\n{inner}$$\nholds."))

    assert '<div class="arithmatex">\\[\na_1 = \\frac{b}{c} & d < e\n\\]</div>' in unescape(html)
    assert "holds." in html


TABLE = """## Claims { #all .dl-claims }

About.

|  | claim | also |
| --- | --- | --- |
| *measured* | *One* | |
| *exact* | Two | x |

??? claim "one"

    inner

??? claim "two"

    ```dl-figure
    claim: a/b
    ```

## Next { #next }

??? note "closed"

    after
"""


def test_claims_become_rows_that_open():
    """A row and its box are one; each cell has its column's name; what follows stays."""
    html = re.sub(r"<a [^>]*>.*?</a>|\n", "", rendered(TABLE))

    assert (
        '<div class="dl-claims"><div aria-hidden="true" '
        'class="dl-head"><span></span><span>claim</span>' in html
    )
    assert (
        '<details class="claim" id="one"><summary><span '
        'class="dl-cell"><em>measured</em></span><span class="dl-cell">'
        '<span class="dl-key">claim: </span><em>One</em></span><span '
        'class="dl-none"></span></summary><p>inner</p></details>'
    ) in html
    assert '<details class="claim" id="two">' in html
    assert (
        '<h2 id="next">Next</h2><details '
        'class="note"><summary>closed</summary><p>after</p></details>' in html
    )


def test_a_formula_that_heads_a_column_has_a_name():
    """Who cannot see it hears what it is; a corner heads nothing."""
    html = rendered("| | $s_1$ | b |\n| --- | --- | --- |\n| x | y | z |")

    assert '<th><span class="dl-unseen">s_1</span><span aria-hidden="true"><span' in html
    assert html.count("<th") - html.count("<thead") == 2


@pytest.mark.parametrize(
    "broken",
    [TABLE.replace('??? claim "two"', "two"), TABLE.replace("| *exact* | Two | x |\n", "")],
)
def test_rows_without_boxes_stay_a_table(broken):
    """Nothing is lost where they do not match."""
    html = rendered(broken)

    assert "<table>" in html
    assert "inner" in html


@settings(max_examples=200, deadline=None)
@example("$|x|$ and `a|b` | c")
@given(MIXED)
def test_a_cell_stays_one_cell(text):
    """Whatever bars are in it, and nothing in it is obeyed."""
    html = rendered(f"| a | b |\n| --- | --- |\n| {in_cell(line(text))} | end |")

    assert Finds(html).found == []
    if html.count("<table>") == 1 and "`" not in text:
        assert html.count("<td") == 2


@settings(max_examples=300, deadline=None)
@example("---")
@given(st.text(alphabet='ab1.)#>-+*_`~[](){}<&|$\\!?=:" ', max_size=20))
def test_a_plain_text_is_shown_letter_by_letter(text):
    """In a paragraph and in a cell."""
    wanted = " ".join(text.split())
    paragraph, cell = (
        rendered(f"{escape(text)}\n\nend"),
        rendered(f"| a |\n| --- |\n| x {escape(text)} y |"),
    )

    assert unescape(re.sub("<[^>]*>", "", paragraph)).removesuffix("end").strip() == wanted
    assert " ".join(
        unescape(re.findall("<td>(.*)</td>", cell)[0]).split()
    ) == f"x {wanted} y".replace("  ", " ")


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:x",
        "ftp://a",
        "https://",
        "//a.b",
        "mailto:a@b",
        "",
        "http://[",
        "HTTPS:x",
    ],
)
def test_only_web_addresses_are_linked(address):
    """Anything else is no link."""
    assert link(address) == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("What *is* `ln k` for $k$?", "What is ln k for k?"),
        ("**bold** and __strong__, _both_", "bold and strong, both"),
        ("7*7 and a_b_c, $5", "7*7 and a_b_c, $5"),
        ("[link](https://example.org/)", "link"),
    ],
)
def test_titles_are_plain(text, shown):
    """Front matter is no Markdown."""
    assert plain(text) == shown
