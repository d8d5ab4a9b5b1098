"""Outcomes and verdicts from numbers: what an interval says about a prediction."""

from collections.abc import Mapping

from dlfaq.evidence.record import Bound, ClaimEvidence, Point, Side
from dlfaq.evidence.verdict import Outcome, Verdict, rule, together
from dlfaq.knowledge.estimators import ESTIMATORS
from dlfaq.knowledge.expectation import Expectation


def outcome(
    interval: tuple[Bound, Bound], expectation: Expectation, low: Bound, high: Bound
) -> Outcome:
    """Compare an interval with the prediction: wholly inside holds, wholly outside fails."""
    if not ESTIMATORS[expectation.quantity.estimator].bounded:
        return "holds" if interval[0] == 1 else "fails"
    left, right = interval
    above = low is None or (
        left is not None and (left > low or (left == low and not expectation.low_open))
    )
    below = high is None or (
        right is not None and (right < high or (right == high and not expectation.high_open))
    )
    if above and below:
        return "holds"
    too_low = (
        low is not None
        and right is not None
        and (right < low or (right == low and expectation.low_open))
    )
    too_high = (
        high is not None
        and left is not None
        and (left > high or (left == high and expectation.high_open))
    )
    return "fails" if too_low or too_high else "inconclusive"


def outcome_of(point: Point, expectation: Expectation) -> Outcome:
    """What a point's numbers come to, whatever it states."""
    return outcome(point.interval, expectation, point.low, point.high)


def outcome_at_all(side: Side, expectation: Expectation) -> Outcome:
    """What the numbers of all points of a side come to."""
    return together([outcome_of(point, expectation) for point in side.points])


def verdict_from(claim: ClaimEvidence, expectation: Expectation) -> Verdict:
    """What the numbers of all sides of a claim come to."""

    def outcomes(sides: Mapping[str, Side]) -> dict[str, Outcome]:
        return {name: outcome_at_all(side, expectation) for name, side in sides.items()}

    own = outcome_at_all(claim.own, expectation)
    return rule(own, outcomes(claim.holds_under), outcomes(claim.fails_under))
