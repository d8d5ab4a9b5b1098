"""Markdown as blocks of styled spans."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlfaq.ask.build.markdown import blocks, inline
from dlfaq.sanitise import sanitise
from dlfaq.terminal.style import block_lines
from dlfaq.terminal.style import plain as shown


def plain(text):
    """Markdown as a pipe gets it."""
    return shown(block_lines(blocks(text), first=False))


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("**bold** and *slanted* and `code`", "bold and slanted and code"),
        ("a $\\ln k$ here", "a ln k here"),
        ("costs $5 and $6", "costs $5 and $6"),
        ("[title](https://a.b) text", "title (https://a.b) text"),
        ("[title](javascript:x)", "title"),
        ("# Heading\ntext", "Heading\n\ntext"),
        ("- one\n- two\n\nafter", "- one\n- two\n\nafter"),
        ("1. one\n2. two", "1. one\n2. two"),
        ("one\ntwo", "one two"),
        ("```python\nx = 1\n\ny = `2`\n```", "    x = 1\n\n    y = `2`"),
        ("$$\n\\frac{1}{2}\n$$", "    1/2"),
        ("> said", "> said"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a b\n1 2"),
        ("snake_case_name stays", "snake_case_name stays"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        (r"\$5 and 5\*", "$5 and 5*"),
        ("<b>html</b> is text", "<b>html</b> is text"),
        ("", ""),
    ],
)
def test_markdown_without_its_marks(markdown, text):
    """In a pipe a paragraph is one line."""
    assert re.sub(r" +", " ", plain(markdown)) == re.sub(r" +", " ", text)


@given(st.text())
def test_any_markdown_is_shown(text):
    """No text breaks the reader, and nothing unsafe comes through."""
    shown = plain(text)

    assert shown == sanitise(shown)
    blocks(text)
    inline(text)


@pytest.mark.parametrize(
    "text",
    [
        "*" * 4_000,
        "`" * 4_000,
        "$a" * 2_000,
        "[" * 4_000,
        "_a" * 2_000,
        " *a" * 1_300,
        "*" * 50_000,
        "**a " * 1_300,
    ],
)
def test_hostile_markdown_is_quick(text):
    """Marks that never close cost no more than a moment."""
    inline(text)


def test_the_cells_of_a_table_stand_below_each_other():
    """Where they fit a terminal; bars divide the cells of wide ones."""
    table = "| rate | **loss** |\n|---|---|\n| $10^{-3}$ | 0.5 |\n| 0.00001 | 2 |"
    wide = f"| a | b |\n|---|---|\n| {'x' * 80} | c |"

    assert plain(table).splitlines() == ["rate     loss", "10⁻³     0.5", "0.00001  2"]
    assert plain(wide).splitlines() == ["a | b", f"{'x' * 80} | c"]
