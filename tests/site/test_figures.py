"""A claim's figure: what it draws is what was measured."""

from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.site.fenced import held

from dlfaq.site.axis import fit
from dlfaq.site.fence import unwrap, wrap
from dlfaq.site.figures import (
    LEFT,
    RIGHT,
    claim_figure,
    draw,
    figure_from_json,
    measured,
    number,
    prediction,
)
from dlfaq.verify.evidence import ClaimEvidence, Judged, Point, Side

NUMBER = st.floats(-1e300, 1e300, allow_nan=False)


def point(estimate=1.0, low=None, high=2.0, ends=(0.9, 1.1), outcome="holds", at=None):
    return Point(at or {}, outcome, estimate, ends, low, high, 32)


def side(*points, expect="mean(x) < 2") -> Side:
    return Side(points[0].outcome, 32, (Judged(expect, points[0].outcome, points),))


def evidence(own, *controls) -> ClaimEvidence:
    return ClaimEvidence("verified", {}, own, controls)


SIMPLE = evidence(side(point()), side(point(5.0, ends=(4.9, 5.1), outcome="fails")))


def svgs(found: ClaimEvidence) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(draw(claim_figure(found, "f"))).iter("svg"))


def test_rows_are_the_points_and_the_controls():
    """One row a point of the sweep, then one a control."""
    own = side(point(at={"classes": 10}), point(at={"classes": 100}))
    (panel,) = claim_figure(evidence(own, side(point(5.0, outcome="fails"))), "f").panels

    assert panel.names == "classes"
    assert [(row.label, row.control) for row in panel.rows] == [("10", 0), ("100", 0), ("control", 1)]


def test_a_control_is_shown_with_the_expectation_that_it_fails():
    """Where another expectation catches it, it says nothing."""
    caught = Judged("mean(x) < 2", "fails", (point(5.0, outcome="fails"),))
    passed = Judged("mean(y) < 2", "holds", (point(),))
    own = Side("holds", 32, tuple(Judged(one.expect, "holds", (point(),)) for one in (caught, passed)))
    first, second = claim_figure(evidence(own, Side("fails", 32, (caught, passed))), "f").panels

    assert [row.control for row in first.rows] == [0, 1]
    assert [row.control for row in second.rows] == [0]


def test_it_says_in_words_what_it_draws():
    """The text alternative has the numbers, the prediction and the outcome."""
    (svg,) = svgs(SIMPLE)
    words = svg.find("desc").text

    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby").split() == [svg.find("title").get("id"), svg.find("desc").get("id")]
    assert "measured: 1 (interval 0.9 to 1.1), predicted below 2: inside the prediction." in words
    assert "control: 5 (interval 4.9 to 5.1), predicted below 2: outside the prediction." in words


def test_places_follow_the_numbers():
    """The estimate lies inside the band where it holds, and outside where it fails."""
    (svg,) = svgs(SIMPLE)
    band, _ = (rect for rect in svg.iter("rect") if rect.get("class") == "dl-band")
    left, right = float(band.get("x")), float(band.get("x")) + float(band.get("width"))
    own = next(circle for circle in svg.iter("circle"))
    control = next(rect for rect in svg.iter("rect") if "dl-dot" in rect.get("class"))

    assert left <= float(own.get("cx")) <= right
    assert float(control.get("x")) > right


def test_a_far_control_is_an_arrow():
    """It does not squeeze what is to be seen."""
    (svg,) = svgs(evidence(side(point(low=0.0)), side(point(-500.0, 0.0, ends=(-501.0, -499.0), outcome="fails"))))
    band = next(rect for rect in svg.iter("rect") if rect.get("class") == "dl-band")

    assert next(svg.iter("polygon")).get("class") == "dl-dot control"
    assert float(band.get("width")) > (RIGHT - LEFT) / 2


def test_ticks_are_the_values_they_stand_at():
    """Signs and decimals included."""
    (panel,) = claim_figure(evidence(side(point(0.0, -0.05, 0.05, (-0.02, 0.02)))), "f").panels

    assert fit(panel.rows, LEFT, RIGHT).ticks() == [(-0.05, "-0.05"), (0.0, "0"), (0.05, "0.05")]


