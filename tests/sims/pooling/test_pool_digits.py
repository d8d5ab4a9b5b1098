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
    net = _network(pool, window, "flat", 4, "none")

    assert net[1].stride == (1, 1)  # the first convolution never shrinks
    layers = {"max": torch.nn.MaxPool2d, "average": torch.nn.AvgPool2d, "stride": torch.nn.Conv2d}
    assert type(net[3]) is layers[pool]
    assert net[:-1](torch.randn(3, 8, 8)).shape == (3, 4 * (8 // window) ** 2)


@pytest.mark.parametrize(("head", "of"), [("average", torch.mean), ("max", torch.amax)])
def test_a_global_head_reads_one_number_a_channel(head, of):
    """Whatever stands before it."""
    net = _network("max", 2, head, 4, "none")

    assert net[-1].in_features == 4
    images = torch.randn(3, 8, 8)

    torch.testing.assert_close(net[:-1](images), of(net[:6](images), (2, 3)))


def test_a_bias_stands_only_where_it_has_a_gradient():
    """In front of batch normalization a bias changes nothing."""
    for norm, has_bias in (("none", True), ("batch", False)):
        net = _network("max", 2, "flat", 4, norm)

        assert [one.bias is not None for one in net if isinstance(one, torch.nn.Conv2d)] == [
            has_bias
        ] * 2


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
    measured = pool_digits(Replicates("name", range(2)), pool="average", head="average", steps=3)
    drawn = Replicates("name", range(2))
    images = load(drawn, "digits", valid=200, scale="unit")
    x, y = images.x[0].view(-1, 8, 8), images.y[0]
    mean, spread = x.mean(), x.std()
    nets = drawn.stack("net", lambda: _network("average", 2, "average", 8, "none"))
    batches = drawn.batches("batches", 1000, 16, 3)
    x_test, y_test = (part[0] for part in images.open_test())
    x_test = x_test.view(-1, 8, 8)
    left = F.pad(x_test, (0, 1))[..., 1:]
    for i in range(2):
        net = _network("average", 2, "average", 8, "none")
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
