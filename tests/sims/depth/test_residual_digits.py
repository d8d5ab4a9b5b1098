"""Exact cases of training deep plain and residual networks."""

import torch
from sims.depth.residual_digits import Network, residual_digits
from torch import nn
from torch.nn import functional as F

from dlfaq.sim import Replicates, digits


def test_three_steps_of_the_plain_kind_equal_plain_pytorch():
    """A replicate is an `nn.Sequential` with `torch.optim.Adam`.

    One layer less is one hidden layer less.
    """
    measured = residual_digits(
        Replicates("residual_digits", [4]), kind="plain", layers=2, lr=0.01, steps=3
    )
    alone = Replicates("residual_digits", [4])
    weights = alone.stack("net", lambda: Network("plain", 2)).weights()
    net = nn.Sequential(
        nn.Linear(64, 32),
        nn.ReLU(),
        nn.Linear(32, 32),
        nn.ReLU(),
        nn.Linear(32, 32),
        nn.ReLU(),
        nn.Linear(32, 10),
    )
    for name, layer in (("first", net[0]), ("last", net[6])):
        layer.weight.data = weights[f"{name}.weight"][0].detach().clone()
        layer.bias.data = weights[f"{name}.bias"][0].detach().clone()
    for number, layer in enumerate((net[2], net[4])):
        layer.weight.data = weights["hidden"][0, number].detach().clone()
        layer.bias.data.zero_()
    data = digits(centred=True)
    x, x_test = data.x / data.x.std(), data.x_test / data.x.std()
    first = F.cross_entropy(net(x), data.y)
    descent = torch.optim.Adam(net.parameters(), lr=0.01)
    for index in alone.batches("batches", len(x), 32, 3)[0]:
        descent.zero_grad()
        F.cross_entropy(net(x[index]), data.y[index]).backward()
        descent.step()
    shorter = nn.Sequential(
        *net[:4], *net[6:]
    )  # the second of two hidden layers is the one in the middle

    torch.testing.assert_close(measured["first_loss"][0], first.detach(), rtol=1e-5, atol=0)
    for metric, model, images, labels in (
        ("train_accuracy", net, x, data.y),
        ("accuracy", net, x_test, data.y_test),
        ("without_one", shorter, x_test, data.y_test),
    ):
        right = (model(images).argmax(1) == labels).double().mean()
        torch.testing.assert_close(measured[metric][0], right, rtol=0, atol=0.003)


def test_blocks_by_hand():
    """Each kind of block, two of them."""
    torch.manual_seed(0)
    x = torch.randn(5, 64)
    for kind in ("plain", "sum", "scaled", "zero", "positive"):
        net = Network(kind, 2)
        net.share.data[:] = 0.3
        h = net.first(x)
        for w in net.hidden:
            f = torch.relu(h) @ w.T
            h = {
                "plain": f,
                "sum": h + f,
                "scaled": h + f / 2**0.5,
                "zero": h + 0.3 * f,
                "positive": h + torch.relu(h @ w.T) / 2**0.5,
            }[kind]

        torch.testing.assert_close(net(x), net.last(torch.relu(h)), rtol=1e-4, atol=1e-5)


def test_shares_of_zero_make_all_depths_one_network():
    """Before training, `zero` blocks pass everything through."""
    one, two = (
        residual_digits(
            Replicates("residual_digits", range(2)), kind="zero", layers=n, steps=1, lr=0.0
        )
        for n in (1, 9)
    )

    for metric in one:
        torch.testing.assert_close(one[metric], two[metric])
    torch.testing.assert_close(two["without_one"], two["accuracy"])


def test_only_zero_trains_its_shares():
    """The other kinds have none to train."""
    assert [Network(kind, 3).share.requires_grad for kind in ("scaled", "zero", "plain")] == [
        False,
        True,
        False,
    ]


def test_identity_starts_as_the_first_layer_and_a_tenth():
    """Hidden weights are I plus a tenth of He's."""
    torch.manual_seed(1)
    usual = Network("plain", 4)
    torch.manual_seed(1)
    near = Network("identity", 4)

    torch.testing.assert_close(near.hidden, torch.eye(32) + 0.1 * usual.hidden)
    assert abs(usual.hidden.square().mean() * 32 - 2) < 0.2
