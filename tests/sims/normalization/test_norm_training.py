"""Deep networks in training against the plain loop over PyTorch's own layers."""

from functools import partial

import pytest
import torch
from sims.normalization.norm_training import STARTS, norm_training
from tests.sims.plain_networks import deep, with_weights
from torch.nn import functional as F

from dlfaq.sim import Replicates, digits
from dlfaq.sim.deep import Deep


def sim(**given):
    return norm_training(Replicates("norm_training", range(2)), **{"steps": 8, **given})


@pytest.mark.parametrize("norm", ["none", "batch"])
@pytest.mark.parametrize("start", ["he", "xavier", "default"])
def test_a_replicate_is_an_ordinary_training(norm, start):
    """One network, one optimizer on the first 1000 images, then `eval()` and the test images."""
    measured = sim(norm=norm, start=start, layers=3, lr=0.3)
    replicates = Replicates("norm_training", range(2))
    make = partial(Deep, [64, 32, 32, 32, 10], "relu", norm, **STARTS[start])
    weights = replicates.stack("net", make).weights()
    net = with_weights(deep(3, norm), weights, 1)
    data = digits(centred=True)
    spread, losses = data.x.std(), []
    descent = torch.optim.SGD(net.parameters(), lr=0.3)
    for index in replicates.batches("batches", 1000, 32, 8)[1]:
        loss = F.cross_entropy(net(data.x[index] / spread), data.y[index])
        descent.zero_grad()
        loss.backward()
        descent.step()
        losses.append(loss.item())
    net.eval()
    right = (net(data.x_test / spread).argmax(1) == data.y_test).double().mean()

    torch.testing.assert_close(measured["loss_at"][1], torch.tensor(losses), rtol=1e-3, atol=1e-4)
    assert abs(measured["accuracy"][1] - right) < 0.006


def test_he_and_xavier_scale_the_weights_and_default_keeps_them():
    """Squared weights of a layer of 32 inputs add up to 2, 1 and 1/3 for each unit."""
    for start, total in {"he": 2, "xavier": 1, "default": 1 / 3}.items():
        net = Deep([64, 32, 32, 10], "relu", **STARTS[start])
        found = net.linear[1].weight.square().sum(1).mean().item()
        assert total / 1.3 < found < total * 1.3


@pytest.mark.parametrize("data", ["parity", "cancer", "wine"])
def test_other_data_and_a_tuned_rate(data):
    """They run, and learn more than the largest class."""
    measured = sim(norm="batch", layers=2, data=data, tune=True, steps=60)

    assert (measured["accuracy"] > 0.7).all()
    assert (measured["picked"] > 0).all()


def test_scaled_skips_carry_a_deep_network():
    """Twenty layers with PyTorch's own weights are silent without them."""
    given = {"layers": 20, "start": "default", "lr": 0.3, "steps": 60}

    assert (sim(**given)["accuracy"] < 0.2).all()
    assert (sim(**given, skips=True)["accuracy"] > 0.5).all()


def test_steps_to_one_looks_at_five_batches():
    """The first five losses in a row with a mean below 1 end at that step."""
    measured = sim(norm="batch", layers=2, lr=0.3, steps=40)
    for loss, step in zip(measured["loss_at"], measured["steps_to_one"].tolist(), strict=True):
        below = [n for n in range(5, 41) if loss[n - 5 : n].mean() < 1]
        assert step == below[0]
    assert sim(lr=0.0)["steps_to_one"].tolist() == [9, 9]
