"""Sharded training: the step of one process, and bytes counted by hand."""

import pytest
from sims.parallel.sharded_parallel import sharded_parallel

from dlfaq.sim import Replicates

WEIGHTS = 4 * 2 * 32 * 128 * 4  # bytes of 4 blocks of width 32


def sim(**given):
    return sharded_parallel(Replicates("sharded_parallel", range(2)), **given)


@pytest.mark.parametrize("optimizer", ["Adam", "SGD"])
@pytest.mark.parametrize("shard", ["nothing", "states", "gradients", "weights", "units"])
def test_the_step_is_that_of_one_process(shard, optimizer):
    """To the rounding of float32."""
    assert (sim(shard=shard, optimizer=optimizer)["difference"] < 1e-4).all()


@pytest.mark.parametrize("ranks", [1, 2, 4])
@pytest.mark.parametrize(
    ("shard", "parts"), [("nothing", ""), ("states", "s"), ("gradients", "gs"), ("weights", "pgs")]
)
def test_bytes_by_hand(shard, parts, ranks):
    """What is sharded is divided by the ranks, the rest is whole; activations are the shard's."""
    measured = sim(shard=shard, ranks=ranks)
    for letter, sort, whole in (
        ("p", "parameters", WEIGHTS),
        ("g", "gradients", WEIGHTS),
        ("s", "states", 2 * WEIGHTS),
    ):
        assert (measured[sort] == (whole / ranks if letter in parts else whole)).all()
    assert (measured["activations"] == (4 * 5 + 1) * 32 * 64 * 4 / ranks).all()


def test_sgd_has_no_state():
    """Sharded or not."""
    assert (sim(optimizer="SGD")["states"] == 0).all()
    assert (sim(optimizer="SGD", shard="states")["states"] == 0).all()


@pytest.mark.parametrize("ranks", [1, 2, 4])
def test_cut_units_by_hand(ranks):
    """The inner units' numbers are cut, those between the blocks and the loss's are whole."""
    measured = sim(shard="units", ranks=ranks)
    for sort, whole in (("parameters", WEIGHTS), ("gradients", WEIGHTS), ("states", 2 * WEIGHTS)):
        assert (measured[sort] == whole / ranks).all()
    inner, between, loss = 4 * 128 / ranks, 4 * 32, 32
    assert (measured["activations"] == (inner + between + loss) * 64 * 4).all()


def test_sizes_follow_the_arguments():
    """Twice the blocks are twice the weights, twice the examples twice the activations."""
    cut = {"shard": "units", "ranks": 2}
    assert (sim(blocks=8, **cut)["parameters"] == 2 * sim(**cut)["parameters"]).all()
    assert (sim(examples=128, **cut)["activations"] == 2 * sim(**cut)["activations"]).all()
