"""Training on ranks against plain loops in one process."""

import torch
from sims.parallel.parallel_training import parallel_training
from torch import nn
from torch.utils.data import DistributedSampler

from dlfaq.sim import Replicates, digits
from dlfaq.sim.processes import run_ranks

SMALL = {"epochs": 2, "examples": 256, "batch": 16, "lr": 0.1}


def sim(**given):
    return parallel_training(Replicates("parallel_training", range(2)), **SMALL | given)


def loop(number, ranks, batch, lr=0.1):
    """The same run with torch.nn and batches put together from all ranks: loss and accuracy."""
    replicates = Replicates("parallel_training", range(2))
    seed = replicates.integers("seed", 2**31).tolist()[number]
    stacked = replicates.stack(
        "net", lambda: nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    )
    net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    for mine, theirs in zip(net.parameters(), stacked.parameters(), strict=True):
        mine.data = theirs[number].detach().clone()
    x, y, x_test, y_test = digits(centred=True)
    x, y = x[:256], y[:256]
    samplers = [
        DistributedSampler(range(256), num_replicas=ranks, rank=rank, seed=seed)
        for rank in range(ranks)
    ]
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    for epoch in range(2):
        for sampler in samplers:
            sampler.set_epoch(epoch)
        orders = torch.tensor([list(sampler) for sampler in samplers])
        for index in orders.split(batch, 1):
            loss = nn.functional.cross_entropy(net(x[index.flatten()]), y[index.flatten()])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    with torch.no_grad():
        right = (net(x_test).argmax(1) == y_test).double().mean()
        return nn.functional.cross_entropy(net(x), y), right


def test_ranks_train_as_one_process_with_their_batches_together():
    """One, two and four ranks, against a loop over the images of all ranks."""
    for ranks in (1, 2, 4):
        measured = sim(ranks=ranks)
        assert (measured["steps"] == 2 * 256 / 16 / ranks).all()
        assert (measured["apart"] == 0).all()
        for number in range(2):
            loss, right = loop(number, ranks, 16)
            torch.testing.assert_close(measured["loss"][number], loss, rtol=1e-4, atol=1e-5)
            assert abs(measured["accuracy"][number] - right) < 0.005


def test_without_a_step_nothing_is_learned():
    """A learning rate of 0 leaves the first loss, ln 10 and a little."""
    assert (sim(lr=0.0)["loss"] - 2.3026).abs().max() < 0.2


def test_apart_is_the_rank_that_is_farthest_off(monkeypatch):
    """Rank 1's last bias was tampered with, in the first replicate."""

    def tampered(function, ranks, *inputs):
        results = run_ranks(function, ranks, *inputs)
        results[1][0][-1][0, 3] += 5
        return results

    monkeypatch.setattr("sims.parallel.parallel_training.run_ranks", tampered)
    assert sim(ranks=2)["apart"].round(decimals=4).tolist() == [5, 0]
