"""Disturbances where the answer is known."""

import torch
from sims.normalization.norm_shift import Net, norm_shift
from torch.nn import functional as F

from dlfaq.sim import Replicates, digits


def sim(**given):
    return norm_shift(Replicates("norm_shift", range(2)), **{"layers": 2, "steps": 6, **given})


def test_a_fresh_normalized_unit_has_mean_shift_and_spread_factor():
    """Behind batch normalization the statistics are those of the disturbance and nothing else."""
    net = Net("batch", 2)
    x = torch.randn(64, 64, generator=torch.Generator().manual_seed(0))
    factors, shifts = (
        torch.linspace(0.5, 1.5, 64).view(2, 32),
        torch.linspace(-1, 1, 64).view(2, 32),
    )

    _, means, stds = net(x, factors, shifts)

    torch.testing.assert_close(means, shifts, rtol=0, atol=1e-5)
    torch.testing.assert_close(
        stds, factors * (64 / 63) ** 0.5, rtol=1e-3, atol=0
    )  # std divides by N - 1


def test_without_disturbance_normalized_means_hardly_drift():
    """What is left is the learned shift, beta, which moves slowly."""
    assert (sim(lr=0.01)["drift"] < 1e-3).all()


def test_the_drift_is_that_of_the_disturbance():
    """Two shifts in a row, uniform on [-s, s], differ by s (2 - sqrt 2) in the median.

    Factors near 1 change little.
    """
    measured = sim(lr=0.0, shift=0.5, layers=8, steps=200)

    torch.testing.assert_close(
        measured["drift"], torch.full((2,), 0.5 * (2 - 2**0.5)), rtol=0.06, atol=0
    )


def test_disturbances_are_off_in_testing():
    """With a rate of 0 weights stay; a disturbance could only act through stored statistics."""
    still = sim(normalize="none", lr=0.0, shift=0.0)
    disturbed = sim(normalize="none", lr=0.0, shift=1.0)

    assert torch.equal(still["accuracy"], disturbed["accuracy"])


def test_a_replicate_is_an_ordinary_training():
    """One network, train() with disturbances, then eval().

    After few steps stored statistics are far from a batch's.
    """
    replicates = Replicates("norm_shift", [1])
    net, stacked = Net("batch", 2), replicates.stack("net", lambda: Net("batch", 2))
    net.load_state_dict({name: value[0] for name, value in stacked.weights().items()}, strict=False)
    u, v = (2 * replicates.uniform("disturbances", 2, 6, 2, 32) - 1)[0]  # (steps, layers, 32) each
    data = digits(centred=True)
    spread = data.x.std()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.3)
    for step, index in enumerate(replicates.batches("batches", 1200, 64, 6)[0]):
        loss = F.cross_entropy(
            net(data.x[index] / spread, 1 + u[step] / 4, v[step] / 2)[0], data.y[index]
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    net.eval()
    logits = net(data.x_test / spread, torch.ones(2, 32), torch.zeros(2, 32))[0]
    right = (logits.argmax(1) == data.y_test).double().mean()

    assert abs(sim(shift=0.5, lr=0.3)["accuracy"][1] - right) < 0.004
