"""What is in the bags, and pooling over one image."""

import torch
from sims.pool_bags import Bag, _bags, pool_bags
from torch.nn import functional as F

from dlfaq.sim import Replicates, digits


def test_a_zero_or_none():
    """As many zeros as the answer says: 0 or 1."""
    y = digits().y
    index, answers = _bags(Replicates("name", range(2)), "training", "any", y, (50, 16))

    assert index.shape == (2, 50, 16)
    assert torch.equal((y[index] == 0).sum(2), answers)
    assert 0 < answers.double().mean() < 1


def test_a_quarter_or_three_quarters_are_odd():
    """Four of 16 for no, twelve for yes."""
    y = digits().y
    index, answers = _bags(Replicates("name", range(2)), "test", "most", y, (50, 16))

    assert torch.equal((y[index] % 2).sum(2), 4 + 8 * answers)


def test_one_image_is_its_own_pool():
    """Largest and average of one number are that number: the same training, bit by bit."""
    given = {"positions": 1, "steps": 20}
    largest = pool_bags(Replicates("name", range(3)), pool="max", **given)
    average = pool_bags(Replicates("name", range(3)), pool="average", **given)

    assert torch.equal(largest["accuracy"], average["accuracy"])
    assert (largest["accuracy"] > 0.6).all()


def test_two_steps_equal_a_plain_loop():
    """One network, torch.optim and F.cross_entropy."""
    measured = pool_bags(Replicates("name", range(2)), pool="average", task="most", steps=2, positions=4)
    drawn, data = Replicates("name", range(2)), digits()
    index, answers = _bags(drawn, "training", "most", data.y, (32, 4))
    nets = drawn.stack("net", lambda: Bag("average", 16))
    test, right = _bags(drawn, "test", "most", data.y_test, (128, 4))
    for i in range(2):
        net = Bag("average", 16)
        net.load_state_dict({name: value[i].detach() for name, value in nets.weights().items()})
        optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
        for step in range(2):
            now = slice(16 * step, 16 * (step + 1))
            optimizer.zero_grad()
            F.cross_entropy(net(data.x[index[i, now]]), answers[i, now]).backward()
            optimizer.step()

        told = net(data.x_test[test[i]]).argmax(1)
        assert abs(measured["accuracy"][i] - (told == right[i]).double().mean()) < 0.01
