"""An outcome is a word and a sentence: terminal, page and JSON take both from here."""

from collections.abc import Sequence
from enum import Enum
from typing import Literal

Outcome = Literal["holds", "fails", "inconclusive"]


class Verdict(Enum):
    """What a verification says of a claim."""

    VERIFIED = "it holds, and every control fails"
    REFUTED = "it does not hold"
    INCONCLUSIVE = "the measurement does not decide it"
    VACUOUS = "it holds, but so does a control: this check could not have failed"

    @property
    def word(self) -> str:
        """The word that messages, pages and JSON use."""
        return self.name.lower()


def rule(expectation: Outcome, controls: Sequence[Outcome]) -> Verdict:
    """Rule on a claim from the outcome of its expectation and of the same expectation under each control."""
    if not controls:
        msg = "a claim without a control cannot be ruled on"
        raise ValueError(msg)
    if expectation == "fails":
        return Verdict.REFUTED
    if expectation == "holds" and "holds" in controls:
        return Verdict.VACUOUS  # one control that holds settles it, whatever the others do
    if "inconclusive" in (expectation, *controls):
        return Verdict.INCONCLUSIVE
    return Verdict.VERIFIED


def together(outcomes: Sequence[Outcome]) -> Outcome:
    """All must hold: one that fails settles it; one that is undecided leaves the rest undecided."""
    if "fails" in outcomes:
        return "fails"
    return "inconclusive" if "inconclusive" in outcomes else "holds"
