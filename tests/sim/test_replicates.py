"""Replicates are independent, reproducible alone, and paired between arms."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from dlfaq.sim import Replicates

DRAWS = {
    "normal": lambda r: r.normal("x", 5, 3),
    "uniform": lambda r: r.uniform("x", 7),
    "integers": lambda r: r.integers("x", 10, 20),
    "permutation": lambda r: r.permutation("x", 12),
    "batches": lambda r: r.batches("x", 10, 3, 8),
    "weights": lambda r: r.stack("x", lambda: nn.Linear(4, 2)).weights()["weight"].detach(),
}


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
@settings(max_examples=15)
@given(numbers=st.lists(st.integers(0, 10_000), min_size=1, max_size=6, unique=True))
def test_a_replicate_is_the_same_alone_or_in_company(draw, numbers):
    """Whoever else is computed, replicate i draws the same numbers."""
    together = draw(Replicates("sim", numbers))

    for place, number in enumerate(numbers):
        assert torch.equal(together[place], draw(Replicates("sim", [number]))[0])


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
def test_replicates_differ(draw):
    """Two replicates, and two simulations, do not share their numbers."""
    a, b = draw(Replicates("sim", [0, 1]))
    c = draw(Replicates("other", [0]))[0]

    assert not torch.equal(a, b)
    assert not torch.equal(a, c)


def test_draws_do_not_depend_on_their_order():
    """An arm that draws more than another still gets the same numbers under the same names."""
    few, many = Replicates("sim", range(3)), Replicates("sim", range(3))
    many.normal("more", 100)

    assert torch.equal(few.normal("x", 4), many.normal("x", 4))


def test_a_name_can_be_drawn_once():
    """A second draw under one name would repeat the numbers: it is refused."""
    replicates = Replicates("sim", range(2))
    replicates.normal("x", 4)

    with pytest.raises(ValueError, match="'x' is drawn twice"):
        replicates.uniform("x", 4)


def test_no_replicates_are_refused():
    """An empty range is a mistake, not an empty answer."""
    with pytest.raises(ValueError, match="at least one replicate"):
        Replicates("sim", range(0))


def test_building_networks_leaves_the_global_generator_alone():
    """PyTorch initializes from the global generator; it is put back."""
    torch.manual_seed(0)
    before = torch.get_rng_state()
    Replicates("sim", range(3)).stack("net", lambda: nn.Linear(3, 3))

    assert torch.equal(before, torch.get_rng_state())


def test_batches_visit_every_row_once_an_epoch():
    """Mini-batches are epochs of a fresh order each, without what does not fill a batch."""
    batches = Replicates("sim", range(2)).batches("order", n=10, size=3, steps=7)

    assert batches.shape == (2, 7, 3)
    for replicate in batches:
        epochs = replicate[:6].reshape(2, 9)
        assert all(len(set(epoch.tolist())) == 9 for epoch in epochs)
        assert not torch.equal(epochs[0], epochs[1])


def test_a_batch_larger_than_the_data_is_refused():
    """The message names both numbers."""
    with pytest.raises(ValueError, match="a batch of 11 cannot be drawn from 10 examples"):
        Replicates("sim", range(2)).batches("order", n=10, size=11, steps=1)


def test_same_gives_every_replicate_one_tensor():
    """Shared data gets the replicate dimension without a copy."""
    data = torch.arange(6.0).view(2, 3)
    shared = Replicates("sim", range(4)).same(data)

    assert shared.shape == (4, 2, 3)
    assert shared.data_ptr() == data.data_ptr()


def test_normal_numbers_are_normal():
    """Mean 0 and variance 1 over replicates, to five standard errors."""
    x = Replicates("sim", range(400)).normal("x", 100)

    assert abs(x.mean()) < 5 / 200
    assert abs(x.var() - 1) < 5 * 2**0.5 / 200
