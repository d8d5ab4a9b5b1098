"""Orders of images whose counts are known."""

import torch
from sims.checkpoints.resume_order import resume_order

from dlfaq.sim import Replicates


def sim(**given):
    return resume_order(Replicates("resume_order", range(8)), **given)


def test_place_and_state_go_through_the_epoch_once():
    """Every image exactly once, wherever it stopped."""
    for stop in (1, 12, 24):
        measured = sim(stop=stop)
        assert (measured["unseen"] == 0).all()
        assert (measured["twice"] == 0).all()


def test_the_same_seed_repeats_what_was_seen():
    """With nothing saved and one seed, the batches after the stop repeat the first ones."""
    measured = sim(saved="nothing", stop=15)
    torch.testing.assert_close(measured["unseen"], torch.full((8,), 10 / 25, dtype=torch.float64))
    torch.testing.assert_close(measured["twice"], torch.full((8,), 10 / 25, dtype=torch.float64))
    assert (measured["same_first"] == 1).all()

    late = sim(saved="nothing", stop=24)  # the one batch that is left repeats the first one
    torch.testing.assert_close(late["twice"], torch.full((8,), 1 / 25, dtype=torch.float64))


def test_what_is_seen_twice_leaves_as_many_unseen():
    """There are as many places as images."""
    for saved in ("state", "nothing"):
        measured = sim(saved=saved, new_seed=True)
        torch.testing.assert_close(measured["unseen"], measured["twice"])


def test_a_new_order_is_a_draw_without_replacement():
    """A share s of the images is left; a new order finds each of them with probability s."""
    for given in ({"saved": "state"}, {"saved": "nothing", "new_seed": True}):
        unseen = resume_order(Replicates("resume_order", range(100)), stop=10, **given)["unseen"]
        assert abs(unseen.mean() - 0.6 * 0.4) < 0.01
