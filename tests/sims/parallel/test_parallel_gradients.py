"""Averages over processes against PyTorch's own layers, in one process and in DDP."""

import pytest
import torch
from sims.parallel.parallel_gradients import parallel_gradients
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from dlfaq.sim import Replicates, digits
from dlfaq.sim.processes import run_ranks


def sim(**given):
    return parallel_gradients(Replicates("parallel_gradients", range(3)), **given)


def one_network(number, norm=None):
    """The network and the batch of one replicate, made with torch.nn alone."""
    replicates = Replicates("parallel_gradients", range(3))
    net = replicates.stack("net", lambda: nn.Sequential(nn.Linear(64, 16), nn.Linear(16, 10)))
    first, second = nn.Linear(64, 16).double(), nn.Linear(16, 10).double()
    for layer, weights in (
        (first, list(net.parameters())[:2]),
        (second, list(net.parameters())[2:]),
    ):
        layer.weight.data, layer.bias.data = (
            weights[0][number].double().data,
            weights[1][number].double().data,
        )
    layers = [first, *([norm] if norm else []), nn.ReLU(), second]
    index = replicates.permutation("images", 1200)[number, :64]
    x, y, *_ = digits(centred=True)
    return nn.Sequential(*layers), x[index].double(), y[index]


def gradient(net, x, y):
    net.zero_grad()
    nn.functional.cross_entropy(net(x), y).backward()
    return torch.cat([p.grad.flatten() for p in net.parameters()])


def distance(average, large):
    return (average - large).norm() / large.norm()


def test_uneven_shards_against_a_loop():
    """The plain mean of four gradients, computed one after the other."""
    net, x, y = one_network(1)
    parts = [
        gradient(net, a, b)
        for a, b in zip(x.split([4, 8, 16, 36]), y.split([4, 8, 16, 36]), strict=True)
    ]
    expected = distance(torch.stack(parts).mean(0), gradient(net, x, y))

    torch.testing.assert_close(sim(shards="uneven")["difference"][1], expected)


@pytest.mark.parametrize(
    ("name", "norm"),
    [
        ("batch", nn.BatchNorm1d(16, affine=False, track_running_stats=False)),
        ("layer", nn.LayerNorm(16, elementwise_affine=False)),
    ],
)
def test_normalization_against_pytorch(name, norm):
    """Four shards of 16, each through PyTorch's layer by itself."""
    net, x, y = one_network(2, norm.double())
    large = gradient(net, x, y)
    expected = distance(
        torch.stack(
            [gradient(net, *part) for part in zip(x.chunk(4), y.chunk(4), strict=True)]
        ).mean(0),
        large,
    )

    torch.testing.assert_close(sim(norm=name)["difference"][2], expected, atol=1e-13, rtol=1e-6)


def _ddp(net, x, y):
    from torch import distributed

    net = DistributedDataParallel(net)
    rank = distributed.get_rank()
    nn.functional.cross_entropy(net(x.chunk(4)[rank]), y.chunk(4)[rank]).backward()
    return torch.cat([p.grad.flatten() for p in net.parameters()])


def test_pytorchs_own_wrapper_gives_the_large_batchs_gradient():
    """What the simulation does by hand is what DistributedDataParallel does."""
    net, x, y = one_network(0)
    for average in run_ranks(_ddp, 4, net, x, y):
        assert distance(average, gradient(net, x, y)) < 1e-14
    assert (sim()["difference"] < 1e-14).all()


def test_one_rank_is_the_large_batch():
    """Nothing to average."""
    assert (sim(ranks=1, norm="batch")["difference"] == 0).all()


def test_synchronized_statistics_are_those_of_the_batch():
    """Their gradients flow through all ranks."""
    for ranks in (2, 4):
        assert (sim(norm="synchronized batch", ranks=ranks)["difference"] < 1e-14).all()


def test_apart_is_the_rank_that_is_farthest_off(monkeypatch):
    """Four ranks; the averages of two were tampered with, by 1 and by -2 in one weight."""

    def tampered(function, ranks, *inputs):
        averages = [average.clone() for average in run_ranks(function, ranks, *inputs)]
        for average, error in zip(averages, (0, 1, -2, 0), strict=True):
            average[1, 7] += error
        return averages

    monkeypatch.setattr("sims.parallel.parallel_gradients.run_ranks", tampered)
    assert sim(ranks=4)["apart"].round(decimals=9).tolist() == [0, 2, 0]
