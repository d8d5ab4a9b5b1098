"""Placeholders: what they name, and the numbers they become."""

from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlfaq.knowledge.experiment import OWN
from dlfaq.knowledge.placeholders import Placeholder, PlaceholderError, find, render, scan, show


class Value(NamedTuple):
    """Something measured."""

    estimate: float


def one(text: str) -> Placeholder:
    (found,) = find(text)
    return found


@pytest.mark.parametrize(
    ("text", "key", "claim", "condition", "at", "format_"),
    [
        ("{{ ln-k.mean(loss) }}", "ln-k.mean(loss)", "ln-k", OWN, {}, ".3g"),
        ("{{ln-k.mean(loss)|.2f}}", "ln-k.mean(loss)", "ln-k", OWN, {}, ".2f"),
        ("{{ a[k=10].mean(loss) | .1% }}", "a[k=10].mean(loss)", "a", OWN, {"k": 10}, ".1%"),
        ("{{ ln-k@longer.mean(loss) }}", "ln-k@longer.mean(loss)", "ln-k", "longer", {}, ".3g"),
        ("{{ a@x-2.mean(loss) }}", "a@x-2.mean(loss)", "a", "x-2", {}, ".3g"),
        (
            "{{ a@other-data[k=1e-3, s=b-c].mean(x) }}",
            "a@other-data[k=1e-3, s=b-c].mean(x)",
            "a", "other-data", {"k": 0.001, "s": "b-c"}, ".3g",
        ),
        (
            "{{ a[b=true].mean(x.c[-1] / min(y, 2)) }}",
            "a[b=true].mean(x.c[-1] / min(y, 2))",
            "a", OWN, {"b": True}, ".3g",
        ),
        (
            "{{ a.fraction(x > 1 and y == 0) | .0% }}",
            "a.fraction(x > 1 and y == 0)",
            "a", OWN, {}, ".0%",
        ),
    ],
)  # fmt: skip
def test_what_a_placeholder_names(text, key, claim, condition, at, format_):
    """Its key is what is measured, without the format."""
    found = one(f"before {text} after")

    assert (found.text, found.claim, found.condition) == (key, claim, condition)
    assert (found.at, found.format) == (at, format_)
    assert f"before {text} after"[found.start : found.end] == text


@pytest.mark.parametrize(
    ("text", "key", "condition", "at"),
    [
        ("{{ mean(x) | .0% }}", "own.mean(x)", OWN, {}),
        ("{{ @longer.mean(x) }}", "own@longer.mean(x)", "longer", {}),
        ("{{ [k=10].mean(x.y[-1]) }}", "own[k=10].mean(x.y[-1])", OWN, {"k": 10}),
        ("{{ @wider[k=10].mean(x) }}", "own@wider[k=10].mean(x)", "wider", {"k": 10}),
    ],
)
def test_in_its_own_shows_a_claim_is_left_out(text, key, condition, at):
    """Its key is that of the same placeholder with the claim; elsewhere it cannot be read."""
    (found,) = find(text, "own")

    assert (found.text, found.claim, found.condition, found.at) == (key, "own", condition, at)
    (named,) = find("{{ " + key + " }}", "own")
    assert (named.text, named.claim) == (key, "own")
    with pytest.raises(PlaceholderError, match="cannot be read"):
        find(text)
    assert render(text, {key: Value(0.5)}, claim="own") in {"50%", "0.5"}


def test_its_own_shows_may_name_another_claim():
    """As any text does."""
    (found,) = find("{{ other@longer.mean(x) }}", "own")

    assert (found.text, found.claim) == ("other@longer.mean(x)", "other")


