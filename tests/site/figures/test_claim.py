"""A claim's figure: what it draws is what was measured."""

from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dlfaq.evidence.record import ClaimEvidence, Point, Side
from dlfaq.site.figures.axis import fit
from dlfaq.site.figures.claim import LABEL, LEFT, RIGHT, WIDTH, draw_claim, rows_of

NUMBER = st.floats(-1e300, 1e300, allow_nan=False)


def point(
    estimate=1.0, low=None, high=2.0, ends=(0.9, 1.1), outcome="holds", at=None, estimator="mean"
):
    return Point(at or {}, outcome, estimate, ends, low, high, 32, estimator)


def counted(estimate=1.0, outcome="holds", at=None):
    return point(estimate, None, None, (estimate, estimate), outcome, at, "all")


def side(*points) -> Side:
    return Side(points[0].outcome, 32, points)


def evidence(own, holds=None, fails=None) -> ClaimEvidence:
    return ClaimEvidence("verified", {}, "mean(x) < 2", own, holds or {}, fails or {})


def rows(found):
    return rows_of(found, lambda name: name.replace("-", " "))


def drawn(found) -> ElementTree.Element:
    return ElementTree.fromstring(draw_claim(rows(found), "f")).find("svg")


FAR = point(5.0, ends=(4.9, 5.1), outcome="fails")
SIMPLE = evidence(side(point()), {"longer": side(point(1.2))}, {"raw-data": side(FAR)})


def test_rows_are_the_points_and_the_conditions():
    """One row a point of the sweep, then one a condition, by name."""
    own = side(point(at={"classes": 10}), point(at={"classes": 100}))
    found = rows(
        evidence(own, {"longer": side(point(at={"classes": 10}))}, {"raw-data": side(FAR)})
    )

    assert [(row.label, row.part) for row in found] == [
        ("classes 10", "own"),
        ("classes 100", "own"),
        ("longer, at classes 10", "holds"),
        ("raw data", "fails"),
    ]


def test_a_condition_shows_the_point_that_says_most():
    """One that fails, else the one nearest to its bound."""
    found = rows(
        evidence(side(point()), {"longer": side(point(0.5, at={"k": 1}), point(1.9, at={"k": 2}))})
    )

    assert [row.label for row in found] == ["its own setting", "longer, at k 2"]


def test_it_says_in_words_what_it_draws():
    """The text alternative has the numbers, the prediction and the outcome."""
    svg = drawn(SIMPLE)
    words = svg.find("desc").text

    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby").split() == [
        svg.find("title").get("id"),
        svg.find("desc").get("id"),
    ]
    assert "its own setting: 1 [0.9, 1.1], predicted below 2: inside the prediction." in words
    assert "raw data: 5 [4.9, 5.1], predicted below 2: outside the prediction." in words


def test_places_follow_the_numbers():
    """The estimate lies inside the band where it holds, and outside where it fails."""
    svg = drawn(SIMPLE)
    band = next(rect for rect in svg.iter("rect") if rect.get("class") == "dl-band")
    left, right = float(band.get("x")), float(band.get("x")) + float(band.get("width"))
    own, holds = svg.iter("circle")
    fails = next(rect for rect in svg.iter("rect") if "dl-dot" in rect.get("class"))

    assert (own.get("class"), holds.get("class")) == ("dl-dot own", "dl-dot holds")
    assert left <= float(own.get("cx")) < float(holds.get("cx")) <= right
    assert float(fails.get("x")) > right


def test_a_far_control_is_an_arrow():
    """It does not squeeze what is to be seen; the caption says what an arrow is."""
    far = point(-500.0, 0.0, ends=(-501.0, -499.0), outcome="fails")
    found = evidence(side(point(low=0.0)), fails={"raw": side(far)})
    svg = drawn(found)
    band = next(rect for rect in svg.iter("rect") if rect.get("class") == "dl-band")

    assert next(svg.iter("polygon")).get("class") == "dl-dot fails"
    assert float(band.get("width")) > (RIGHT - LEFT) / 2
    assert "Arrow" in draw_claim(rows(found), "f")
    assert "Arrow" not in draw_claim(rows(SIMPLE), "f")


