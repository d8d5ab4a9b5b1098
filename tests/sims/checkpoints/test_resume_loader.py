"""Loaders that go on in the middle of an epoch."""

import pytest
import torch
from sims.checkpoints.resume_loader import Reader, resume_loader

from dlfaq.sim import Replicates


def sim(count=2, **given):
    return resume_loader(Replicates("resume_loader", range(count)), **given)


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("stop", [15, 25, 40])
def test_it_goes_on(stop, own):
    """In the first epoch, between two, and in the second."""
    measured = sim(stop=stop, own=own)

    assert [measured[name].tolist() for name in ("order", "draws", "unseen")] == [
        [1, 1],
        [1, 1],
        [0, 0],
    ]


@pytest.mark.parametrize(
    ("workers", "stop", "goes_on"), [("new", 40, 1), ("kept", 15, 1), ("kept", 40, 0)]
)
def test_workers(workers, stop, goes_on):
    """Those that start with each epoch are seeded anew; those that stay are not."""
    measured = sim(count=1, workers=workers, stop=stop)

    assert measured["order"].item() == measured["draws"].item() == goes_on


@pytest.mark.parametrize("mistake", ["random numbers", "too early", "place"])
def test_mistakes(mistake):
    """Each gives another order; only a new order leaves rows out."""
    measured = sim(mistake=mistake)

    assert (measured["order"] == 0).all()
    assert (measured["draws"] == 0).all()
    assert (measured["unseen"] > 0).all() == (mistake != "place")


def test_a_lost_generator_costs_the_order_alone():
    """From the second epoch on; in the first one its seed is the same."""
    first, second = (sim(own=True, mistake="generator", stop=stop) for stop in (15, 40))

    assert (first["order"] == 1).all()
    assert (second["order"] == 0).all()
    assert (second["draws"] == 1).all()


def test_a_new_order_misses_what_chance_leaves_out():
    """A share s of the epoch was left; a new order finds each row of it with probability s."""
    unseen = sim(count=8, mistake="random numbers", stop=10)["unseen"]

    assert abs(unseen.mean() - 0.6 * 0.4) < 0.02


def test_it_is_the_loader_that_everybody_uses():
    """Two nested `for`, over epochs and over the loader."""
    with torch.random.fork_rng(devices=[]):
        rows, drawn = Reader(5, "none", own=False).read(50)
        plain = Reader(5, "none", own=False)
        batches = [batch for _ in range(2) for batch in plain.loader]

    assert torch.equal(rows, torch.stack([batch[0] for batch in batches]))
    assert torch.equal(drawn, torch.stack([batch[1] for batch in batches]))
    assert torch.equal(rows[:25].flatten().sort().values, torch.arange(1200))
