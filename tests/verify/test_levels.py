"""Which error probability an interval may spend."""

import pytest

from dlfaq.verify.levels import FALSE_ALARM, SIDE_ALPHA, level, side_alpha


@pytest.mark.parametrize("sides", [1, 2, 3, 500, 512, 513, 2000, 100_000])
def test_all_looks_at_all_sides_together_spend_no_more_than_the_promise(sides):
    """Over any number of looks, over all points and sides; and at least half of it is used."""
    spent = sum(level(3, look, side_alpha(sides)) for look in range(1, 60)) * 3 * sides

    assert FALSE_ALARM / 2 < spent <= FALSE_ALARM


def test_a_new_claim_rarely_changes_the_level():
    """The number of sides is rounded up to a power of two."""
    assert {side_alpha(sides) for sides in range(1025, 2049)} == {SIDE_ALPHA}
    assert side_alpha(1) == FALSE_ALARM
    assert level(1, 1) == SIDE_ALPHA / 2
