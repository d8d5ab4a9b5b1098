"""An outcome is a word and a sentence."""

import itertools

import pytest

from dlfaq.evidence.verdict import Verdict, rule, together, verdict_of

OUTCOMES = ("holds", "fails", "inconclusive")


@pytest.mark.parametrize(
    ("own", "holds", "fails", "word"),
    [
        ("holds", [], ["fails"], "verified"),
        ("holds", ["holds", "holds"], ["fails", "fails"], "verified"),
        ("holds", [], ["fails", "holds"], "vacuous"),
        ("holds", ["fails"], ["inconclusive", "holds"], "vacuous"),
        ("holds", ["holds", "fails"], ["fails"], "overstated"),
        ("holds", ["fails"], ["inconclusive"], "overstated"),
        ("holds", ["inconclusive"], ["fails"], "inconclusive"),
        ("holds", [], ["fails", "inconclusive"], "inconclusive"),
        ("inconclusive", ["holds"], ["fails"], "inconclusive"),
        ("inconclusive", ["fails"], ["holds"], "inconclusive"),
        ("fails", ["holds"], ["fails"], "refuted"),
        ("fails", [], ["holds", "inconclusive"], "refuted"),
    ],
)
def test_rule(own, holds, fails, word):
    """A claim counts only where its check could have failed, and only as far as it was shown."""
    assert rule(own, named(holds), named(fails)).word == word


def named(outcomes):
    return {f"condition-{number}": outcome for number, outcome in enumerate(outcomes)}


def test_a_claim_is_verified_in_one_case_only():
    """It holds, everywhere it says so, and fails at every control."""
    cases = list(itertools.product(OUTCOMES, repeat=3))
    verified = [
        one for one in cases if rule(one[0], {"a": one[1]}, {"b": one[2]}) is Verdict.VERIFIED
    ]

    assert verified == [("holds", "holds", "fails")]


def test_a_claim_without_a_control_is_not_ruled_on():
    """It would be verified by a check that cannot fail."""
    with pytest.raises(ValueError, match="without a control"):
        rule("holds", {}, {})


def test_a_verdict_is_one_record():
    """A word, a sentence, a mark and a colour; only one is good."""
    for verdict in Verdict:
        assert verdict_of(verdict.word) is verdict
        assert len(verdict.mark) == 1
        assert verdict.sentence
        assert verdict.colour in {"green", "yellow", "red"}
    assert [verdict.word for verdict in Verdict if verdict.is_good] == ["verified"]
    assert len({verdict.mark for verdict in Verdict}) == len(Verdict)


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
