"""What ranks draw, where it can be counted."""

import torch
from sims.parallel.rank_sampling import rank_sampling
from torch import nn
from torch.utils.data import DistributedSampler

from dlfaq.sim import Replicates, digits


def sim(count=4, **given):
    return rank_sampling(Replicates("rank_sampling", range(count)), **given)


def test_one_seed_is_one_rank():
    """The average of equal gradients is that gradient; the images are one rank's."""
    measured = sim(sampling="one seed")
    torch.testing.assert_close(measured["noise"], torch.ones(4))
    assert (measured["distinct"] == 0.25).all()
    assert (measured["twice"] == 256).all()


def test_the_first_epoch_of_a_sampler_is_shared_without_rest():
    """And without set_epoch it is the second one as well."""
    for sampling in ("sampler", "no set_epoch"):
        measured = sim(sampling=sampling)
        assert (measured["distinct"] == 1).all()
        assert (measured["twice"] == 0).all()
    assert (measured["repeated"] == 1).all()
    assert (measured["seen"] == 0.25).all()
    assert (sim(sampling="sampler", examples=1030)["twice"] == 2).all()
    assert (sim(sampling="no set_epoch", epochs=2, ranks=2)["seen"] == 0.5).all()


def test_one_process_draws_what_all_ranks_draw():
    """With a sampler and one seed; not if each rank has a seed of its own."""
    for sampling, as_one in (("sampler", 1), ("sampler seeded by rank", 0), ("own seeds", 0)):
        assert (sim(sampling=sampling, batch=8)["as_one"] == as_one).all()


def test_seen_is_what_pytorchs_sampler_shows():
    """Rank 0's images of three epochs, from the sampler called by hand."""
    seeds = Replicates("rank_sampling", range(4)).integers("seed", 2**31).tolist()
    for seed, seen in zip(seeds, sim()["seen"], strict=True):
        sampler = DistributedSampler(range(1024), num_replicas=4, rank=0, seed=seed)
        images = set()
        for epoch in range(3):
            sampler.set_epoch(epoch)
            images |= set(sampler)
        assert seen == len(images) / 1024


def test_own_seeds_overlap_as_chance_has_it():
    """An image is missed by all four with probability (3/4)^4.

    The noise is that of four independent draws.
    """
    measured = sim(16, sampling="own seeds")
    assert abs(measured["distinct"].mean() - (1 - 0.75**4)) < 0.01
    assert abs(measured["noise"].mean() - 0.25) < 0.02


def test_noise_against_a_loop():
    """Two ranks with seeds of their own, two epochs of two steps: gradients one by one."""
    replicates = Replicates("rank_sampling", range(1))
    seed = replicates.integers("seed", 2**31).tolist()[0]
    weight = next(replicates.stack("net", lambda: nn.Linear(64, 10)).parameters())[0].detach()
    x, y, *_ = digits(centred=True)

    def gradient(index):
        copy = weight.clone().requires_grad_()
        nn.functional.cross_entropy(x[index] @ copy.T, y[index]).backward()
        return copy.grad

    generators = [torch.Generator().manual_seed(seed + rank) for rank in range(2)]
    every = gradient(torch.arange(64))
    own = both = 0.0
    for _ in range(2):
        orders = [torch.randperm(64, generator=generator)[:32] for generator in generators]
        for step in range(2):
            parts = [gradient(order[16 * step : 16 * step + 16]) for order in orders]
            own += (parts[0] - every).square().sum()
            both += ((parts[0] + parts[1]) / 2 - every).square().sum()

    measured = sim(1, sampling="own seeds", ranks=2, epochs=2, examples=64)["noise"]
    torch.testing.assert_close(measured[0], both / own)
