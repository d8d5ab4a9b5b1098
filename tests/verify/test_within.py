"""Verifying within a time: what is left out, and that everything has its turn."""

import pytest
from tests.verify.toys import copy_toy

from dlfaq.knowledge.load import load_faq
from dlfaq.verify.ruling import Request
from dlfaq.verify.session import local, record_evidence, verify_claims
from dlfaq.verify.within import TOGETHER, _in_turn, verify_within

GOOD = ("verified", "arms", "swept")


@pytest.fixture
def claims(tmp_path, cache):
    """Three claims of the toy, recorded; nothing is cached."""
    faq = load_faq(copy_toy(tmp_path / "toy"))
    entry = faq.entry("verdicts")
    chosen = [(entry, entry.claim(name)) for name in GOOD]
    record_evidence(faq, verify_claims(faq, chosen, local(1), Request(conditions=True)))
    for path in cache.glob("*/trials.sqlite*"):
        path.unlink()
    return faq, chosen


def within(claims, until, now):
    rulings = verify_within(
        *claims, local(1), Request(), until, first=20261129, clock=lambda: float(now)
    )
    return [ruling.claim for ruling in rulings]


def test_before_the_time_is_over_all_are_verified(claims):
    assert within(claims, until=10, now=9) == [*GOOD]


def test_then_only_what_is_known_has_a_ruling(claims):
    """What another process measured meanwhile is known."""
    assert within(claims, until=10, now=11) == []
    faq, chosen = claims
    verify_claims(faq, chosen[:1], local(1))

    assert within(claims, until=10, now=11) == ["verified"]


def test_what_was_never_recorded_is_verified_however_late(claims):
    faq, chosen = claims
    (faq.root / "evidence" / "verdicts.json").unlink()

    assert within((faq, chosen), until=10, now=11) == [*GOOD]


@pytest.mark.parametrize("entries", [0, 1, 3, TOGETHER, 11])
def test_every_entry_has_its_turn_first(entries):
    """In as many days as there are batches, and each day all follow."""
    claims = [[(f"entry {number}", name) for name in GOOD] for number in range(entries)]
    everything = sorted(one for some in claims for one in some)
    firsts = set()
    for day in range(20):
        order = [one for batch in _in_turn(claims, day) for one in batch]
        assert sorted(order) == everything
        firsts |= {one[0] for one in order[: TOGETHER * len(GOOD)]}

    assert len(firsts) == entries
