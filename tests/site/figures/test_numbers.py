"""All numbers of a claim: a row a setting, or along a sweep a group."""

from dlfaq.evidence.record import ClaimEvidence, Point, Side
from dlfaq.site.figures.numbers import numbers_of


def side(*points: Point) -> Side:
    return Side("holds", 8, points)


def point(place=0, estimator="mean", high=2.0) -> Point:
    ends = (1.0, 1.0) if estimator == "all" else (0.9, 1.1)
    return Point({"k": place} if place else {}, "holds", 1.0, ends, None, high, 8, estimator)


def test_a_row_a_setting():
    """By the names of conditions, with what the claim says of them."""
    evidence = ClaimEvidence(
        "verified", {}, "", side(point()), {"longer": side(point())}, {"raw": side(point())}
    )
    table = numbers_of(evidence, str.upper)

    assert table.head == ("setting", "measured", "interval", "predicted", "replicates", "outcome")
    assert [row[0] for row in table.groups[0].rows] == [
        "its own setting",
        "LONGER (holds too)",
        "RAW (must fail)",
    ]
    assert table.groups[0].rows[0][1:] == ("1", "[0.9, 1.1]", "below 2", "8", "holds")


def test_a_group_a_setting_along_a_sweep():
    evidence = ClaimEvidence(
        "verified", {}, "", side(point(1), point(2)), {}, {"raw": side(point(1))}
    )
    table = numbers_of(evidence, str.upper)

    assert table.head[:2] == ("at", "measured")
    assert [(group.title, len(group.rows)) for group in table.groups] == [
        ("its own setting", 2),
        ("RAW (must fail)", 1),
    ]


def test_what_is_counted_has_no_interval():
    """The column is left out where it is empty everywhere."""
    evidence = ClaimEvidence("verified", {}, "", side(point(estimator="all")))

    assert numbers_of(evidence, str.upper).head == (
        "setting",
        "measured",
        "predicted",
        "replicates",
        "outcome",
    )