@settings(max_examples=200, deadline=None)
@example(5e-324, 1.0, None, 5e-324, "")
@example(0.0, 0.0, None, 5e-324, "")
@example(1e300, 1e-300, 1e-300, 1e300, "")
@given(NUMBER, NUMBER, st.none() | NUMBER, st.none() | NUMBER, st.text(max_size=30))
def test_any_numbers_make_a_figure(one, other, low, high, text):
    """Well-formed, within its box, whatever was measured."""
    control = point(other, low, high, (None, None), "fails", {"parameter": text})
    found = evidence(side(point(one, low, high, (one, one))), side(control))
    figure = claim_figure(found, "f")
    svg = ElementTree.fromstring(draw(figure))

    assert figure_from_json(held(figure)) == figure
    for circle in svg.iter("circle"):
        assert LEFT <= float(circle.get("cx")) <= RIGHT
    assert len(fit(figure.panels[0].rows, LEFT, RIGHT).ticks()) <= 7


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(None, 2, "below 2"), (1, None, "above 1"), (1, 2, "1 to 2"), (None, None, "in every replicate")],
)
def test_predictions_in_words(low, high, words):
    """As a reader would say it."""
    assert prediction(point(low=low, high=high)) == words


@pytest.mark.parametrize(
    ("estimate", "ends", "shown"),
    [(1.00312, (0.99, 1.01), "1.003"), (0.5, (0.1, 0.9), "0.5"), (2e-9, (2e-9, 2e-9), "2e-9")],
)
def test_an_estimate_has_the_digits_that_its_interval_supports(estimate, ends, shown):
    """1.003 ± 0.01 is not 1."""
    assert measured(point(estimate, ends=ends)) == shown


def test_a_condition_is_counted():
    """In how many replicates it held."""
    assert measured(point(1.0, None, None)) == "32 of 32"
    assert measured(point(31 / 32, None, None)) == "31 of 32"
    assert number(None) == "…"


def test_a_condition_that_always_held_is_one_row():
    """Nine times the same says no more than once."""
    own = side(*(point(1.0, None, None, (1.0, 1.0), at={"classes": k}) for k in (2, 10, 100)))
    control = side(point(0.0, None, None, (0.0, 0.0), "fails", {"classes": 2}))
    (panel,) = claim_figure(evidence(own, control), "f").panels

    assert [(row.label, measured(row)) for row in panel.rows] == [("all 3 points", "96 of 96"), ("control", "0 of 32")]
    assert [written for _, written in fit(panel.rows, LEFT, RIGHT).ticks()] == ["none", "all"]


@pytest.mark.parametrize("source", ["", "{}", "[]", "<script>", '{"id": "x", "panels": [{}]}', "1e999", "[" * 100_000])
def test_what_is_no_figure_is_shown_as_text(source):
    """The fence draws figures and does nothing else."""
    assert unwrap(source).startswith("<pre><code>")
    assert "<script" not in unwrap(source)


def test_what_a_figure_holds_is_escaped():
    """Labels and expectations come from an entry."""
    own = side(point(at={"<b>": "<script>"}), expect="<script>alert(1)</script>")
    figure = claim_figure(evidence(own, side(point(5.0, outcome="fails"))), "f")

    assert "<script" not in draw(figure)
    assert unwrap(wrap(figure).split("\n")[1]) == draw(figure)


def sweep(*estimates, outcome="holds") -> list[Point]:
    return [point(one, ends=(one - 0.01, one + 0.01), outcome=outcome, at={"n": i}) for i, one in enumerate(estimates)]


def test_a_large_sweep_is_three_rows():
    """The lowest, the highest, and what lies between them, whose dots are all drawn."""
    found = evidence(side(*sweep(0.5, 0.1, 0.9, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8)))
    (panel,) = claim_figure(found, "f").panels

    assert [row.label for row in panel.rows] == ["1", "7 between", "2"]
    assert panel.rows[1].crowd == (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
    assert panel.rows[1].interval == pytest.approx((0.19, 0.81))
    assert len(svgs(found)[0].findall("circle")) == 9
    assert "7 between these: 0.2 to 0.8, all inside the prediction." in draw(claim_figure(found, "f"))
    assert figure_from_json(held(claim_figure(found, "f"))) == claim_figure(found, "f")


def test_points_that_fail_are_never_in_the_crowd():
    points = [*sweep(*(0.1 * i for i in range(10))), *sweep(5.0, 6.0, outcome="fails")]
    (panel,) = claim_figure(evidence(side(*points)), "f").panels

    assert [row.outcome for row in panel.rows] == ["holds"] * 3 + ["fails"] * 2
    assert len(panel.rows[1].crowd) == 8


def test_points_with_predictions_of_their_own_keep_their_rows():
    points = [point(0.1 * i, high=1.0 + i, at={"n": i}) for i in range(10)]
    (panel,) = claim_figure(evidence(side(*points)), "f").panels

    assert len(panel.rows) == 10
