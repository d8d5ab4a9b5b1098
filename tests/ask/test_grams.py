"""Pieces of words."""

import pytest

from dlfaq.ask.grams import MOST, grams_for, grams_of, weights_of


def test_grams_of_a_text():
    """Words, neighbours, and runs of letters with the edges of a word; each once."""
    found = grams_of("My NaN nan", ["nan", "not", "nan"])

    assert found[:3] == ["=nan", "nan not", "not nan"]
    assert {"_na", "an_", "_nan_", "_my_"} <= set(found)
    assert "=not" not in found
    assert len(found) == len(set(found))
    assert len(grams_of(" ".join(f"word{i}" for i in range(999)), [])) == MOST


def test_weights_are_of_length_one():
    """And a gram of all phrasings weighs more than one of a single phrasing."""
    weights = weights_of([["a", "b"], ["a", "c"]])

    assert sum(value**2 for value in weights.values()) == pytest.approx(1)
    assert weights["a"] > weights["b"] == weights["c"]


def test_near_and_scope(index):
    """A question is nearest to the entry that is asked so, and its words are of this FAQ."""
    names = dict(index.execute("SELECT num, id FROM entries"))
    ours = grams_for(index, grams_of("loss explodes", ["loss", "explod"]))
    elsewhere = grams_for(index, grams_of("install the driver", ["instal", "driver"]))

    assert names[max(ours.near, key=ours.near.get)] == "nan-loss"
    assert sum(ours.of(num) for num in names) == pytest.approx(0)
    assert ours.scope > elsewhere.scope


def test_without_grams_nothing_is_known(index):
    """No question, no likeness."""
    assert grams_for(index, []).near == {}
