"""Files that are whole, cut, or changed in one bit."""

import pytest
from sims.checkpoints.checkpoint_damage import checkpoint_damage

from dlfaq.sim import Replicates


def sim(**given):
    return checkpoint_damage(Replicates("checkpoint_damage", range(8)), **given)


@pytest.mark.parametrize(
    ("damage", "loads", "equal", "sound"), [("none", 1, 1, 1), ("cut", 0, 0, 0), ("flip", 1, 0, 0)]
)
def test_who_notices(damage, loads, equal, sound):
    """A whole file loads; a cut one does not; a flipped bit loads, with a wrong checksum."""
    measured = sim(damage=damage)

    assert measured["loads"].tolist() == [loads] * 8
    assert measured["equal"].tolist() == [equal] * 8
    assert measured["sound"].tolist() == [sound] * 8
