"""Resumed runs, against a plain loop over ordinary modules."""

import copy
import io

import pytest
import torch
from sims.checkpoints.resume_training import Network, resume_training
from torch import nn

from dlfaq.sim import Replicates, digits


def sim(**given):
    return resume_training(Replicates("resume_training", range(3)), **given)


def plain(
    replicate, *, resumed, restore=("optimizer", "schedule", "generator", "place"), stop=4, steps=8
):
    """One ordinary network with the usual loop.

    If asked to, it stops and is restored in new objects.
    """
    alone = Replicates("resume_training", [replicate])
    order = alone.batches("batches", 1200, 48, steps)[0]
    seed, other_seed = alone.integers("seeds", 2**31, 2)[0].tolist()
    data = digits(centred=True)
    x = data.x / data.x.std()

    def fresh(name, seed):
        net = Network()
        state = alone.stack(name, Network).state_dict()
        net.load_state_dict({key: state[key.replace(".", "__")][0] for key in net.state_dict()})
        optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
        return net, optimizer, schedule, torch.Generator().manual_seed(seed)

    net, optimizer, schedule, generator = fresh("net", seed)
    place = 0
    for step in range(steps):
        if step == stop and resumed:
            file = io.BytesIO()
            states = [part.state_dict() for part in (net, optimizer, schedule)]
            torch.save([*states, generator.get_state(), place], file)
            file.seek(0)
            saved = torch.load(file, weights_only=True)
            net, optimizer, schedule, generator = fresh("another net", other_seed)
            net.load_state_dict(saved[0])
            if "optimizer" in restore:
                optimizer.load_state_dict(saved[1])
            if "schedule" in restore:
                schedule.load_state_dict(saved[2])
            if "generator" in restore:
                generator.set_state(saved[3])
            place = saved[4] if "place" in restore else 0
        index = order[place]
        mask = (torch.rand(48, 32, generator=generator) >= 0.2).float() / 0.8
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(x[index], mask), data.y[index]).backward()
        optimizer.step()
        schedule.step()
        place += 1
    test = net.eval()(data.x_test / data.x.std()).detach()
    return copy.deepcopy([p.detach() for p in net.parameters()]), test


ALL = ("optimizer", "schedule", "generator", "place")


@pytest.mark.parametrize(
    ("forget", "restore"),
    [
        ("nothing", ALL),
        ("optimizer", ("schedule", "generator", "place")),
        ("schedule", ("optimizer", "generator", "place")),
        ("dropout", ("optimizer", "schedule", "place")),
        ("data", ("optimizer", "schedule", "generator")),
        ("all", ()),
    ],
)
def test_it_is_the_plain_loop(forget, restore):
    """What is forgotten costs as much in an ordinary loop as in the stacked one."""
    measured = sim(forget=forget, stop=4, steps=8)
    for replicate in (0, 2):
        weights, test = plain(replicate, resumed=False)
        others, other_test = plain(replicate, resumed=True, restore=restore)
        difference = max((p - q).abs().max() for p, q in zip(weights, others, strict=True))
        torch.testing.assert_close(measured["weights"][replicate], difference, rtol=2e-2, atol=1e-5)
        torch.testing.assert_close(
            measured["outputs"][replicate], (test - other_test).abs().max(), rtol=2e-2, atol=1e-4
        )
        assert measured["exact"][replicate] == (forget == "nothing")


@pytest.mark.parametrize("stop", [1, 25, 49])
def test_where_it_stops_does_not_matter(stop):
    """In the middle of an epoch, between two, one step before the end: bit for bit."""
    measured = sim(stop=stop)

    assert (measured["exact"] == 1).all()
    assert (measured["weights"] == 0).all()
    assert (measured["lost"] == 0).all()


def test_forgotten_buffers_leave_the_weights_alone():
    """Training never reads the running statistics; evaluation does."""
    measured = sim(forget="buffers")

    assert (measured["weights"] == 0).all()
    assert (measured["outputs"] > 0).all()
    assert (measured["exact"] == 0).all()
