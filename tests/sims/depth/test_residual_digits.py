"""Exact cases of training deep networks with and without skips."""

import pytest
import torch
from sims.depth.residual_digits import Block, Network, residual_digits
from torch import nn
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.training_data import load


def test_three_steps_of_plain_blocks_equal_plain_pytorch():
    """A replicate is an `nn.Sequential` with `torch.optim.AdamW`.

    Without the block in the middle, two layers are missing.
    """
    measured = residual_digits(
        Replicates("residual_digits", [4]), kind="plain", blocks=2, lr=0.01, steps=3
    )
    alone = Replicates("residual_digits", [4])
    data = load(alone, "digits")
    weights = alone.stack("net", lambda: Network("plain", blocks=2)).weights()
    names = ["first", "blocks.0.up", "blocks.0.down", "blocks.1.up", "blocks.1.down", "last"]
    linear = [nn.Linear(64, 32), *[nn.Linear(32, 32) for _ in range(4)], nn.Linear(32, 10)]
    for name, layer in zip(names, linear, strict=True):
        layer.weight.data = weights[f"{name}.weight"][0].detach().clone()
        layer.bias.data = weights[f"{name}.bias"][0].detach().clone()
    hidden = [part for layer in linear[1:-1] for part in (layer, nn.ReLU())]
    net = nn.Sequential(linear[0], *hidden, linear[-1])
    shorter = nn.Sequential(linear[0], *hidden[:4], linear[-1])
    x, y = data.x[0], data.y[0]
    first = F.cross_entropy(net(x), y)
    descent = torch.optim.AdamW(net.parameters(), lr=0.01)
    for index in alone.batches("batches", len(x), 32, 3)[0]:
        descent.zero_grad()
        F.cross_entropy(net(x[index]), y[index]).backward()
        descent.step()
    x_test, y_test = (part[0] for part in data.open_test())

    torch.testing.assert_close(measured["first_loss"][0], first.detach(), rtol=1e-5, atol=0)
    for metric, model, images, labels in (
        ("train_accuracy", net, x, y),
        ("accuracy", net, x_test, y_test),
        ("without_one", shorter, x_test, y_test),
    ):
        right = (model(images).argmax(1) == labels).double().mean()
        torch.testing.assert_close(measured[metric][0].double(), right, rtol=0, atol=0.003)


@pytest.mark.parametrize("kind", ["plain", "skip", "post", "relu"])
def test_blocks_by_hand(kind):
    """Each kind of block, with LayerNorm."""
    torch.manual_seed(0)
    h = 3 * torch.randn(5, 32)
    block = Block(kind, "he", "layer", 4, 32)
    norm = lambda z: F.layer_norm(z, (32,))  # noqa: E731
    f = torch.relu((h if kind == "post" else norm(h)) @ block.up.weight.T) @ block.down.weight.T
    expected = {
        "plain": torch.relu(f),
        "skip": h + f,
        "post": norm(h + f),
        "relu": h + torch.relu(f),
    }

    torch.testing.assert_close(block(h), expected[kind], rtol=1e-4, atol=1e-5)


def test_starts():
    """He's weights have variance 2 / width; `divided` and `zero` change the second matrix only."""
    torch.manual_seed(0)
    made = {start: Block("skip", start, "none", 16, 400) for start in ("he", "divided", "zero")}
    sizes = {
        start: (block.up.weight.std().item(), block.down.weight.std().item())
        for start, block in made.items()
    }
    he = (2 / 400) ** 0.5

    assert sizes["he"] == pytest.approx((he, he), rel=0.02)
    assert sizes["divided"] == pytest.approx((he, he / 4), rel=0.02)
    assert sizes["zero"] == pytest.approx((he, 0.0), rel=0.02)
    assert not any(layer.bias.any() for block in made.values() for layer in (block.up, block.down))


def test_the_default_start_is_that_of_linear():
    torch.manual_seed(0)
    block = Block("skip", "default", "none", 4, 400)

    assert block.down.weight.abs().max() <= 400**-0.5
    assert block.down.weight.std().item() == pytest.approx((3 * 400) ** -0.5, rel=0.02)


def test_blocks_that_start_at_zero_do_nothing_before_training():
    """One such block or nine: before training the network is the same."""
    one, nine = (
        residual_digits(
            Replicates("residual_digits", range(2)), start="zero", blocks=n, steps=1, lr=0.0
        )
        for n in (1, 9)
    )

    torch.testing.assert_close(nine["without_one"], nine["accuracy"])
    assert (one["first_loss"] < 4).all()
    assert (nine["first_loss"] < 4).all()
    assert (
        residual_digits(Replicates("residual_digits", range(2)), steps=1)["first_loss"] > 4
    ).all()


def test_a_network_ends_in_a_normalization():
    """If its blocks have one."""
    torch.manual_seed(0)
    with_norm, without = Network("skip", norm="layer"), Network("skip")
    x = torch.randn(3, 64)

    h = with_norm.first(x)
    for block in with_norm.blocks:
        h = block(h)
    torch.testing.assert_close(with_norm(x), with_norm.last(F.layer_norm(h, (32,))))
    for net in (without, Network("post", norm="layer")):
        assert isinstance(net.norm, nn.Identity)
