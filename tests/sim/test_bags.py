"""What is in the bags."""

import torch

from dlfaq.sim import Replicates, digits
from dlfaq.sim.bags import bags_of


def test_a_zero_or_none():
    """As many zeros as the answer says, 0 or 1, at any place."""
    y = digits().y
    index, answers = bags_of(Replicates("name", range(2)), "training", y, "any", 0.625, (200, 16))

    assert index.shape == (2, 200, 16)
    assert torch.equal((y[index] == 0).sum(2), answers)
    assert 0.3 < answers.double().mean() < 0.7
    places = (y[index] == 0).double().mean((0, 1))  # about 1/32 each
    assert places.min() > 0
    assert places.max() < 0.08


def test_most_are_odd_or_most_are_even():
    """Ten of 16 for yes, six for no; with a share of 1 all or none."""
    y = digits().y
    for share, many in ((0.625, 10), (1.0, 16)):
        index, answers = bags_of(Replicates("name", range(2)), "test", y, "most", share, (50, 16))
        odd = (y[index] % 2).sum(2)

        assert torch.equal(odd, torch.where(answers == 1, many, 16 - many))


def test_parts_differ():
    """Bags for training and for the test are drawn apart."""
    y, drawn = digits().y, Replicates("name", range(1))
    one = bags_of(drawn, "training", y, "any", 0.625, (50, 16))
    other = bags_of(drawn, "test", y, "any", 0.625, (50, 16))

    assert not torch.equal(one[0], other[0])
    assert not torch.equal(one[1], other[1])
