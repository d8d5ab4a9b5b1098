"""A small FAQ on disk: two written entries, one with evidence, and two planned ones."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dlfaq.ask.freshness import ensure_index
from dlfaq.ask.schema import connect

SIMULATION = '''"""A toy."""

from torch import Tensor

from dlfaq.sim import Replicates


def toy(replicates: Replicates, size: int = 3) -> dict[str, Tensor]:
    """Draw numbers.

    Args:
        replicates: One number each.
        size: How many are averaged.

    Metrics:
        loss: a mean of normal numbers.
    """
    return {"loss": replicates.normal("x", size).mean(-1)}
'''
FIRST_LOSS = """\
question: What loss should a classifier show before any training?
also_asked:
  - my loss starts at 2.3, is that right?
  - initial cross-entropy of a network with ten classes
topics: [loss]
answer:
  short: About $\\ln k$ for k balanced classes; we measured {{ ln-k.mean(loss) | .2f }}.
  long: |
    **Untrained** networks know nothing.

    - Logits are small.
    - So probabilities are even.
claims:
  - id: ln-k
    says: The first loss lies within 2 % of $\\ln k$.
    simulation: toy
    expect: -1 < mean(loss) < 1
    control:
      - why: One number is too few
        given: {size: 1}
related: [nan-loss]
"""
NAN_LOSS = """\
question: Why does my loss spike or become NaN?
also_asked:
  - loss explodes after some steps
topics: [stability]
answer:
  short: Because a step was too large, or because a number overflowed.
  long: Lower the learning rate.
claims:
  - id: too-large
    says: A step above the bound diverges.
    simulation: toy
    expect: -1 < mean(loss) < 1
    control:
      - why: One number is too few
        given: {size: 1}
related: [first-loss]
"""
PLANNED = """\
- id: dropout
  question: How does dropout work and when does it help?
  topics: [training]
  also_asked: [where do I put dropout layers]
- id: weight-decay
  question: Is weight decay the same as L2 regularization?
  topics: [training]
"""
POINT = {
    "at": {},
    "outcome": "holds",
    "estimate": 0.1234567,
    "interval": [0.1, None],
    "low": -1.0,
    "high": 1.0,
    "replicates": 64,
}


def side(outcome: str, why: str = "") -> dict:
    judged = {
        "expect": "-1 < mean(loss) < 1",
        "outcome": outcome,
        "points": [POINT | {"outcome": outcome}],
    }
    return {"outcome": outcome, "replicates": 64, "expectations": [judged], "why": why}


EVIDENCE = {
    "entry": "first-loss",
    "torch": "2.13.0",
    "claims": {
        "ln-k": {
            "verdict": "verified",
            "fingerprint": {"claim": "0", "simulation": "0"},
            "claim": side("holds"),
            "controls": [side("fails", "One number is too few")],
        }
    },
    "values": {"ln-k.mean(loss)": {"estimate": 2.3456, "interval": [2.3, 2.4], "replicates": 64}},
}


def write_faq(root: Path) -> Path:
    """Write the files of the FAQ."""
    for folder in ("faq", "sims", "evidence"):
        (root / folder).mkdir(parents=True)
    (root / "faq" / "topics.yml").write_text(
        "loss: Loss functions\nstability: Stability\ntraining: Training\n"
    )
    (root / "faq" / "documents.yml").write_text("{}\n")
    (root / "faq" / "planned.yml").write_text(PLANNED)
    (root / "faq" / "first-loss.yaml").write_text(FIRST_LOSS)
    (root / "faq" / "nan-loss.yaml").write_text(NAN_LOSS)
    (root / "sims" / "toy.py").write_text(SIMULATION)
    (root / "evidence" / "first-loss.json").write_text(json.dumps(EVIDENCE))
    return root


@pytest.fixture
def faq(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an FAQ to change; its cache is beside it."""
    monkeypatch.setenv("DLFAQ_CACHE_DIR", str(tmp_path / "cache"))
    return write_faq(tmp_path / "root")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """The open index of an FAQ that nobody changes."""
    folder = tmp_path_factory.mktemp("asked")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DLFAQ_CACHE_DIR", str(folder / "cache"))
        path = ensure_index(write_faq(folder / "root"))
    with closing(connect(path)) as db:
        yield db
