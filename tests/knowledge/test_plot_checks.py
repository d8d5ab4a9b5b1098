"""A plot names a claim, what is swept or a curve's axis, and expressions that make lines of it."""

import pytest
from tests.knowledge.conftest import problems_of

from dlfaq.knowledge.load import load_faq

ENTRY = """\
question: What is the mean of noise?
topics: [training]
answer:
  short: It is 0.
  do: [{step: Draw., because: zero}, {step: Shift., because: grows}, {step: Go., because: any-kind}]
  parts: [{id: one, title: One, text: The mean is 0.}, {id: two, title: Two, text: Or not.}]
experiments:
  plain: {simulation: noise, conditions: {shifted: {given: {shift: 5.0}}}}
  shifts:
    simulation: noise
    arms: {low: {kind: plain}, high: {kind: wide}}
    sweep: {shift: [0, 1, 2]}
    conditions: {still: {sweep: {shift: [0, 0.001]}}}
  kinds:
    simulation: noise
    sweep: {kind: [plain, wide]}
    conditions: {shifted: {given: {shift: 5.0}}}
claims:
  - id: zero
    kind: measured
    says: The mean is 0.
    experiment: plain
    expect: -1 < mean(value) < 1
    fails_under: {shifted: Shifted noise has another mean.}
  - id: grows
    kind: measured
    says: It grows with the shift.
    experiment: shifts
    expect: mean(slope(high.value, shift)) > 0.5
    fails_under: {still: Nothing is shifted.}
  - id: any-kind
    kind: measured
    says: The mean is 0, whatever the kind.
    experiment: kinds
    expect: -1 < mean(value) < 1
    fails_under: {shifted: Shifted noise has another mean.}
plots:
  - {shows: It grows., PLOT}
"""


def with_plot(root, text: str, shows: str = "It grows.") -> None:
    """The toy entry with one plot."""
    entry = ENTRY.replace("PLOT", text).replace("shows: It grows.", f"shows: {shows}")
    (root / "faq" / "noise.yaml").write_text(entry, "utf-8")


@pytest.mark.parametrize(
    "text",
    [
        "claim: grows, x: shift, lines: {low: low.value, theory: sqrt(shift)}",
        "claim: grows, x: shift, lines: {end: 'high.curve[-1]'}, log: [x]",
        "claim: grows, x: step, at: {shift: 2}, lines: {a: high.curve, b: low.curve - low.value}",
        "claim: grows, x: step, lines: {low: low.curve}",
        "claim: zero, x: step, lines: {curve: curve}, log: [x, y]",
        "claim: grows, x: shift, lines: {a: fraction(low.value>0), b: ' fraction(low.value>2)'}",
        "claim: zero, x: step, lines: {often: fraction(curve > 0)}",
    ],
)
def test_a_right_plot(root, text):
    """Over a sweep a number a replicate, along an axis a curve."""
    with_plot(root, text)
    (plot,) = load_faq(root).entry("noise").plots

    assert plot.shows == "It grows."
    assert plot.key.startswith(plot.claim)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("claim: grow, x: shift, lines: {a: low.value}", "a plot names the claim 'grow'"),
        (
            "claim: grows, x: count, lines: {a: low.value}",
            "has 'count' as its x, which the experiment neither sweeps",
        ),
        ("claim: any-kind, x: kind, lines: {a: value}", "whose values are no numbers"),
        ("claim: zero, x: shift, lines: {a: value}", "Known: step."),
        ("claim: grows, x: shift, lines: {a: low.valu}", "uses the metric 'low.valu'"),
        ("claim: grows, x: shift, lines: {a: value}", "uses 'value'"),
        ("claim: grows, x: shift, lines: {a: low.curve}", "a whole curve at each point"),
        (
            "claim: grows, x: shift, lines: {a: 'slope(low.value, shift)'}",
            "looks along the sweep as a whole",
        ),
        ("claim: grows, x: shift, lines: {a: shift}", "draws nothing that was measured"),
        ("claim: grows, x: shift, lines: {a: 'low.value <'}", "draws `low.value <`"),
        (
            "claim: grows, x: shift, at: {shift: 7}, lines: {a: low.value}",
            "where the experiment has no point",
        ),
        ("claim: zero, x: step, lines: {a: value}", "which is no curve along step"),
        ("claim: zero, x: step, lines: {}", "a plot has no lines"),
        (
            "claim: zero, x: step, lines: {a: curve, b: fraction(curve > 0)}",
            "draws shares of the replicates beside medians",
        ),
        ("claim: zero, x: step, lines: {a: fraction(curve)}", "draws `fraction(curve)`"),
        ("claim: zero, x: step, lines: [curve]", "'lines' of a plot"),
        ("claim: zero, x: step", "a plot has no 'lines'"),
        (
            "claim: zero, x: step, lines: {a: curve}, log: z",
            "'z' of 'log' of a plot is none of its axes",
        ),
        ("claim: zero, x: step, lines: {a: curve}, size: 3", "'size'"),
    ],
)
def test_what_is_wrong_with_a_plot_is_named(root, text, message):
    """With the file and the line."""
    with_plot(root, text)
    found = problems_of(root)

    assert message in found
    assert "faq/noise.yaml:" in found


def test_a_plot_holds_no_placeholder(root):
    """Its sentence is plain."""
    with_plot(root, "claim: zero, x: step, lines: {a: curve}", "'{{ zero.mean(value) }}'")

    assert "a {{ placeholder }} stands in a text" in problems_of(root)
