"""An outcome is a word and a sentence."""

import pytest

from dlfaq.verify.verdict import Verdict, rule, together


@pytest.mark.parametrize(
    ("expectation", "controls", "word"),
    [
        ("holds", ["fails"], "verified"),
        ("holds", ["fails", "fails"], "verified"),
        ("holds", ["fails", "holds"], "vacuous"),
        ("holds", ["inconclusive", "holds"], "vacuous"),
        ("holds", ["fails", "inconclusive"], "inconclusive"),
        ("inconclusive", ["fails"], "inconclusive"),
        ("inconclusive", ["holds"], "inconclusive"),
        ("fails", ["fails"], "refuted"),
        ("fails", ["holds", "inconclusive"], "refuted"),
    ],
)
def test_rule(expectation, controls, word):
    """A claim counts only where its check could have failed."""
    assert rule(expectation, controls).word == word
    assert Verdict[word.upper()].value


def test_a_claim_without_a_control_is_not_ruled_on():
    """It would be verified by a check that cannot fail."""
    with pytest.raises(ValueError, match="without a control"):
        rule("holds", [])


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        (["holds", "holds"], "holds"),
        (["holds", "inconclusive"], "inconclusive"),
        (["inconclusive", "fails"], "fails"),
        (["fails", "holds"], "fails"),
    ],
)
def test_together(outcomes, said):
    """All must hold; one that fails settles it."""
    assert together(outcomes) == said
