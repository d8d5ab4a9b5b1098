"""Texts of entries on a page: shown, never obeyed."""

from html import unescape

import markdown
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from dlfaq.paths import bundled_root
from dlfaq.site.fence import NAME, unwrap, wrap
from dlfaq.site.text import escape, line, link, plain, prose


class _Loader(yaml.SafeLoader):
    """mkdocs.yml names functions by tags; what they stand for does not matter here."""


_Loader.add_multi_constructor("tag:yaml.org,2002:python/name:", lambda *_: None)
_Loader.add_constructor("!ENV", lambda *_: None)


def rendered(text: str) -> str:
    """Markdown as the site reads it: the extensions of mkdocs.yml."""
    config = yaml.load((bundled_root() / "mkdocs.yml").read_text(), Loader=_Loader)  # noqa: S506 - a SafeLoader
    names, options = [], {}
    for one in config["markdown_extensions"]:
        name, given_options = next(iter(one.items())) if isinstance(one, dict) else (one, {})
        names.append(name)
        options[name] = given_options
    options.pop("pymdownx.emoji", None)
    options["pymdownx.superfences"] = {"custom_fences": [{"name": NAME, "class": NAME, "format": unwrap}]}
    return markdown.markdown(text, extensions=names, extension_configs=options)


EVIL = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))", "[a](JaVaScRiPt:alert(1))",
    "[a]( javascript:alert(1))", "[a](&#106;avascript:alert(1))", "[a]: javascript:alert(1)\n\n[a]", "<javascript:alert(1)>",
    "![a](javascript:alert(1))", "a{: onclick=alert(1) }", "# a { onclick=alert(1) }", "```{.python onclick=alert(1)}\nx\n```",
    "> ```dl-html\n> PHNjcmlwdD4=\n> ```", "- a\n\n    ```dl-html\n    PHNjcmlwdD4=\n    ```", "$<script>$", "$$\n<script>\n$$",
    "\\(<script>\\)", "`<script>`", "    <script>", "<!-- --><script>", "<div markdown>\n<script>\n</div>", "&lt;script&gt;",
    "*[a]: <script>", "!!! note \"<script>\"", "=== \"<script>\"", "~~~ {onclick=x}\n<script>\n~~~", "<a href=\"javascript:x\">y</a>",
    "[x](https://a.b \"t\" onclick=1)", "[a](data:text/html,<script>)", "``` dl-html\nPHNjcmlwdD4=\n```", "[a][b]\n\n[b]: javascript:x",
]  # fmt: skip


def is_safe(html: str) -> bool:
    """No script element, no event handler, no script address."""
    from html.parser import HTMLParser

    class Reader(HTMLParser):
        safe = True

        def handle_starttag(self, tag, attrs):
            self.safe &= tag not in {"script", "iframe", "object", "embed", "style", "form", "base", "meta", "link"}
            for name, value in attrs:
                self.safe &= not name.startswith("on")
                address = "".join((value or "").split()).lower()
                self.safe &= not (name in {"href", "src"} and address.startswith(("javascript:", "data:", "vbscript:")))

    reader = Reader()
    reader.feed(html)
    return reader.safe


@pytest.mark.parametrize("text", EVIL)
def test_nothing_evil_is_obeyed(text):
    """As a long answer, in a line, as a plain text."""
    for written in (prose(text), f"- {line(text)}", f"| a |\n| --- |\n| {escape(text)} |"):
        assert is_safe(rendered(written)), rendered(written)


@settings(max_examples=300, deadline=None)
@given(
    parts=st.lists(
        st.one_of(st.sampled_from(EVIL), st.text(alphabet="<>&{}[]()`~$*_#!:|\\ \n\tax\"'=-", max_size=12)), max_size=4
    )
)
def test_no_mixture_is_obeyed(parts):
    """Whatever evil texts are put together, with whatever between them."""
    assert is_safe(rendered(prose("".join(parts))))


def test_the_check_can_fail():
    """Without our escaping the same texts do run."""
    assert not is_safe(rendered(EVIL[0]))
    assert not is_safe(rendered(EVIL[2]))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**bold** and `code`", "<p><strong>bold</strong> and <code>code</code></p>"),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
        ("[link](https://example.org/a)", '<p><a href="https://example.org/a">link</a></p>'),
        ("$x_1 < y_2$", '<p><span class="arithmatex">\\(x_1 < y_2\\)</span></p>'),
        ("$5 and $10", "<p>$5 and $10</p>"),
        ("snake_case_name", "<p>snake_case_name</p>"),
    ],
)
def test_markdown_and_maths_survive(text, shown):
    """An entry's own Markdown and maths look as meant."""
    assert unescape(rendered(prose(text))) == unescape(shown)


def test_code_fences_survive():
    """Code is shown letter by letter, in its language."""
    html = rendered(prose('```python\nif a < b and {c}: print("$x$")\n```'))

    assert '<div class="highlight">' in html
    assert '<span class="k">if</span>' in html
    assert "&lt;" in html
    assert "$x$" in html


def test_display_maths_survives():
    """On lines of its own, inside a paragraph or not."""
    html = rendered(prose("Then\n\n$$\na_1 = \\frac{b}{c} & d\n$$\n\nholds."))

    assert '<div class="arithmatex">\\[\na_1 = \\frac{b}{c} &amp; d\n\\]</div>' in html


def test_markup_of_ours_passes_the_fence():
    """What the page writer made comes through untouched; anything else is text."""
    assert '<svg id="a_b"><text>*x*</text></svg>' in rendered(wrap('<svg id="a_b"><text>*x*</text></svg>'))
    assert unwrap("<script>") == "<pre>&lt;script&gt;</pre>"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:x", "ftp://a", "https://", "//a.b", "mailto:a@b", ""])
def test_only_web_addresses_are_linked(address):
    """Anything else is no link."""
    assert link(address) == ""


def test_titles_are_plain():
    """Front matter is no Markdown."""
    assert plain("What *is* `ln k` for $k$?") == "What is ln k for k?"
