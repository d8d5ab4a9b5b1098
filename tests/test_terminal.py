"""Text for a terminal: maths, Markdown, safety."""

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlfaq.ask.rank import Answer, Explanation, Result
from dlfaq.ask.shelf import ClaimText, EntryText, Measurement, ReferenceText, Row, Source
from dlfaq.terminal import number, plain, sanitise
from dlfaq.terminal.answers import render_answer, render_entry, render_list
from dlfaq.terminal.markdown import blocks, inline
from dlfaq.terminal.maths import readable

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


@pytest.mark.parametrize("latex", ["{" * 5000, "\\frac" * 5000, "x^" * 5000, "\\sqrt{" * 3000 + "}" * 3000, "\\"])
def test_deep_maths_is_not_fatal(latex):
    """Depth is cut, not followed."""
    readable(latex)


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
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a   b\n1   2"),
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
    ["*" * 4_000, "`" * 4_000, "$a" * 2_000, "[" * 4_000, "_a" * 2_000, " *a" * 1_300, "*" * 50_000, "**a " * 1_300],
)
def test_hostile_markdown_is_quick(text):
    """Marks that never close cost no more than a moment."""
    inline(text)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07x", "x"),
        ("\x1b]8;;http://a\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("a\x07b\x00c\x9bd", "abc"),
        ("pay\u202eload\u2066", "payload"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("one\ttwo\r\nthree\rfour", "one    two\nthreefour"),
        ("half \ud800", "half �"),
        ("naïve ✓ λ 日本", "naïve ✓ λ 日本"),
    ],
)
def test_sanitise(text, safe):
    """Nothing that a terminal would obey is left."""
    assert sanitise(text) == safe


@given(st.text())
def test_sanitised_text_stays_as_it_is(text):
    """Once is enough, and no control character but the newline survives."""
    safe = sanitise(text)

    assert sanitise(safe) == safe
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", safe)
    safe.encode()


def test_number():
    """Four digits, and an ellipsis where there is none."""
    assert [number(value) for value in (2.3025851, 0.00001234, 12345678.0, None)] == [
        "2.303",
        "1.234e-05",
        "1.235e+07",
        "…",
    ]


OWN = Measurement("", "holds", "0.98 < mean(loss) < 1.02", "classes = 10", 1.003, 0.998, None, 64)
CONTROL = Measurement(
    "Logits of unit variance [bold]differ[/bold]", "fails", "0.98 < mean(loss) < 1.02", "", 1.2, 1.1, 1.3, 64
)
ENTRY = EntryText(
    id="initial-loss",
    question="What loss at $t=0$?",
    short="About $\\ln k$. \x1b[31m[red]Not markup[/red].",
    long="Some **words**.\n\n- an item",
    topics=(("loss", "Loss functions"),),
    also_asked=("loss starts at 2.3",),
    related=(("adam", "How does Adam work?"),),
    claims=(
        ClaimText("ln-k", "It is ln k.", "verified", OWN, (CONTROL,)),
        ClaimText("other", "It is not.", "", OWN._replace(estimate=None, low=None, high=None, outcome=""), ()),
    ),
    sources=(Source("001", "Tips", "Exactly ln k.", "conditional", "It adds half the variance."),),
    references=(ReferenceText("A Recipe", "A. Karpathy", 2019, "https://karpathy.github.io"),),
    verified=1,
    planned=False,
)
RESULTS = (
    Result("initial-loss", "What loss at $t=0$?", 0.8, "About", 1, 2, False),
    Result("adam", "How does Adam work?", 0.3, "", 0, 0, True),
)
WHY = Explanation(
    ("loss",), (("lsos", "loss"),), (("val", "valid"),), (("lnk", "initial loss"),), ("zebra",),
    -4.9, ({"words": 0.5}, {"words": 0.1}), ((("loss", "question"),), ()),
)  # fmt: skip
ANSWER = Answer("loss 2.3", answered=True, results=RESULTS, explanation=WHY)


def test_an_answer_in_a_pipe_is_plain_text():
    """The answer, each claim with what was measured, and where to read on; no marks, no colours, no wrapping."""
    text = render_answer(ANSWER, ENTRY)

    assert text.splitlines()[0] == "What loss at t = 0?  [initial-loss]"
    assert "About ln k. [red]Not markup[/red]." in text
    assert "verified: It is ln k." in text
    assert "measured 1.003 [0.998, …] at classes = 10; expected 0.98 < mean(loss) < 1.02" in text
    assert "not measured: It is not." in text
    assert "1 of 2 claims verified" in text
    assert "dlfaq show initial-loss" in text
    assert "How does Adam work? (planned)" in text
    assert "control" not in text.replace("controls and sources", "")
    assert not re.search("[\x1b✓]", text)


