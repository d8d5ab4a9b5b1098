"""The convolutional network against a plain loop."""

import pytest
import torch
from sims.pooling.pool_digits import _moved, _network, pool_digits
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.training_data import load


@pytest.mark.parametrize("pool", ["max", "average", "stride"])
@pytest.mark.parametrize("window", [2, 4])
def test_maps_shrink_alike(pool, window):
    """Every way leaves as many numbers for the linear layer."""
    net = _network(pool, "flatten", window, 2, 4, "none")

    assert net[1].stride == (1, 1)  # the first convolution never shrinks
    assert net[:-1](torch.randn(3, 8, 8)).shape == (3, 4 * (8 // window) ** 2)


def test_heads_by_hand():
    """One number a channel, its average or largest, or all numbers reach the linear layer."""
    x = torch.randn(3, 8, 8)
    torch.manual_seed(0)
    maps = _network("max", "flatten", 2, 3, 4, "none")[:-2](x)  # (3, 4, 4, 4)
    reads = {"flatten": maps.flatten(1), "average": maps.mean((2, 3)), "max": maps.amax((2, 3))}
    for head, expected in reads.items():
        torch.manual_seed(0)
        net = _network("max", head, 2, 3, 4, "none")

        assert torch.allclose(net[:-1](x), expected, atol=1e-6)


def test_moving_by_hand():
    """One pixel to the left, or down; what enters is background."""
    images = torch.rand(2, 3, 8, 8)
    left, down = _moved(images, -1, 0), _moved(images, 0, 1)

    assert torch.equal(left[..., :-1], images[..., 1:])
    assert (left[..., -1] == 0).all()
    assert torch.equal(down[..., 1:, :], images[..., :-1, :])
    assert (down[..., 0, :] == 0).all()
    assert torch.equal(_moved(images, 0, 0), images)


def test_three_steps_equal_a_plain_loop():
    """One ordinary network after the other, with torch.optim.Adam."""
    measured = pool_digits(Replicates("name", range(2)), pool="average", steps=3)
    drawn = Replicates("name", range(2))
    images = load(drawn, "digits", valid=200, scale="unit")
    x, y = images.x[0].view(-1, 8, 8), images.y[0]
    mean, spread = x.mean(), x.std()
    nets = drawn.stack("net", lambda: _network("average", "flatten", 2, 2, 8, "none"))
    batches = drawn.batches("batches", 1000, 16, 3)
    x_test, y_test = (part[0] for part in images.open_test())
    x_test = x_test.view(-1, 8, 8)
    left = F.pad(x_test, (0, 1))[..., 1:]
    for i in range(2):
        net = _network("average", "flatten", 2, 2, 8, "none")
        net.load_state_dict({name: value[i].detach() for name, value in nets.weights().items()})
        optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
        for step in range(3):
            index = batches[i, step]
            optimizer.zero_grad()
            F.cross_entropy(net((x[index] - mean) / spread), y[index]).backward()
            optimizer.step()
        for name, shown in (("accuracy", x_test), ("moved_accuracy", left)):
            told = net((shown - mean) / spread).argmax(1)

            assert abs(measured[name][i] - (told == y_test).double().mean()) < 0.006


def test_moved_copies_are_of_the_same_digits():
    """Trained on moved copies, moved digits are told nearly as well."""
    measured = pool_digits(Replicates("name", range(2)), moved=True, steps=100)

    assert measured["moved_accuracy"].mean() > 0.7
