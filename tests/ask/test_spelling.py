"""Typing errors mended."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlfaq.ask.spelling import distance, nearest


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [
        ("loss", "loss", 0),
        ("acuracy", "accuracy", 1),
        ("gardient", "gradient", 1),
        ("epoches", "epochs", 1),
        ("abc", "xyz", 3),
        ("a", "abcd", 3),
    ],
)
def test_distance(one, other, edits):
    """A swap of neighbours is one error, and beyond the limit all distances are alike."""
    assert distance(one, other) == edits
    assert distance(other, one) == edits


@given(st.text("abc", max_size=7), st.text("abc", max_size=7))
def test_distance_is_a_distance(one, other):
    """It is symmetric, and zero only between equals."""
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) == (one == other)


def test_nearest_takes_few_edits_first_and_frequent_words_then():
    """Nothing near is nothing meant."""
    assert nearest("sigmoig", [("sigmoid", 1), ("sigma", 90)]) == "sigmoid"
    assert nearest("trainn", [("train", 5), ("trains", 1)]) == "train"
    assert nearest("zebra", [("loss", 5)]) is None