def test_more_is_shown_when_asked_for():
    """--full adds the long answer and the controls; --explain says why."""
    full = render_answer(ANSWER, ENTRY, full=True)
    why = render_answer(ANSWER, ENTRY, explain=True)

    assert "- an item" in full
    assert "control fails: 1.2 [1.1, 1.3]; Logits of unit variance [bold]differ[/bold]" in full
    for words in ("lsos → loss", "val → valid", "zebra", "log-odds -4.9", "words +0.5", "loss (question)"):
        assert words in why


def test_nothing_fits_is_said_and_the_nearest_named():
    """An honest no."""
    text = render_answer(ANSWER._replace(answered=False), ENTRY)

    assert text.startswith("Nothing here fits")
    assert "initial-loss" in text
    assert "About ln k" not in text
    assert render_answer(ANSWER._replace(answered=False, results=()), None).startswith("Nothing here fits")


def test_a_planned_answer_is_announced_with_the_nearest_written_one():
    """What is planned is not answered."""
    planned = ENTRY._replace(id="adam", planned=True, claims=(), short="", long="")
    text = render_answer(ANSWER._replace(results=RESULTS[1:], nearest_written=RESULTS[0]), planned)

    assert "is planned" in text
    assert "initial-loss" in text


def test_an_entry_shows_everything():
    """Sources with their rulings, references, related entries, phrasings."""
    text = render_entry(ENTRY)

    for words in (
        "conditional: Exactly ln k.; It adds half the variance. [Tips]",
        "A. Karpathy (2019). A Recipe. https://karpathy.github.io",
        "loss starts at 2.3",
        "How does Adam work?",
        "control fails",
    ):
        assert words in text


def test_a_list_is_one_line_an_entry():
    """With its verified claims, or that it is planned."""
    rows = [Row("initial-loss", "What loss?", ("loss",), 3, 2, False), Row("adam", "Adam?", ("loss",), 0, 0, True)]

    assert render_list(rows, {}).splitlines() == [
        "initial-loss      2/3  What loss?",
        "adam          planned  Adam?",
    ]
    assert render_list([], {}) == ""


@pytest.mark.parametrize("width", [1, 30, 80, 200])
def test_on_a_terminal_lines_are_wrapped_and_marked(width, monkeypatch):
    """Colours where the terminal allows them; rich's markup in an entry stays text."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    text = render_answer(ANSWER, ENTRY, full=True, explain=True, rich=True, width=width)
    bare = re.sub(r"\x1b\[[0-9;]*m", "", text)

    assert "\x1b[" in text
    assert "✓ verified:" in bare
    assert "[red]Not markup[/red]" in " ".join(bare.split())
    assert width < 40 or max(len(line) for line in bare.splitlines()) <= min(width, 100)


def test_no_color_is_respected(monkeypatch):
    """NO_COLOR leaves no colour; marks stay."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1")
    text = render_answer(ANSWER, ENTRY, rich=True, width=80)

    assert not re.search(r"\x1b\[[0-9;]*3[0-7]", text)
    assert "✓" in text


@given(st.text(max_size=60))
def test_any_text_in_an_entry_is_safe_to_show(text):
    """Whatever an entry holds, a pipe gets text without controls."""
    entry = ENTRY._replace(question=text, short=text, long=text)

    for shown in (render_entry(entry), render_answer(ANSWER, entry, full=True)):
        assert shown == sanitise(shown)


def test_rich_is_loaded_only_for_a_terminal():
    """A pipe pays for nothing that it does not show."""
    script = "import sys, dlfaq.terminal.answers; sys.exit('rich' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


@pytest.mark.parametrize(
    ("latex", "text"), [(r"\sqrt[n]{x}", "ⁿ√x"), (r"\sqrt[\frac{1}{2}", "^(1/2)√()"), (r"\sqrt[\alpha]x", "^α√x")]
)
def test_a_roots_index_is_maths_too(latex, text):
    """Commands in it are read like any other; a bracket that never closes is read to the end."""
    assert readable(latex) == text
