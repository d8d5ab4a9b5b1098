"""An outcome follows from an interval and a prediction, and from nothing else."""

import pytest

from dlfaq.evidence.outcome import outcome
from dlfaq.knowledge.expectation import parse_expectation


@pytest.mark.parametrize(
    ("text", "interval", "low", "high", "said"),
    [
        ("0 < mean(x) < 1", (0.2, 0.8), 0, 1, "holds"),
        ("0 < mean(x) < 1", (0.2, 1.1), 0, 1, "inconclusive"),
        ("0 < mean(x) < 1", (1.1, 1.2), 0, 1, "fails"),
        ("0 < mean(x) < 1", (-2, -1), 0, 1, "fails"),
        ("0 < mean(x) < 1", (-1, 2), 0, 1, "inconclusive"),
        ("0 < mean(x) < 1", (None, None), 0, 1, "inconclusive"),
        ("mean(x) < 1", (0.2, 0.8), None, 1, "holds"),
        ("mean(x) < 1", (1, 1), None, 1, "fails"),
        ("mean(x) <= 1", (1, 1), None, 1, "holds"),
        ("mean(x) >= 1", (1, 1), 1, None, "holds"),
        ("mean(x) > 1", (1, 1), 1, None, "fails"),
        ("mean(x) > 1", (None, 3), 1, None, "inconclusive"),
        ("all(x > 1)", (1, 1), None, None, "holds"),
        ("all(x > 1)", (0.9, 0.9), None, None, "fails"),
    ],
)
def test_an_outcome_follows_from_interval_and_prediction(text, interval, low, high, said):
    """Wholly inside, wholly outside, or undecided; an open bound is outside."""
    assert outcome(interval, parse_expectation(text), low, high) == said
