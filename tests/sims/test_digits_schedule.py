"""Training on digits against a plain loop over seeds."""

import torch
from sims.digits_schedule import digits_schedule
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR

from dlfaq.sim import Replicates, digits


def test_the_stacked_run_equals_a_plain_loop():
    """One network after the other with torch.optim and CosineAnnealingLR gives the same losses."""
    measured = digits_schedule(Replicates("digits_schedule", range(4)), lr=0.1, steps=40, horizon=40)
    drawn = Replicates("digits_schedule", range(4))
    nets = drawn.stack("net", lambda: nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)))
    batches = drawn.batches("batches", 1200, 32, 40)
    data = digits()
    for i in range(4):
        net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
        net.load_state_dict({name: value[i].detach() for name, value in nets.weights().items()})
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
        rate = CosineAnnealingLR(optimizer, T_max=40)
        for index in batches[i]:
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(data.x[index]), data.y[index]).backward()
            optimizer.step()
            rate.step()

        torch.testing.assert_close(measured["train_loss"][i], nn.functional.cross_entropy(net(data.x), data.y).detach())
        right = (net(data.x_test).argmax(1) == data.y_test).double().mean()
        assert abs(measured["accuracy"][i] - right) < 0.004  # at most two of 597 images lie on the edge


def test_a_rate_of_zero_learns_nothing():
    """Whatever the schedule, the network stays the one it began as."""
    runs = [
        digits_schedule(Replicates("digits_schedule", range(4)), schedule, lr=0.0) for schedule in ("cosine", "drops")
    ]

    assert torch.equal(runs[0]["train_loss"], runs[1]["train_loss"])