def test_a_folded_placeholder_has_the_same_key():
    """A line break inside is a space."""
    assert one("{{ a.mean(x\n     / y) }}").text == "a.mean(x / y)"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{{ hello }}", "cannot be read"),
        ("{{ }}", "cannot be read"),
        ("{{ a/control.mean(x) }}", "cannot be read"),
        ("{{ a@.mean(x) }}", "cannot be read"),
        ("{{ a[k=1]@longer.mean(x) }}", "cannot be read"),
        ("{{ @longer.mean(x) }}", "cannot be read"),
        ("{{ A.mean(x) }}", "cannot be read"),
        ("$\\frac{{a}}{b}$", "Braces of maths stand apart"),
        ("{{ a[k].mean(x) }}", "'k' is not of the form parameter=value"),
        ("{{ a[].mean(x) }}", "not of the form parameter=value"),
        ("{{ a[k=].mean(x) }}", "not of the form parameter=value"),
        ("{{ a.mean(x) < 1 }}", "without bounds"),
        ("{{ a.maen(x) }}", "Did you mean 'mean'?"),
        ("{{ a.mean(open('x')) }}", "no function 'open'"),
        ("{{ a.mean(x) | }}", "has the format ''"),
        ("{{ a.mean(x) | s }}", "has the format 's'"),
        ("{{ a.mean(x) | 999999999f }}", "has the format"),
        ("{{ a.mean(x) | .999f }}", "has the format"),
        ("{{ a.mean(x)", "does not end with }}"),
    ],
)
def test_what_cannot_be_read(text, says):
    """Each with what would be right, and where it begins."""
    with pytest.raises(PlaceholderError) as caught:
        find(f"x {text}")

    assert says in caught.value.message
    assert caught.value.start == f"x {text}".index("{{")


def test_one_fault_does_not_hide_another():
    """All of a text are told at once."""
    found = list(scan("{{ a }} {{ b.mean(x) }} {{ c }} {{"))

    assert [type(item).__name__ for item in found] == [
        "PlaceholderError", "Placeholder", "PlaceholderError", "PlaceholderError"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "spec", "shown"),
    [
        (2.30258, ".3g", "2.3"), (0.000123, ".3g", "0.000123"), (1234.5, ".3g", "1230"),
        (999.9, ".3g", "1000"), (123456, ".3g", "123000"), (1234567, ".3g", "1.23e6"),
        (2.34e-9, ".3g", "2.34e-9"), (-1234.5, ".3g", "-1230"), (2.34e-9, ".1e", "2.3e-9"),
        (1234.5, ".1e", "1.2e3"), (0.1234, ".1%", "12.3%"), (0.5, "%", "50.000000%"),
        (2.345, "+.1f", "+2.3"), (1234.5, "+.3g", "+1230"), (12345.6, ",.0f", "12,346"),
        (12345.6, "d", "12346"), (12345.6, ",.3g", "12,300"), (-0.0001, ".2f", "0.00"),
        (-1e-20, ".1%", "0.0%"), (0.0, ".3g", "0"), (-0.0, ".3g", "0"), (1.0, ".3", "1.0"),
        (0.0, ".1e", "0.0e0"),
    ],
)  # fmt: skip
def test_numbers_for_readers(value, spec, shown):
    """As Python formats them, but no exponents up to a million and no minus zero."""
    assert show(value, spec) == shown


def test_render():
    """Numbers in the place of placeholders; what was not measured says so; the rest stays."""
    values = {"a.mean(x)": Value(2.5), "a[k=1].mean(x)": Value(0.125)}
    text = (
        "x {{ a.mean(x) | .2f }}, {{ a[k=1].mean(x) | .1% }}, {{ b.mean(x) "
        "}} and {{ a.mean(x)}}, $a^{b}$."
    )

    assert render(text, values) == "x 2.50, 12.5%, … and 2.5, $a^{b}$."
    assert render(text, {}, missing="?") == "x ?, ?, ? and ?, $a^{b}$."


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="{}ab-.@[]=|( )mean,1>\n", max_size=40))
def test_any_text(text):
    """Only PlaceholderError comes out, and rendering leaves what it cannot read."""
    found = list(scan(text))
    assert all(isinstance(item, Placeholder | PlaceholderError) for item in scan(text, "own"))

    assert all(isinstance(item, Placeholder | PlaceholderError) for item in found)
    if not any(isinstance(item, Placeholder) for item in found):
        assert render(text, {}) == text


@settings(max_examples=200, deadline=None)
@given(
    value=st.floats(-1e300, 1e300),
    spec=st.sampled_from([".3g", ".2f", ".1%", ".1e", "d", "+.3g", ",.3g", ".4"]),
)
def test_any_number_is_shown(value, spec):
    """No format breaks on any number, and what is shown is the number to a few digits."""
    shown = show(value, spec).replace(",", "").replace("%", "")

    if spec in {".3g", "+.3g", ",.3g"}:
        assert abs(float(shown) - value) <= 0.006 * abs(value)
    assert float(shown) is not None
