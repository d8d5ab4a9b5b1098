"""Formulas are set when the site is built, and nothing that a text says gets through them."""

import logging
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown import Markdown

from dlfaq.site.maths import LARGEST, formula

EVIL = [
    r"\href{javascript:alert(1)}{x}", r"\url{javascript:alert(1)}",
    r"\includegraphics{https://example.org/x.png}", r"\htmlStyle{position:fixed}{x}",
    r"\htmlData{a=b}{x}", r"\htmlId{x}{y}", r"\text{<script>alert(1)</script>}",
    r"</annotation><script>alert(1)</script>", r"\text{<img src=x onerror=alert(1)>}",
    r"x\"onclick=\"alert(1)", r"\color{red;background:url(https://example.org)}x",
    r"\begin{array}{c}<svg/onload=alert(1)>\end{array}", "&lt;script&gt;",
]  # fmt: skip
ELEMENTS = {
    *(
        "span",
        "math",
        "semantics",
        "annotation",
        "mrow",
        "mi",
        "mo",
        "mn",
        "msup",
        "msub",
        "msubsup",
        "mfrac",
        "msqrt",
    ),
    *(
        "mroot",
        "mtext",
        "mspace",
        "mover",
        "munder",
        "munderover",
        "mtable",
        "mtr",
        "mtd",
        "mstyle",
        "mpadded",
        "menclose",
    ),
    *("mphantom", "svg", "path", "line", "p", "div"),
}


@pytest.fixture(scope="module")
def reader() -> Markdown:
    options = {"pymdownx.arithmatex": {"generic": True}}
    return Markdown(
        extensions=["pymdownx.arithmatex", "dlfaq.site.safe", "dlfaq.site.maths"],
        extension_configs=options,
    )


class Contents(HTMLParser):
    """The elements of a page, and its attributes by name."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: dict[str, set[str]] = {}
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, set()).add(value or "")

    def is_harmless(self) -> bool:
        names = self.attributes.keys()
        styles = " ".join(self.attributes.get("style", ()))
        return (
            self.elements <= ELEMENTS
            and not any(
                name.startswith("on") or name in {"href", "src", "xlink:href", "id"}
                for name in names
            )
            and not any(word in styles for word in ("url(", "position:fixed", "expression"))
        )


@pytest.mark.parametrize(
    ("text", "element"), [("so $x_1 < y$.", "span"), ("so\n\n$$\n\\frac{a}{b} < 1\n$$\n", "div")]
)
def test_a_formula_is_set_when_the_page_is_made(reader, text, element):
    html = reader.reset().convert(text)

    assert f'<{element} class="arithmatex" data-search-exclude><span class="katex' in html
    assert "<math " in html
    assert "<script" not in html
    assert "\\(" not in html


def test_a_formula_in_code_is_code(reader):
    assert "katex" not in reader.reset().convert("`$x$`\n\n    $$y$$\n")


def test_what_katex_cannot_read_is_a_problem_of_the_build(caplog):
    """It is named with its place, and stands on the page as written."""
    with caplog.at_level(logging.WARNING, logger="mkdocs"):
        markup = [formula(r"a_b_c", display=False) for _ in range(2)]

    assert (
        caplog.messages
        == ["the formula 'a_b_c' cannot be set: Double subscript at position 4: a_b_̲c"] * 2
    )
    assert "a_b_c" in markup[0]


def test_a_formula_cannot_cover_the_page():
    assert f"height:{LARGEST}em" in formula(r"\rule{9999em}{9999em}", display=False)


def test_a_macro_without_an_end_ends(caplog):
    formula(r"\def\a{\a\a}\a", display=False)

    assert "Too many expansions" in caplog.text


@pytest.mark.parametrize("tex", EVIL)
def test_nothing_evil_gets_through(reader, tex):
    for text in (f"a ${tex}$ b", f"$$\n{tex}\n$$"):
        assert Contents(reader.reset().convert(text)).is_harmless(), text


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(EVIL), st.text(alphabet="<>&{}[]()`~$*_#^|\\/ \nax\"'=-;", max_size=12)
        ),
        max_size=5,
    ).map("".join)
)
def test_no_mixture_gets_through(tex):
    assert Contents(formula(tex, display=False)).is_harmless()
