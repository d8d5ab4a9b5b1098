"""Stopped scripts: what one mistake costs, and that the script is the loop everybody writes."""

import pytest
import torch
from sims.checkpoints.resume_training import Script, resume_training
from torch import nn
from torch.utils.data import DataLoader, Dataset

from dlfaq.sim import Replicates

SETTINGS = (True, "cosine", 0.2, 0.1)
MISTAKES = [
    "optimizer",
    "scheduler",
    "buffers",
    "random numbers",
    "random numbers too early",
    "place",
]


def sim(**given):
    return resume_training(Replicates("resume_training", range(2)), **given)


def test_the_script_is_the_loop_that_everybody_writes():
    """Two nested `for`, over epochs and over the loader."""
    with torch.random.fork_rng(devices=[]):
        script = Script(5, *SETTINGS)
        script.train(50)
        plain = Script(5, *SETTINGS)
        for _ in range(2):
            for _, x, y in plain.loader:
                plain.optimizer.zero_grad()
                nn.functional.cross_entropy(plain.net(x), y).backward()
                plain.optimizer.step()
                plain.scheduler.step()

    for ours, theirs in zip(script.net.parameters(), plain.net.parameters(), strict=True):
        assert torch.equal(ours, theirs)


@pytest.mark.parametrize("stop", [1, 15, 25, 49])
def test_where_it_stops_does_not_matter(stop):
    """In the middle of an epoch, between two, one batch before the end: bit for bit."""
    measured = sim(stop=stop)

    assert (measured["exact"] == 1).all()
    assert (measured["weights"] == 0).all()
    assert (measured["unseen"] == 0).all()
    assert (measured["rate"] == 1).all()


@pytest.mark.parametrize("mistake", MISTAKES)
def test_every_mistake_is_another_run(mistake):
    """Each alone is enough."""
    assert (sim(mistake=mistake)["exact"] == 0).all()


def test_forgotten_buffers_leave_the_weights_alone():
    """Training never reads the running statistics; evaluation does."""
    measured = sim(mistake="buffers")

    assert (measured["weights"] == 0).all()
    assert (measured["outputs"] > 0).all()


def test_a_new_order_misses_what_chance_leaves_out():
    """A share s of the epoch was left; a new order finds each image of it with probability s."""
    unseen = resume_training(
        Replicates("resume_training", range(8)), mistake="random numbers", stop=10
    )["unseen"]

    assert abs(unseen.mean() - 0.6 * 0.4) < 0.02


def test_the_rate_of_a_schedule_without_its_optimizer():
    """PyTorch's cosine is a recursion from the rate in the optimizer: what was lost stays lost."""
    lost = sim(mistake="optimizer", stop=50, more=30)
    torch.testing.assert_close(lost["rate"], torch.full((2,), 2.0, dtype=torch.float64))
    torch.testing.assert_close(lost["later"], torch.full((2,), 2.0, dtype=torch.float64))

    late = sim(mistake="scheduler built late", schedule="inverse-sqrt", stop=60)
    torch.testing.assert_close(late["rate"], torch.full((2,), 2.0, dtype=torch.float64))
    torch.testing.assert_close(late["later"], torch.ones(2, dtype=torch.float64))


class Drawn(Dataset):
    """Numbers, each with a random one that is drawn when it is read."""

    def __len__(self):
        return 32

    def __getitem__(self, i):
        return i, torch.rand(()).item()


def test_workers_go_on_too():
    """The order, and what workers draw, come back with the state of the epoch's beginning."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        loader = DataLoader(Drawn(), batch_size=8, shuffle=True, num_workers=2)
        epoch_rng, batches = torch.get_rng_state(), iter(loader)
        for _ in range(2):
            next(batches)
        onward = [[part.tolist() for part in batch] for batch in batches]
        torch.manual_seed(2)
        torch.set_rng_state(epoch_rng)
        batches = iter(loader)
        for _ in range(2):
            next(batches)
        resumed = [[part.tolist() for part in batch] for batch in batches]

    assert onward == resumed
