"""Stacking changes the speed, not the numbers: the fast path is held to the slow one."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from dlfaq.sim import Replicates, Stacked, accuracy, clip_grad_norm, cross_entropy, grad_norm, rows


def make() -> nn.Module:
    return nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 3))


@pytest.fixture
def networks():
    """Five ordinary networks and the same five stacked."""
    torch.manual_seed(0)
    alone = [make() for _ in range(5)]
    return alone, Stacked(alone)


@pytest.fixture
def data():
    generator = torch.Generator().manual_seed(1)
    return torch.randn(5, 20, 6, generator=generator), torch.randint(
        3, (5, 20), generator=generator
    )


def test_forward_equals_each_network_alone(networks, data):
    """Copy r sees input r."""
    alone, stacked = networks
    x, _ = data

    torch.testing.assert_close(
        stacked(x), torch.stack([net(one) for net, one in zip(alone, x, strict=True)])
    )


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01),
        lambda p: torch.optim.Adam(p, lr=0.01),
        lambda p: torch.optim.AdamW(p, lr=0.01),
        lambda p: torch.optim.RMSprop(p, lr=0.01),
    ],
    ids=["SGD", "Adam", "AdamW", "RMSprop"],
)
@pytest.mark.parametrize("max_norm", [None, 0.05])
def test_training_equals_a_loop_over_networks(networks, data, optimizer, max_norm):
    """Ordinary optimizers and per-replicate clipping train each copy as if it were alone."""
    alone, stacked = networks
    x, y = data
    together = optimizer(stacked.parameters())
    for _ in range(10):
        together.zero_grad()
        cross_entropy(stacked(x), y).sum().backward()
        if max_norm:
            clip_grad_norm(stacked.parameters(), max_norm)
        together.step()
    for r, net in enumerate(alone):
        single = optimizer(net.parameters())
        for _ in range(10):
            single.zero_grad()
            F.cross_entropy(net(x[r]), y[r]).backward()
            if max_norm:
                nn.utils.clip_grad_norm_(net.parameters(), max_norm)
            single.step()
        for name, weight in net.named_parameters():
            torch.testing.assert_close(stacked.weights()[name][r], weight, rtol=1e-4, atol=1e-5)


def test_a_nan_stays_in_its_replicate(networks, data):
    """One network that breaks does not touch the others."""
    _, stacked = networks
    x, y = data
    x = x.clone()
    x[2] = float("nan")
    loss = cross_entropy(stacked(x), y)
    loss.sum().backward()

    assert loss.isnan().tolist() == [False, False, True, False, False]
    gradient = stacked.weights()["0.weight"].grad.isnan().flatten(1)
    assert gradient.any(1).tolist() == [False, False, True, False, False]


def test_training_mode_reaches_the_copies():
    """Dropout works while training and not in evaluation, and differs between replicates."""
    net = Replicates("sim", range(3)).stack(
        "net", lambda: nn.Sequential(nn.Linear(4, 64), nn.Dropout(0.5))
    )
    x = torch.ones(3, 2, 4)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        training = net.train()(x) == 0

    assert training.float().mean() > 0.3
    assert not torch.equal(training[0], training[1])
    assert (net.eval()(x) != 0).all()


def test_layers_are_the_weight_matrices(networks):
    """From input to output, biases left out."""
    assert [(name, weight.shape) for name, weight in networks[1].layers()] == [
        ("0.weight", (5, 8, 6)),
        ("2.weight", (5, 3, 8)),
    ]


def test_losses_match_pytorch(data):
    """Cross-entropy and accuracy of each replicate are PyTorch's of that replicate."""
    logits = torch.randn(5, 20, 3, generator=torch.Generator().manual_seed(2))
    y = data[1]

    for reduction in ("mean", "sum", "none"):
        expected = torch.stack(
            [F.cross_entropy(z, t, reduction=reduction) for z, t in zip(logits, y, strict=True)]
        )
        torch.testing.assert_close(cross_entropy(logits, y, reduction), expected)
    assert accuracy(logits, y).tolist() == [
        (z.argmax(1) == t).double().mean().item() for z, t in zip(logits, y, strict=True)
    ]


def test_gradient_norms_are_each_networks_own(networks, data):
    """The norm over all parameters, a replicate at a time; clipping returns it as it was."""
    alone, stacked = networks
    x, y = data
    cross_entropy(stacked(x), y).sum().backward()
    for r, net in enumerate(alone):
        F.cross_entropy(net(x[r]), y[r]).backward()
    expected = torch.stack([nn.utils.clip_grad_norm_(net.parameters(), 1e9) for net in alone])

    torch.testing.assert_close(grad_norm(stacked.parameters()), expected)
    torch.testing.assert_close(clip_grad_norm(stacked.parameters(), 0.01), expected)
    assert (grad_norm(stacked.parameters()) <= 0.01 + 1e-6).all()


def test_rows_are_taken_for_each_replicate():
    """Shared data, own indices."""
    data = torch.arange(10.0).view(5, 2)

    assert rows(data, torch.tensor([[0, 1], [4, 4]])).tolist() == [
        [[0, 1], [2, 3]],
        [[8, 9], [8, 9]],
    ]
