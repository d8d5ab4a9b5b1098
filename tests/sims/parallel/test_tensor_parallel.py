"""Cut matrices: gradients of the whole, and bytes counted by hand."""

import pytest
from sims.parallel.tensor_parallel import tensor_parallel

from dlfaq.sim import Replicates


def sim(**given):
    return tensor_parallel(Replicates("tensor_parallel", range(2)), **given)


@pytest.mark.parametrize("ranks", [1, 2, 4])
def test_gradients_put_together_are_those_of_one_process(ranks):
    """To the rounding of float32."""
    assert (sim(ranks=ranks)["difference"] < 1e-5).all()


def test_bytes_by_hand():
    """Width 32, 4 blocks, 64 examples, float32: 4 * 2 * 32 * 128 weights; 5 * 32 numbers kept an example and block."""
    for ranks in (1, 2, 4):
        measured = sim(ranks=ranks)
        weights = 4 * 2 * 32 * 128 * 4 // ranks
        assert (measured["parameters"] == weights).all()
        assert (measured["gradients"] == weights).all()
        assert (measured["states"] == 2 * weights).all()
        inner, between, loss = 4 * 128 // ranks, 4 * 32, 32
        assert (measured["activations"] == (inner + between + loss) * 64 * 4).all()


def test_sizes_follow_the_arguments():
    """Twice the blocks are twice the weights, twice the examples twice the activations."""
    assert (sim(blocks=8)["parameters"] == 2 * sim()["parameters"]).all()
    assert (sim(examples=128)["activations"] == 2 * sim()["activations"]).all()
