"""A number that was measured is a placeholder; nobody types it."""

from dataclasses import replace
from pathlib import Path

import pytest

from dlfaq.evidence.record import ClaimEvidence, Evidence, Measured, Point, Side
from dlfaq.evidence.typed import typed_numbers
from dlfaq.knowledge.entry import Answer, Claim, Entry, SourceStatement
from dlfaq.knowledge.experiment import Experiment


def entry(text: str) -> Entry:
    experiment = Experiment("digits", "dial", given={"lr": 0.25})
    claim = Claim(
        "c", "measured", "It is so.", "digits", "mean(x) > 0.55", fails_under={"other": "why"}
    )
    shown = SourceStatement(
        "d", "s", "true", because="{{ c.mean(x) }} {{ c.mean(y) }} {{ e.mean(x) }}"
    )
    exact = replace(claim, id="e", kind="exact")
    experiments = {"digits": experiment}
    path = Path("faq/toy.yaml")
    return Entry(
        "toy", "Q?", ("t",), Answer(text), experiments, (claim, exact), path, sources=(shown,)
    )


def evidence() -> Evidence:
    side = Side("holds", 32, (Point({}, "holds", 0.6234, (0.61, 0.63), 0.55, None, 32),))
    claims = {"c": ClaimEvidence("verified", {}, "mean(x) > 0.55", side)}
    values = {"c.mean(x)": 0.6234, "c.mean(y)": 2.3412, "e.mean(x)": 0.6931}
    shown = {text: Measured(value, (value, value), 32) for text, value in values.items()}
    return Evidence("toy", "2.13.0", claims, shown)


@pytest.mark.parametrize(
    "text", ["It was 0.623.", "It was 62 %.", "It was 62.3 % of them.", "Loss 2.34 at first."]
)
def test_a_measured_number_is_found(text):
    """As it was written, rounded to its own digits."""
    (problem,) = typed_numbers(entry(text), evidence())

    assert problem.file == "faq/toy.yaml"
    assert "placeholder" in problem.hint


@pytest.mark.parametrize(
    "text",
    [
        "It was {{ c.mean(x) | .2f }}.",
        "The formula $0.62$ and `x = 0.62`.",
        "Rate 0.25, bound 0.55.",
        "In 1962, 600 images, 60 %, 0.62.",
        "Exactly 0.69, the logarithm of 2.",
        "See [@x-2034] and version 2.341.7.",
    ],
)
def test_other_numbers_are_left_alone(text):
    """Placeholders, formulas, code, parameters, bounds, and what nobody measured."""
    assert list(typed_numbers(entry(text), evidence())) == []
