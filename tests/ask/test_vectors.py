"""A text's direction: the sum of its tokens' vectors, looked up in a file."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlfaq.ask.vectors import (
    FILE,
    MAGIC,
    UNIT,
    TokenVectors,
    alike,
    cosine,
    embed,
    packed,
    unit,
    unpacked,
)


@pytest.fixture
def tiny(tmp_path):
    """Vectors of two numbers for five tokens."""
    rows = {"##ing": (0, 5), "a": (1, 0), "ab": (3, -4), "train": (127, -127), "zoo": (9, 9)}
    names = b"".join(name.encode().ljust(8, b"\0") for name in rows)
    numbers = b"".join(struct.pack("bb", *row) for row in rows.values())
    path = tmp_path / "vectors.bin"
    path.write_bytes(MAGIC + struct.pack("<III", len(rows), 8, 2) + names + numbers)
    return path


def test_a_token_is_found_by_its_name(tiny):
    """The first, the last, one between; none of what is not there."""
    known = TokenVectors(tiny)

    assert [list(known.row(name)) for name in ("##ing", "ab", "train", "zoo")] == [
        [0, 5],
        [3, -4],
        [127, -127],
        [9, 9],
    ]
    assert [known.row(name) for name in ("", "aa", "zzz", "#", "trai", "training")] == [None] * 6


def test_a_word_is_taken_apart_from_the_left(tiny):
    """The longest known beginning, then that of the rest; an unknown rest says nothing."""
    known = TokenVectors(tiny)

    assert [list(row) for row in known.pieces("training")] == [[127, -127], [0, 5]]
    assert [list(row) for row in known.pieces("abc")] == [[3, -4]]
    assert list(known.pieces("xyz")) == []


@pytest.mark.parametrize(
    "damage", [lambda raw: b"x" + raw[1:], lambda raw: raw[:-1], lambda raw: raw + b"x"]
)
def test_another_file_is_refused(tiny, damage):
    """Before anything is read from it."""
    tiny.write_bytes(damage(tiny.read_bytes()))

    with pytest.raises(ValueError, match=r"vectors\.bin"):
        TokenVectors(tiny)


def test_likeness_is_meaning_not_spelling():
    """Of other words for the same thing, and of none for another."""
    asked = embed("gradients explode")

    assert (
        cosine(asked, embed("the gradient blows up"))
        > cosine(asked, embed("the cook baked bread")) + 0.2
    )
    assert cosine(asked, asked) == pytest.approx(1, abs=0.01)


def test_the_nearest_are_found_without_comparing_all():
    """Signs tell which are likely; a text is nearest to itself."""
    texts = [
        "the loss is nan",
        "gradients explode",
        "bread and butter",
        "dropout layers",
        "a batch of images",
    ]
    others = [packed(embed(text)) for text in texts]
    for place, text in enumerate(texts):
        found = alike(embed(text), others, 2)
        assert found[0] == (pytest.approx(1, abs=0.01), place)
        assert len(found) == 2
    assert alike([0] * len(embed("loss")), others, 3) == [(0.0, 0), (0.0, 1), (0.0, 2)]
    assert alike(embed("loss"), [], 3) == []


def test_the_file_is_a_few_megabytes():
    """It is part of every installation."""
    assert FILE.stat().st_size < 5e6


@given(st.text(max_size=60))
def test_any_text_has_a_direction_or_none(text):
    """Of length UNIT; it survives being packed."""
    vector = embed(text)
    length = math.sqrt(sum(value * value for value in vector))

    assert length == pytest.approx(UNIT, rel=0.05) or not any(vector)
    assert list(unpacked(packed(vector))) == vector


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=20))
def test_a_unit_vector_fits_into_bytes(vector):
    """Whatever it is stretched from."""
    assert all(-UNIT <= value <= UNIT for value in unit(vector))
