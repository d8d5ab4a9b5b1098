"""A low-rank change of frozen weights."""

import torch
from sims.initialization.lora_start import Adapted, lora_start

from dlfaq.sim import Replicates


def sim(**given):
    return lora_start(Replicates("lora_start", range(2)), **given)


def test_the_change_is_b_times_a():
    """Against the sum of both matrices."""
    layer = Adapted(5, 3, 2, "b-zero")
    layer.weight.normal_()
    layer.bias.normal_()
    layer.b.data.normal_()
    x = torch.randn(4, 5)
    expected = x @ (layer.weight + layer.b @ layer.a).T + layer.bias
    torch.testing.assert_close(layer(x), expected)


def test_nothing_is_changed_at_the_start():
    """Each start has B A = 0, and rows that are copies are equal."""
    for start in ("b-zero", "a-zero", "both-zero", "a-copies"):
        layer = Adapted(5, 3, 2, start)
        assert (layer.b @ layer.a == 0).all()
    assert torch.equal(layer.a[0], layer.a[1])


def test_two_zeros_never_move():
    """And one does."""
    assert (sim(start="both-zero", steps=3)["moved"] == 0).all()
    assert (sim(start="b-zero", steps=3)["moved"] > 0.5).all()
