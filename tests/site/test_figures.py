"""A claim's figure: what it draws is what was measured."""

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlfaq.site.figures import claim_figure, number, prediction, rows
from dlfaq.verify.evidence import ClaimEvidence, Judged, Point, Side

NUMBER = st.floats(-1e12, 1e12, allow_nan=False)


def point(estimate=1.0, low=None, high=2.0, ends=(0.9, 1.1), outcome="holds", at=None):
    return Point(at or {}, outcome, estimate, ends, low, high, 32)


def evidence(own, control) -> ClaimEvidence:
    sides = [Side(one.outcome, 32, (Judged("mean(x) < 2", one.outcome, (one,)),)) for one in (own, control)]
    return ClaimEvidence("verified", {}, sides[0], (sides[1],))


def test_rows_are_the_points_and_the_controls():
    """One row a point of the sweep, then one a control."""
    shown = rows(evidence(point(at={"classes": 10}), point(5.0, outcome="fails")))

    assert [(row.label, row.control) for row in shown] == [("classes=10", False), ("control", True)]


def test_it_says_in_words_what_it_draws():
    """The text alternative has the numbers, the prediction and the outcome."""
    svg = claim_figure(evidence(point(), point(5.0, ends=(4.9, 5.1), outcome="fails")), "f")
    words = ElementTree.fromstring(svg).find("desc")

    assert "measured: 1, interval 0.9 to 1.1, predicted below 2: inside the prediction." in words.text
    assert "control: 5, interval 4.9 to 5.1, predicted below 2: outside the prediction." in words.text


def test_places_follow_the_numbers():
    """The estimate lies inside the band where it holds, and outside where it fails."""
    svg = ElementTree.fromstring(claim_figure(evidence(point(), point(5.0, ends=(4.9, 5.1), outcome="fails")), "f"))
    band, _ = (rect for rect in svg.iter("rect") if rect.get("class") == "dl-band")
    left, right = float(band.get("x")), float(band.get("x")) + float(band.get("width"))
    own = next(circle for circle in svg.iter("circle"))
    control = next(rect for rect in svg.iter("rect") if "dl-dot" in rect.get("class"))

    assert left <= float(own.get("cx")) <= right
    assert float(control.get("x")) > right


@settings(max_examples=200, deadline=None)
@given(NUMBER, NUMBER, st.none() | NUMBER, st.none() | NUMBER, st.text(max_size=30))
def test_any_numbers_make_a_figure(one, other, low, high, text):
    """Well-formed, within its box, whatever was measured."""
    control = point(other, low, high, (None, None), "fails", {"parameter": text})
    svg = ElementTree.fromstring(
        claim_figure(evidence(point(one, low, high, (one, one)), control), "f").replace("\x00", "")
    )
    for circle in svg.iter("circle"):
        assert 0 <= float(circle.get("cx")) <= 640


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(None, 2, "below 2"), (1, None, "above 1"), (1, 2, "1 to 2"), (None, None, "in every replicate")],
)
def test_predictions_in_words(low, high, words):
    """As a reader would say it."""
    assert prediction(point(low=low, high=high)) == words
    assert number(None) == "…"
