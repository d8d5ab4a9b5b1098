"""A small FAQ on disk: two written entries, one with evidence, and two planned ones."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dlfaq.ask.freshness import ensure_index
from dlfaq.ask.schema import connect
from dlfaq.evidence.file import write
from dlfaq.evidence.record import ClaimEvidence, Evidence, Measured, Point, Side

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
  do:
    - step: Print the loss of the *first* batch, and compare it with $\\ln k$ [@karpathy-2019].
      code: |
        loss = loss_fn(model(x), y)
        print(loss.item(), math.log(10))
      because: [ln-k, karpathy-2019]
    - step: Set the last layer to zero if it is far above.
      code: nn.init.zeros_(model[-1].weight)
      because: ln-k
    - step: Look at the labels if it is below.
      because: practice
  parts:
    - id: formula
      title: Where $\\ln k$ comes from
      asked: [derivation of the uniform cross-entropy]
      text: |
        **Untrained** networks know nothing ([measured](#ln-k)).

        - Logits are small.
        - So probabilities are even.
    - id: labels
      title: Unequal classes
      asked: [what if one class is much more frequent than the others?]
      text: The loss then begins at the entropy of the labels.
experiments:
  numbers:
    simulation: toy
    conditions:
      few: {given: {size: 1}}
      many: {times: {size: 4}}
claims:
  - id: ln-k
    kind: measured
    says: The first loss lies within 2 % of $\\ln k$.
    experiment: numbers
    expect: -1 < mean(loss) < 1
    shows: "{{ mean(loss) | .3f }} after {{ @many.mean(loss) | .3f }}"
    holds_under: [many]
    fails_under: {few: One number is too few.}
references:
  - id: karpathy-2019
    for: to look at the first loss at all
    title: A Recipe for Training Neural Networks
    authors: Andrej Karpathy
    year: 2019
    url: https://karpathy.github.io/2019/04/25/recipe/
related: [nan-loss]
"""
NAN_LOSS = """\
question: Why does my loss spike or become NaN?
also_asked:
  - loss explodes after some steps
topics: [stability]
answer:
  short: Because a step was too large, or because a number overflowed.
  do:
    - {step: Look at the batch., because: too-large}
    - {step: Repeat the step., because: too-large}
    - {step: Change one thing., because: practice}
  parts:
    - id: explanation
      title: Explanation
      text: Lower the learning rate.
    - id: numbers
      title: Numbers
      text: Some are too large.
experiments:
  numbers:
    simulation: toy
    conditions:
      few: {given: {size: 1}}
claims:
  - id: too-large
    kind: measured
    says: A step above the bound diverges.
    experiment: numbers
    expect: -1 < mean(loss) < 1
    fails_under: {few: One number is too few}
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


def side(outcome: str) -> Side:
    """What was measured in one setting, of a number between -1 and 1."""
    estimate = {"holds": 0.1234567, "inconclusive": 0.95, "fails": 2.5}[outcome]
    point = Point({}, outcome, estimate, (estimate - 0.1, estimate + 0.2), -1.0, 1.0, 64)
    return Side(outcome, 64, (point,))


EVIDENCE = Evidence(
    entry="first-loss",
    torch="2.13.0",
    claims={
        "ln-k": ClaimEvidence(
            verdict="verified",
            fingerprint={"claim": "0", "simulation": "0"},
            expect="-1 < mean(loss) < 1",
            own=side("holds"),
            holds_under={"many": side("holds")},
            fails_under={"few": side("fails")},
        )
    },
    values={
        "ln-k.mean(loss)": Measured(2.3456, (2.3, 2.4), 64),
        "ln-k@many.mean(loss)": Measured(2.3055, (2.3, 2.4), 64),
    },
)


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
    write(root, EVIDENCE)
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
