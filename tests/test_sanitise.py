"""Untrusted text made safe."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlfaq.sanitise import sanitise


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
