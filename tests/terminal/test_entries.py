"""What `dlfaq show` and `dlfaq list` say."""

from tests.terminal.conftest import ENTRY

from dlfaq.ask.reader import Row
from dlfaq.terminal.entries import render_entry, render_list


def test_an_entry_shows_everything():
    """Claims with their controls, sources with their rulings, references, related entries, phrasings."""
    text = render_entry(ENTRY)

    for words in (
        "Why it is so",
        "verified: It is ln k.",
        "measured 1.003 [0.998, …] at classes = 10; expected 0.98 < mean(loss) < 1.02",
        "control fails: 1.2 [1.1, 1.3]; Logits of unit variance [bold]differ[/bold]",
        "not measured: It is not.",
        "conditional: Exactly ln k.; It adds half the variance. [Tips]",
        "A. Karpathy (2019). A Recipe. https://karpathy.github.io",
        "loss starts at 2.3",
        "How does Adam work?",
    ):
        assert words in text


def test_a_list_is_one_line_an_entry():
    """With its verified claims, or that it is planned."""
    rows = [
        Row("initial-loss", "What loss?", ("loss",), 3, 2, False, 2, False, ENTRY.title),
        Row("adam", "Adam?", ("loss",), 0, 0, True, 1, False, ENTRY.title),
        Row("mine", "Mine?", ("loss",), 1, 0, False, 2, True, ENTRY.title),
    ]

    assert render_list(rows, {}).splitlines() == [
        "initial-loss      2/3  What loss at t = 0?",
        "adam          planned  What loss at t = 0?",
        "mine            draft  What loss at t = 0?",
    ]
    assert render_list([], {}) == ""
