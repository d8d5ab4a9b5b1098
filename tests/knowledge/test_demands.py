"""One entry that meets every demand, and one break of it for each rule."""

from pathlib import Path

import pytest

from dlfaq.errors import Problems
from dlfaq.knowledge.load import load_faq

ENTRY = """\
question: Does a higher rate train better?
topics: [training]
answer:
  short: Yes, see [this](#better).
  do:
    - {step: Raise the rate., because: better}
    - {step: Look at it., because: [better]}
    - {step: Read on., because: [a-1999]}
  parts:
    - {id: one, title: One, text: First.}
    - {id: two, title: Two, text: Second.}
experiments:
  rates:
    simulation: fit
    replicates: 16
    arms: {low: {lr: 0.1}, high: {lr: 0.2, wd: 0.1}}
    conditions:
      none: {arms: {low: {wd: 0.2}}}
      same: {given: {lr: 0.1, wd: 0.1}}
claims:
  - id: better
    kind: measured
    says: The high rate is better.
    experiment: rates
    expect: mean(high.loss - low.loss) < 0
    holds_under: [longer, tuned, adamw]
    fails_under: {other-data: Other data differ.}
references:
  - {id: a-1999, for: rates, title: Rates, authors: A. Author, year: 1999}
"""
SIMULATION = '''\
"""A fit."""

from dlfaq.sim import Replicates


def fit(
    replicates: Replicates,
    steps: int = 10,
    lr: float = 0.1,
    wd: float = 0.0,
    tune: bool = False,
    optimizer: str = "sgd",
    data: str = "digits",
):
    """Fit.

    Args:
        replicates: One each.
        steps: How many.
        lr: Rate.
        wd: Decay.
        tune: Whether the rate is tuned.
        optimizer: Which.
        data: Which.

    Metrics:
        loss: the loss.
    """
    return {"loss": replicates.normal("x")}
'''


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder whose entry meets every demand."""
    for name, text in {
        "faq/topics.yml": "training: Training\n",
        "faq/rates.yaml": ENTRY,
        "sims/fit.py": SIMULATION,
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def test_the_entry_as_it_stands_meets_every_demand(root: Path) -> None:
    """Otherwise the breaks below would show nothing."""
    assert load_faq(root).entry("rates").claim("better")


@pytest.mark.parametrize(
    ("old", "new", "at", "message"),
    [
        (
            "    fails_under: {other-data: Other data differ.}\n",
            "",
            "  - id: better",
            "claim 'better' has no control",
        ),
        (
            "{other-data: Other data differ.}",
            "{same: They are one.}",
            "    fails_under",
            "makes arms identical",
        ),
        (
            "mean(high.loss - low.loss) < 0",
            "all(high.loss < low.loss)",
            "    expect",
            "all(…) is for what is exact",
        ),
        ("[longer, tuned, adamw]", "[tuned, adamw]", "  - id: better", "happens under `longer`"),
        ("[longer, tuned, adamw]", "[longer, adamw]", "  - id: better", "happens under `tuned`"),
        (
            "[longer, tuned, adamw]\n    fails_under: {other-data:",
            "[longer, tuned]\n    fails_under: {none:",
            "  - id: better",
            "happens under any of `adamw`, `other-data`",
        ),
        (
            "      none:",
            "      longer: {times: {steps: 2}}\n      none:",
            "  - id: better",
            "20 steps, not for 4 times 10",
        ),
        ("replicates: 16", "replicates: 4", "  - id: better", "measured over 4 replicates"),
        ("The high rate is better.", "so " * 26, "    says", "says 26 words; it may have 25"),
        (
            "Yes, see",
            "so " * 70 + "see",
            "  short",
            "the short answer has 72 words; it may have 70",
        ),
        (
            "    - {id: two,",
            "    - {id: better,",
            "    - {id: better,",
            "'better' is the id of a part and of a claim",
        ),
        (
            "    - {step: Look at it., because: [better]}\n",
            "",
            "  do:",
            "the answer has 2 steps, not 3 to 6",
        ),
        (
            "    - {id: two, title: Two, text: Second.}\n",
            "",
            "  parts:",
            "the answer has 1 part, not 2 to 5",
        ),
        (
            "because: better}",
            "because: better, code: " + "x" * 77 + "}",
            "    - {step: Raise",
            "77 columns wide",
        ),
        (
            "{step: Look at it., because: [better]}\n    - {step: Read on., because: [a-1999]}",
            "{step: Look at it.}\n    - {step: Read on., because: [a-1999, better]}",
            "    - {step: Look",
            "step 2 has no ground",
        ),
        (
            "because: better}\n    - {step: Look at it., because: [better]}",
            "because: practice}\n    - {step: Look at it., because: [practice]}",
            "  do:",
            "0 of 3 steps rest on a measured claim",
        ),
        (
            "{id: a-1999, for: rates, title",
            "{id: a-1999, title",
            "  - {id: a-1999",
            "'Rates' has no `for`",
        ),
        ("because: [a-1999]", "because: practice", "  - {id: a-1999", "'a-1999' is cited nowhere"),
        ("[this](#better)", "[this](#worse)", "  short", "links to '#worse'"),
    ],
)
def test_each_demand_names_its_line(root: Path, old: str, new: str, at: str, message: str) -> None:
    """One break, one problem, with file and line."""
    assert ENTRY.count(old) == 1
    text = ENTRY.replace(old, new)
    (root / "faq/rates.yaml").write_text(text, "utf-8")
    with pytest.raises(Problems) as caught:
        load_faq(root)
    line = text[: text.index(at)].count("\n") + 1
    assert len(caught.value.problems) == 1, str(caught.value)
    assert f"rates.yaml:{line}" in str(caught.value)
    assert message in str(caught.value)


def test_a_claim_that_nothing_rests_on(root: Path) -> None:
    """A second claim that no text names."""
    start, end = ENTRY.index("  - id: better"), ENTRY.index("references:")
    second = ENTRY[start:end].replace("better", "unused", 1)
    text = ENTRY[:end] + second + ENTRY[end:]
    (root / "faq/rates.yaml").write_text(text, "utf-8")
    with pytest.raises(Problems, match="claim 'unused' is used by no step") as caught:
        load_faq(root)
    line = text[: text.index("  - id: unused")].count("\n") + 1
    assert len(caught.value.problems) == 1
    assert f"rates.yaml:{line}" in str(caught.value)
