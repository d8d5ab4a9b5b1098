"""Training with normalization against a plain loop over PyTorch's own layers."""

import pytest
import torch
from sims.norm_digits import _network, norm_digits
from torch.nn import functional as F

from dlfaq.sim import Replicates, digits


@pytest.mark.parametrize("normalize", ["none", "batch", "layer"])
@pytest.mark.parametrize("skip", [False, True])
def test_a_replicate_is_an_ordinary_training(normalize, skip):
    """One network, one optimizer, one order of the images: as everybody writes it, with train() and eval()."""
    given = {"layers": 3, "lr": 0.3, "steps": 8, "batch": 16}
    measured = norm_digits(Replicates("norm_digits", range(2)), normalize=normalize, skip=skip, **given)

    replicates = Replicates("norm_digits", [1])
    net = _network(normalize, 3, 1.4142135, skip=skip)
    stacked = replicates.stack("net", lambda: _network(normalize, 3, 1.4142135, skip=skip))
    net.load_state_dict({name: value[0] for name, value in stacked.weights().items()}, strict=False)
    data = digits(centred=True)
    spread = data.x.std()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.3)
    losses = []
    for index in replicates.batches("batches", 1200, 16, 8)[0]:
        loss = F.cross_entropy(net(data.x[index] / spread), data.y[index])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    net.eval()
    right = (net(data.x_test / spread).argmax(1) == data.y_test).double().mean()

    torch.testing.assert_close(measured["loss"][1], torch.tensor(losses), rtol=1e-3, atol=1e-4)
    assert abs(measured["accuracy"][1] - right) < 0.004


def test_without_hidden_layers_nothing_is_normalized():
    plain = norm_digits(Replicates("norm_digits", range(2)), normalize="none", layers=0, steps=5)
    batch = norm_digits(Replicates("norm_digits", range(2)), normalize="batch", layers=0, steps=5)

    assert torch.equal(plain["loss"], batch["loss"])


def test_a_loss_that_breaks_counts_as_ten():
    """At an absurd rate: still finite numbers, and no step below 0.5."""
    measured = norm_digits(Replicates("norm_digits", range(2)), normalize="none", lr=1e6, steps=5)

    assert (measured["loss"][:, 1:] == 10).all()
    assert measured["steps_to_half"].tolist() == [6, 6]


def test_steps_to_half_is_the_first_low_loss():
    measured = norm_digits(Replicates("norm_digits", range(3)), layers=1, lr=1.0, steps=40)

    for loss, steps in zip(measured["loss"], measured["steps_to_half"], strict=True):
        low = [step for step, value in enumerate(loss.tolist(), 1) if value < 0.5]
        assert steps == low[0]