def test_ticks_are_the_values_they_stand_at():
    """Signs and decimals included."""
    (row,) = rows(evidence(side(point(0.0, -0.05, 0.05, (-0.02, 0.02)))))

    assert fit([row.point], [], LEFT, RIGHT).ticks() == [
        (-0.05, "-0.05"),
        (0.0, "0"),
        (0.05, "0.05"),
    ]


@settings(max_examples=200, deadline=None)
@example(5e-324, 1.0, None, 5e-324, "")
@example(0.0, 0.0, None, 5e-324, "")
@example(1e300, 1e-300, 1e-300, 1e300, "")
@given(
    NUMBER,
    NUMBER,
    st.none() | NUMBER,
    st.none() | NUMBER,
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=60),
)
def test_any_numbers_make_a_figure(one, other, low, high, text):
    """Well-formed, within its box, whatever was measured."""
    control = point(other, low, high, (None, None), "fails", {"parameter": text})
    found = evidence(side(point(one, low, high, (one, one))), fails={"raw": side(control)})
    svg = drawn(found)

    for circle in svg.iter("circle"):
        assert LEFT <= float(circle.get("cx")) <= RIGHT
    for label in svg.iter("text"):
        assert len(label.text or "") <= LABEL
        assert 0 <= float(label.get("x")) < WIDTH
    points = [row.point for row in rows(found)]
    assert len(fit(points[:1], points[1:], LEFT, RIGHT).ticks()) <= 7


def test_a_condition_that_always_held_is_one_row():
    """Nine times the same says no more than once."""
    own = side(*(counted(at={"classes": k}) for k in (2, 10, 100)))
    found = evidence(own, fails={"raw": side(counted(0.0, "fails"))})
    first, second = rows(found)

    assert (first.label, first.point.replicates, second.label) == ("all 3 points", 96, "raw")
    assert "96/96" in draw_claim(rows(found), "f")
    assert "0/32" in draw_claim(rows(found), "f")


def test_what_a_figure_holds_is_escaped():
    """Names of parameters and conditions come from an entry."""
    own = side(point(at={"<b>": "<script>"}))
    found = evidence(own, fails={"<i>": side(FAR)})

    assert "<script" not in draw_claim(rows(found), "f")
    assert "<i>" not in draw_claim(rows(found), "f")


def sweep(*estimates, outcome="holds") -> list[Point]:
    return [
        point(one, ends=(one - 0.01, one + 0.01), outcome=outcome, at={"n": i})
        for i, one in enumerate(estimates)
    ]


def test_a_large_sweep_is_three_rows():
    """The lowest, the highest, and what lies between them, whose dots are all drawn."""
    found = evidence(side(*sweep(0.5, 0.1, 0.9, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8)))
    kept = rows(found)

    assert [row.label for row in kept] == ["n 1", "7 between", "n 2"]
    assert kept[1].crowd == (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
    assert kept[1].point.interval == pytest.approx((0.19, 0.81))
    assert len(drawn(found).findall("circle")) == 9
    assert "7 between these: 0.2 to 0.8, all inside the prediction." in draw_claim(kept, "f")


def test_points_that_fail_are_never_in_the_crowd():
    points = [*sweep(*(0.1 * i for i in range(10))), *sweep(5.0, 6.0, outcome="fails")]
    found = rows(evidence(side(*points)))

    assert [row.point.outcome for row in found] == ["holds"] * 3 + ["fails"] * 2
    assert len(found[1].crowd) == 8


def test_points_with_predictions_of_their_own_keep_their_rows():
    points = [point(0.1 * i, high=1.0 + i, at={"n": i}) for i in range(10)]

    assert len(rows(evidence(side(*points)))) == 10
