"""Training a deep network against the plain loop over PyTorch's own layers."""

from functools import partial

import pytest
import torch
from sims.depth.deep_digits import deep_digits
from tests.sims.plain_networks import deep, with_weights
from torch import nn
from torch.nn import functional as F

from dlfaq.sim import Replicates, digits
from dlfaq.sim.deep import Deep


def sim(**given):
    return deep_digits(Replicates("deep_digits", range(3)), **given)


@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
@pytest.mark.parametrize(("gain", "last_gain"), [(0.7, 1.0), (1.4, 0.0), (0.0, 0.0)])
def test_a_replicate_is_an_ordinary_training(norm, gain, last_gain):
    """One network, one optimizer, `clip_grad_norm_`, then `eval()`."""
    given = {"layers": 3, "activation": "relu", "norm": norm, "gain": gain, "last_gain": last_gain}
    measured = sim(**given, lr=0.3, steps=8, batch=16, clip=0.5, examples=400)
    alone = Replicates("deep_digits", range(3))
    make = partial(Deep, [64, 32, 32, 32, 10], "relu", norm, gain=gain, last_gain=last_gain)
    net = with_weights(deep(3, norm), alone.stack("net", make).weights(), 1)
    first, last = (module.weight for module in (net[0], net[6]))
    starts = [weight.detach().clone() for weight in (first, last)]
    data = digits(centred=True)
    spread, losses = data.x.std(), []
    descent = torch.optim.SGD(net.parameters(), lr=0.3)
    for index in alone.batches("batches", 400, 16, 8)[1]:
        loss = F.cross_entropy(net(data.x[index] / spread), data.y[index])
        descent.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 0.5)
        descent.step()
        losses.append(loss.item())
    net.eval()

    torch.testing.assert_close(measured["loss_at"][1], torch.tensor(losses), rtol=1e-3, atol=1e-4)
    for metric, x, y in (
        ("accuracy", data.x_test, data.y_test),
        ("train_accuracy", data.x[:400], data.y[:400]),
    ):
        right = (net(x / spread).argmax(1) == y).double().mean()
        assert abs(measured[metric][1] - right) < 0.006
    for metric, weight, start in zip(
        ("first_change", "last_change"), (first, last), starts, strict=True
    ):
        change = (weight.detach() - start).norm() / start.norm()
        torch.testing.assert_close(measured[metric][1], change, rtol=1e-3, atol=1e-5)


def test_what_breaks_is_reported_in_finite_numbers():
    """Weights that overflow give 1s and the caps, never NaN."""
    measured = sim(activation="relu", layers=30, gain=6.0, steps=3)

    assert measured["broke"].all()
    assert (measured["loss"] == 1000).all()
    assert (measured["loss_at"][:, 1:] == 10).all()
    assert (measured["first_change"] == 1000).all()


def test_no_learning_rate_no_change():
    """At rate 0 nothing moves and nothing breaks."""
    measured = sim(lr=0.0, steps=20)

    assert (measured["first_change"] == 0).all()
    assert not measured["broke"].any()


@pytest.mark.parametrize("data", ["parity", "cancer", "wine"])
def test_other_data_and_a_tuned_rate(data):
    """They run, and learn more than the largest class."""
    measured = sim(activation="relu", layers=2, data=data, tune=True, steps=60)

    assert (measured["accuracy"] > 0.7).all()
    assert (measured["picked"] > 0).all()
