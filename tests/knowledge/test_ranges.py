"""Bounds are read from a metric's documentation, and no expression exceeds its bounds."""

import ast
import doctest
import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dlfaq.knowledge import ranges
from dlfaq.knowledge.ranges import range_of, read_range


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("on test images, in [0, 1].", (0, 1)),
        ("In (0, 1) it lies, in (0, 1)", (0, 1)),
        ("a correlation, in [-1, 1].", (-1, 1)),
        ("in [0.5, 2.5e3)", (0.5, 2500)),
        ("whether it diverged, in [0, 1]; in nats.", (0, 1)),
        ("its loss, at least 0.", (0, None)),
        ("its loss, at least 0", (0, None)),
        ("the gain, at most 1.5, with rounding", (None, 1.5)),
        ("of pixels in [0, 255], in [0, 1].", (0, 1)),
        ("in [0, inf)", (0, None)),
        ("in (-inf, inf)", (None, None)),
        ("", (None, None)),
        ("the mean of at least two", (None, None)),
        ("at least 10x", (None, None)),
        ("at least 1.5e", (None, None)),
        ("in [1, 0]", (None, None)),
        ("in [0, classes]", (None, None)),
        ("begin [0, 1]", (None, None)),
        ("in layers [0, 1]", (None, None)),
    ],
)
def test_bounds_are_read_from_words(text, bounds):
    """The last range counts; what is none is unknown."""
    assert read_range(text) == bounds


def test_examples():
    """Those of the documentation."""
    assert doctest.testmod(ranges).failed == 0


def bounds_of(text, **names):
    return range_of(ast.parse(text, mode="eval").body, names)


SHARES = {"high.dead": (0, 1), "low.dead": (0, 1), "loss": (0, None), "lr": (0.1, 0.1)}


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("high.dead", (0, 1)),
        ("high.dead - low.dead", (-1, 1)),
        ("high.dead[-1] + 2", (2, 3)),
        ("-high.dead", (-1, 0)),
        ("abs(high.dead - low.dead)", (0, 1)),
        ("max(high.dead, 0.5)", (0.5, 1)),
        ("min(high.dead)", (0, 1)),
        ("high.dead ** 2", (0, 1)),
        ("(high.dead - low.dead) ** 2", (0, 1)),
        ("(high.dead - low.dead) ** 3", (-1, 1)),
        ("(high.dead - low.dead) ** 0.5", (None, None)),
        ("high.dead / low.dead", (0, None)),
        ("high.dead / (1 + low.dead)", (0, 1)),
        ("1 / (high.dead - low.dead)", (None, None)),
        ("1 / -(1 + low.dead)", (-1, -0.5)),
        ("loss - high.dead", (-1, None)),
        ("loss * (high.dead - low.dead)", (None, None)),
        ("loss / lr", (0, None)),
        ("lr * high.dead", (0, 0.1)),
        ("exp(-loss)", (0, 1)),
        ("log(1 + high.dead)", (0, pytest.approx(math.log(2)))),
        ("log(high.dead)", (None, 0)),
        ("log(-high.dead - 1)", (None, None)),
        ("sqrt(4 * high.dead)", (0, 2)),
        ("exp(1000 * high.dead)", (1, None)),
        ("slope(high.dead, lr)", (None, None)),
        ("unknown", (None, None)),
        ("high.unknown - low.dead", (None, None)),
        ("0 * unknown", (0, 0)),
        ("high.dead < low.dead", (0, 1)),
        ("increasing(loss)", (0, 1)),
        ("1e308 * 10 * high.dead", (0, None)),
    ],
)
def test_bounds_of_expressions(text, bounds):
    """By interval arithmetic."""
    assert bounds_of(text, **SHARES) == bounds


NAMES = ["a", "b.c", "d"]
LEAVES = st.sampled_from([*NAMES, "0", "1", "2", "0.5"])
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(
            lambda it: f"({it[0]} {it[1]} {it[2]})"
        ),
        st.tuples(inner, st.sampled_from(["2", "3", "0.5", "(-1)", "d", "0"])).map(
            lambda it: f"({it[0]} ** {it[1]})"
        ),
        st.tuples(st.sampled_from(["abs", "exp", "log", "sqrt", "-", "+"]), inner).map(
            lambda it: f"{it[0]}({it[1]})"
        ),
        st.tuples(st.sampled_from(["max", "min"]), inner, inner).map(
            lambda it: f"{it[0]}({it[1]}, {it[2]})"
        ),
    ),
    max_leaves=8,
)
END = st.one_of(st.none(), st.floats(-5, 5).map(lambda x: round(x, 2)))
FUNCTIONS = {
    "abs": math.fabs,  # no complex number has one
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "max": max,
    "min": min,
}


class Arm:
    """What `b.c` is looked up in."""

    def __init__(self, c):
        self.c = c


@given(
    EXPRESSIONS,
    st.lists(st.tuples(END, END), min_size=3, max_size=3),
    st.lists(st.floats(0, 1), min_size=3, max_size=3),
)
@settings(max_examples=400, deadline=None)
def test_no_value_exceeds_its_bounds(text, ends, where):
    """Whatever the names stand for, as long as they keep theirs."""
    bounds = [tuple(sorted(pair)) if None not in pair else pair for pair in ends]
    values = []
    for (low, high), at in zip(bounds, where, strict=True):
        least = low if low is not None else (high or 0) - 10
        most = high if high is not None else least + 20
        values.append(least + at * (most - least))
    try:
        known = {"a": values[0], "b": Arm(values[1]), "d": values[2], **FUNCTIONS}
        value = eval(text, known)  # noqa: S307
    except (ArithmeticError, ValueError, TypeError):  # no number there
        assume(False)
    assume(not isinstance(value, complex) and math.isfinite(value))
    low, high = bounds_of(text, **dict(zip(NAMES, bounds, strict=True)))
    slack = 1e-9 * (1 + abs(value))

    assert low is None or low <= value + slack
    assert high is None or value <= high + slack
