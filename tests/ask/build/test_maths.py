"""TeX as a line of readable Unicode."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlfaq.ask.build.maths import readable

PIECES = [*"\\{}^_$&~' ab12+=[]().|", "\\frac", "\\sqrt", "\\text", "\\left", "\\sum", "\\begin"]
LATEX = st.lists(st.sampled_from(PIECES)).map("".join)


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\ln k", "ln k"),
        (r"k\ln k", "k ln k"),
        (r"-\log p", "-log p"),
        (r"\frac{1}{2}", "1/2"),
        (r"\tfrac12 x", "1/2 x"),
        (r"\frac{a+b}{c}", "(a+b)/c"),
        (r"\sqrt{2/n}", "√(2/n)"),
        (r"\sqrt[3]{x}", "³√x"),
        (r"x^2 + x_i", "x² + xᵢ"),
        (r"10^{-4}", "10⁻⁴"),
        (r"\sigma^2_{\text{train}}", "σ²_train"),
        (r"\mathbb{E}[\hat{y}]", "𝔼[y\u0302]"),
        (r"\sum_{i=1}^{N} p_i", "∑ᵢ₌₁ᴺ pᵢ"),
        (r"\mathcal{N}(0, \sigma^2)", "N(0, σ²)"),
        (r"\partial L / \partial w", "∂L / ∂w"),
        (r"a \le b \approx c \to \infty", "a ≤ b ≈ c → ∞"),
        (r"\left(1 + \frac{x}{2}\right)", "(1 + x/2)"),
        (r"\text{for all } x", "for all x"),
        (r"\operatorname{Var}(z)", "Var(z)"),
        (r"5\,\%", "5 %"),
        (r"\unknown{x} + \other", "x + other"),
        ("a < b", "a < b"),
        ("", ""),
    ],
)
def test_maths_reads_like_a_mail(latex, text):
    """What is not known degrades to its own name."""
    assert readable(latex) == text


@given(LATEX)
def test_any_maths_is_readable(latex):
    """Broken maths comes out as some text without commands."""
    assert not re.search(r"\\[A-Za-z]", readable(latex))


@pytest.mark.parametrize(
    "latex", ["{" * 5000, "\\frac" * 5000, "x^" * 5000, "\\sqrt{" * 3000 + "}" * 3000, "\\"]
)
def test_deep_maths_is_not_fatal(latex):
    """Depth is cut, not followed."""
    readable(latex)


@pytest.mark.parametrize(
    ("latex", "text"),
    [(r"\sqrt[n]{x}", "ⁿ√x"), (r"\sqrt[\frac{1}{2}", "^(1/2)√()"), (r"\sqrt[\alpha]x", "^α√x")],
)
def test_a_roots_index_is_maths_too(latex, text):
    """Commands in it are read like any other; a bracket that never closes is read to the end."""
    assert readable(latex) == text
