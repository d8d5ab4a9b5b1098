"""A small FAQ on disk that a test may break."""

from pathlib import Path

import pytest

from dlfaq.errors import Problems
from dlfaq.knowledge.load import load_faq

ENTRY = """\
question: What is the mean of noise?
also_asked: [is noise zero on average]
topics: [training]
answer:
  short: It is $0$, here {{ zero.mean(value) | .2f }}.
  do:
    - {step: Draw numbers., because: zero}
    - {step: Shift them., because: grows}
    - {step: Look at the end., because: [ends, author-1999]}
  parts:
    - id: mean
      title: The mean
      asked: [what is the mean]
      text: |
        The mean is 0. Shifted it is {{ zero@shifted.mean(value) | .1f }}.
    - {id: other, title: The others, text: They are left out.}
experiments:
  plain:
    simulation: noise
    conditions:
      shifted: {given: {shift: 5.0}}
  wide:
    simulation: noise
    arms: {low: {kind: plain}, high: {kind: wide}}
    sweep: {shift: [0, 1e0, 2]}
    conditions:
      still: {sweep: {shift: [0, 0.001]}}
claims:
  - id: zero
    kind: measured
    says: The mean is 0.
    experiment: plain
    expect: -1 < mean(value) < 1
    shows: "{{ mean(value) | .3f }}"
    fails_under: {shifted: Shifted noise has another mean.}
  - id: grows
    kind: measured
    says: It grows with the shift.
    experiment: wide
    expect: mean(slope(high.value, shift)) > 0.5
    fails_under: {still: Nothing is shifted.}
  - id: ends
    kind: measured
    says: The end of the curve is above the value.
    experiment: wide
    expect: fraction(high.curve[-1] > low.value) > 0.1 * count
    fails_under: {still: Nothing is shifted.}
sources:
  - document: paper
    says: The mean is 0.
    ruling: "true"
    claims: [zero]
references:
  - {id: author-1999, for: noise, title: On noise, authors: A. Author, year: 1999, url: "https://example.org/"}
related: []
"""
SIMULATION = '''\
"""Noise."""

from typing import Literal

from dlfaq.sim import Replicates


def noise(replicates: Replicates, shift: float = 0.0, kind: Literal["plain", "wide"] = "plain",
          count: int = 3):
    """Draw numbers.

    Args:
        replicates: One number each.
        shift: Added to it.
        kind: How wide
            it is.
        count: Points of the curve.

    Metrics:
        value: the number.
        curve[step]: the number again and again.
    """
    value = replicates.normal("x") * {"plain": 1, "wide": 2}[kind] + shift
    return {"value": value, "curve": value[:, None].expand(-1, count), "step": range(count)}
'''


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The FAQ's folder: one entry `noise`, one simulation `noise`."""
    for name, text in {
        "faq/topics.yml": "training: Training\n",
        "faq/documents.yml": "paper: {title: A paper}\n",
        "faq/noise.yaml": ENTRY,
        "sims/noise.py": SIMULATION,
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


def problems_of(root: Path) -> str:
    """Everything that is wrong, as a user reads it."""
    with pytest.raises(Problems) as caught:
        load_faq(root)
    return str(caught.value)


def edit(root: Path, old: str, new: str, name: str = "faq/noise.yaml") -> None:
    """Replace the one place of a text in a file."""
    path = root / name
    text = path.read_text("utf-8")
    assert text.count(old) == 1, (old, text.count(old))
    path.write_text(text.replace(old, new), "utf-8")


def line_of(text: str) -> int:
    """The line of the entry on which a text begins."""
    assert ENTRY.count(text) == 1, text
    return ENTRY[: ENTRY.index(text)].count("\n") + 1
