"""Parsers take time in proportion to their input: eight times the text, not 64 times as long.

`benchmarks/large_inputs.py` measures seconds; here two sizes of one run are compared.
"""

import time

import pytest
from markdown import Markdown

from dlfaq.ask.build.markdown import blocks
from dlfaq.ask.build.marks import marks
from dlfaq.ask.build.maths import readable
from dlfaq.evidence.typed import _ASIDE
from dlfaq.knowledge.docstring import sections, setting_of
from dlfaq.knowledge.placeholders import render
from dlfaq.knowledge.ranges import read_range
from dlfaq.sanitise import escaped, sanitise
from dlfaq.site.text import plain, prose

SMALL, TIMES, MOST = 4_000, 8, 30
UNITS = (
    "[a](", "[", "![", "[a", "[a](b ", "`", "``a", "`a ", "$", "$a ", "$$a ", "\\$", "*", "**a ",
    "*a ", "_a ", "***a", "{{", "{{a", "{{ a.mean(", "}}", "[@a", "# a #", "|-|\n", "```\n",
    "- a\n", "> a\n", "\x1b[", "\x1b]", "in [0,", "Setting:\n",
)  # fmt: skip
PARSERS = {
    "marks": lambda text: list(marks(text)),
    "blocks": blocks,
    "maths": readable,
    "placeholders": lambda text: render(text, {}),
    "range": read_range,
    "docstring": lambda text: (sections(text), setting_of(text)),
    "sanitise": lambda text: escaped(sanitise(text)),
    "numbers": lambda text: _ASIDE.sub(" ", text),
    "page": prose,
    "plain": plain,
}


def seconds(parser, text):
    """The least of three: what disturbs can only add."""

    def once():
        began = time.process_time()
        parser(text)
        return time.process_time() - began

    return min(once() for _ in range(3))


@pytest.mark.parametrize("name", PARSERS)
def test_time_grows_with_the_input(name):
    """With the square of it, the ratio would be 64."""
    for unit in UNITS:
        small, large = ((unit * size)[:size] for size in (SMALL, TIMES * SMALL))
        short, long = seconds(PARSERS[name], small), seconds(PARSERS[name], large)
        assert long < MOST * max(short, 0.002), (unit, short, long)


def test_what_ends_a_mark_is_looked_up_once(monkeypatch):
    """Work is counted: marks that never close are searched for once a kind, not once a mark."""
    from dlfaq.ask.build import marks as module

    searched = 0

    class Counted:
        def __init__(self, pattern):
            self.pattern = pattern

        def search(self, text, place):
            nonlocal searched
            searched += 1
            return self.pattern.search(text, place)

    closes = {sign: Counted(pattern) for sign, pattern in module._CLOSES.items()}
    monkeypatch.setattr(module, "_CLOSES", closes)
    for name in ("_DOLLARS", "_BRACKET", "_PARENTHESIS"):
        monkeypatch.setattr(module, name, Counted(getattr(module, name)))
    for unit in ("[a](", "**a ", "*a ", "[", "__a "):
        searched = 0
        list(marks(unit * 1_000))
        assert searched <= 2_010, (
            unit
        )  # a bracket is passed by each title, all else is not found once


def test_lists_in_lists_in_lists_are_text():
    """Markdown calls itself for each; a thousand would be too many."""
    for text in ("- " * 1_000 + "a", "> " * 1_000 + "a", "1. " * 1_000 + "a"):
        assert "<li>" not in Markdown().convert(prose(text))
        assert "<blockquote>" not in Markdown().convert(prose(text))
    assert "<li>" in Markdown().convert(prose("- - a"))
