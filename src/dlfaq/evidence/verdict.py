"""A verdict is a word and a sentence, with the mark and the colour that show it: one record each.

Terminal, pages, pytest and JSON take all of it from here.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Literal

Outcome = Literal["holds", "fails", "inconclusive"]


class Verdict(Enum):
    """What a verification says of a claim: its sentence, mark and colour."""

    VERIFIED = (
        "it holds, also under each condition that it names, and fails under each control",
        "✓",
        "green",
    )
    REFUTED = ("it does not hold", "✗", "red")
    OVERSTATED = ("it holds, but not under a condition that it says it covers", "!", "red")
    VACUOUS = ("it holds, but so does a control: this check could not have failed", "○", "yellow")
    INCONCLUSIVE = ("the measurement does not decide it", "?", "yellow")

    @property
    def word(self) -> str:
        """The word that messages, pages and JSON use."""
        return self.name.lower()

    @property
    def sentence(self) -> str:
        """What it means."""
        return self.value[0]

    @property
    def mark(self) -> str:
        """One letter that stands for it in a table."""
        return self.value[1]

    @property
    def colour(self) -> str:
        """What a terminal or a page colours it with."""
        return self.value[2]

    @property
    def is_good(self) -> bool:
        """Whether a reader may rely on the claim."""
        return self is Verdict.VERIFIED


def verdict_of(word: str) -> Verdict:
    """The verdict of a word; KeyError if there is none."""
    return Verdict[word.upper()]


def rule(
    own: Outcome, holds_under: Mapping[str, Outcome], fails_under: Mapping[str, Outcome]
) -> Verdict:
    """Rule on a claim.

    Args:
        own: The outcome of its expectation in its own setting.
        holds_under: By condition, where the claim says that it holds too.
        fails_under: By condition, where the claim says that it fails: its controls.

    Raises:
        ValueError: If there is no control, for then nothing shows that the check could have failed.
    """
    if not fails_under:
        msg = "a claim without a control cannot be ruled on"
        raise ValueError(msg)
    if own == "fails":
        return Verdict.REFUTED
    if own == "holds" and "holds" in fails_under.values():
        return Verdict.VACUOUS  # one control that holds settles it, whatever the others do
    if own == "holds" and "fails" in holds_under.values():
        return Verdict.OVERSTATED
    if "inconclusive" in (own, *holds_under.values(), *fails_under.values()):
        return Verdict.INCONCLUSIVE
    return Verdict.VERIFIED


def together(outcomes: Sequence[Outcome]) -> Outcome:
    """The outcome over all points of a sweep: one that fails settles it."""
    if "fails" in outcomes:
        return "fails"
    return "inconclusive" if "inconclusive" in outcomes else "holds"
