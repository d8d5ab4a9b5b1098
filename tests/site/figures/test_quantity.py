"""Axes have names that people read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlfaq.site.figures.quantity import axis_name, wrapped


@pytest.mark.parametrize(
    ("expect", "name"),
    [
        ("mean(loss) < 1", "mean of loss"),
        ("median(end_loss[10]) < 1", "median of end loss[10]"),
        ("0.5 < gmean(loss / log(classes))", "geometric mean of loss / log(classes)"),
        ("mean(high.loss - low.loss) > 0", "mean of loss, high − low"),
        ("mean(high.loss - low.other) > 0", "mean of loss (high) − other (low)"),
        ("fraction(deep.x > wide.x) > 0.9", "share of replicates with x, deep > wide"),
        ("mean(a.x - (b.x - c.x)) > 0", "mean of x, a − (b − c)"),
        ("mean(a.x - b.x - c.x) > 0", "mean of x, a − b − c"),
        ("mean((x + y) * z) > 0", "mean of (x + y) · z"),
        ("mean(x / (y * z)) > 0", "mean of x / (y · z)"),
        ("mean(-x ** 2) > 0", "mean of −x^2"),
        ("mean(abs(x - 1)) < 1", "mean of |x − 1|"),
        ("mean(slope(log(loss), step)) < 0", "mean of slope of log(loss) over step"),
        ("fraction(increasing(loss)) > 0.5", "share of replicates with loss increasing"),
        ("fraction(x < 1 and y > 2) > 0.5", "share of replicates with (x < 1) and (y > 2)"),
    ],
)
def test_a_quantity_is_read_as_people_write_it(expect, name):
    """Signs, brackets only where they are needed, arms behind their metric."""
    assert axis_name(expect) == name


@given(st.lists(st.text("ab", min_size=1, max_size=9), min_size=1), st.integers(9, 40))
def test_lines_keep_all_words_and_fit(words, room):
    """Nothing is lost, and no line is longer than the room."""
    lines = wrapped(" ".join(words), room)

    assert " ".join(lines) == " ".join(words)
    assert all(len(line) <= room for line in lines)
