"""The expression language computes what numpy would, or says which replicate has no value."""

import numpy as np
import pytest

from dlfaq.knowledge.expectation import parse_expectation, parse_quantity
from dlfaq.verify.evaluate import ExpressionError, number, per_replicate, scope

LOSS = np.array([1.0, 4.0, 9.0])
CURVE = np.array([[3.0, 1.0, 2.0], [6.0, 5.0, 4.0], [0.0, 0.5, 8.0]])
ONE = scope(
    {"": ({"classes": 2, "lr": 0.1, "mode": "fast", "wide": True}, {"loss": LOSS, "curve": CURVE})}
)
ARMS = scope(
    {
        "raw": ({"classes": 2, "lr": 0.1}, {"loss": LOSS}),
        "fixed": ({"classes": 2, "lr": 0.2}, {"loss": LOSS / 2}),
    }
)
SWEEP = [
    scope({"": ({"lr": lr, "classes": 2}, {"loss": LOSS * lr**2, "curve": CURVE})})
    for lr in (1.0, 2.0, 4.0)
]


def values(text, *scopes):
    return per_replicate(parse_quantity(text), scopes or [ONE], 3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mean(loss)", LOSS),
        ("mean(loss / log(classes) - lr)", LOSS / np.log(2) - 0.1),
        ("mean(-loss ** 0.5 + sqrt(loss))", LOSS * 0),
        ("mean(loss ** classes)", LOSS**2),
        ("mean(abs(loss - 4) * exp(lr))", np.array([3, 0, 5]) * np.exp(0.1)),
        ("mean(max(loss, 4, classes))", [4, 4, 9]),
        ("mean(min(loss, 4))", [1, 4, 4]),
        ("mean(wide + loss)", LOSS + 1),
        ("mean(7)", [7, 7, 7]),
        ("mean(curve[0])", CURVE[:, 0]),
        ("mean(curve[-1] - curve[1])", CURVE[:, -1] - CURVE[:, 1]),
        ("mean(max(curve))", [3, 6, 8]),
        ("mean(min(curve / loss))", [1, 1, 0]),
        ("mean(max(loss - curve))", [0, 0, 9]),
        ("fraction(loss > 2)", [False, True, True]),
        ("fraction(1 < loss <= 4)", [False, True, False]),
        ("fraction(loss > 2 and not loss > 5 or loss == 1)", [True, True, False]),
        ("all(max(curve) > classes)", [True, True, True]),
    ],
)
def test_an_expression_is_what_numpy_says(text, expected):
    """Arithmetic, functions, comparisons and curves, a replicate at a time."""
    assert values(text) == pytest.approx(np.asarray(expected))


def test_arms_are_named_and_what_they_share_is_not():
    """`arm.metric` and `arm.parameter`; a parameter equal in all arms goes by its own name."""
    assert values("mean(raw.loss - fixed.loss)", ARMS) == pytest.approx(LOSS / 2)
    assert values("mean(classes * fixed.lr / raw.lr)", ARMS) == pytest.approx(4)
    with pytest.raises(ExpressionError, match="no number 'lr'"):
        values("mean(lr)", ARMS)


def test_along_the_sweep():
    """A slope is numpy's least squares, for each replicate; rising and falling are strict."""
    expected = [
        np.polyfit(np.log([1, 2, 4]), np.log(one * np.array([1, 4, 16])), 1)[0] for one in LOSS
    ]

    assert values("mean(slope(log(loss), log(lr)))", *SWEEP) == pytest.approx(expected)
    assert values("mean(slope(loss, lr) / classes)", *SWEEP) == pytest.approx(
        [np.polyfit([1, 2, 4], one * np.array([1, 4, 16]), 1)[0] / 2 for one in LOSS]
    )
    assert values("all(increasing(loss))", *SWEEP).all()
    assert not values("all(decreasing(loss))", *SWEEP).any()
    assert values("all(decreasing(-loss) and increasing(lr))", *SWEEP).all()
    assert not values("all(increasing(loss * 0))", *SWEEP).any()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("mean(log(loss - 4))", r"`log\(loss - 4\)` is nan for replicate 0"),
        ("mean(1 / (loss - 9))", r"is inf for replicate 2"),
        ("mean(1 / exp(1000 * loss))", r"`exp\(1000 \* loss\)` is inf for replicate 0"),
        ("fraction(log(loss - 9) < 0)", r"is nan for replicate 0"),
        ("mean(1 / (lr - 0.1))", r"is inf"),
        ("mean(loss ** 1e9)", r"inf for replicate 1"),
        ("mean(curve)", "is a curve"),
        ("mean(curve[7])", "has 3 points"),
        ("mean(loss[0])", "is not a curve"),
        ("mean(max(loss))", "needs a curve"),
        ("mean(mode)", "no number 'mode'"),
    ],
)
def test_what_has_no_value_is_named(text, says):
    """The part of the expression, and the replicate."""
    with pytest.raises(ExpressionError, match=says):
        values(text)


def test_what_varies_along_the_sweep_has_no_single_value_there():
    """Outside of slope a swept parameter or a metric would be several numbers."""
    for text in ("mean(slope(loss, lr) / lr)", "mean(slope(loss, lr) + loss)"):
        with pytest.raises(ExpressionError, match="several values along the sweep"):
            values(text, *SWEEP)
    with pytest.raises(ExpressionError, match="is a curve"):
        values("mean(slope(curve, lr))", *SWEEP)


def test_curves_of_different_lengths_do_not_meet():
    """They have different axes."""
    names = {**ONE, "short": CURVE[:, :2]}

    with pytest.raises(ExpressionError, match="2 and 3 points"):
        values("mean(max(curve - short))", names)


def test_a_bound_is_one_number():
    """Numbers and parameters; what is swept has none along the sweep."""
    bound = parse_expectation("mean(loss) < log(classes) + max(lr, 1)").high

    assert number(bound, [ONE]) == pytest.approx(np.log(2) + 1)
    with pytest.raises(ExpressionError, match="several values"):
        number(bound, SWEEP)
    with pytest.raises(ExpressionError, match="is inf"):
        number(parse_expectation("mean(loss) < 1 / (lr - 0.1)").high, [ONE])
