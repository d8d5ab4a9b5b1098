"""The ready networks, and the language that the transformer reads."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.language import language
from dlfaq.sim.losses import square_error, token_cross_entropy
from dlfaq.sim.nets import ACTIVATIONS, NORMS, Transformer, convnet, mlp, scaled_linear
from dlfaq.sim.training import train


@pytest.mark.parametrize("norm", sorted(NORMS))
@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_an_mlp_is_linear_norm_activation(activation, norm):
    """And a linear output; what does nothing is left out."""
    net = mlp(5, [7, 8], 3, activation=activation, norm=norm)
    kinds = [type(part) for part in net if isinstance(part, nn.Linear)]

    assert len(kinds) == 3
    assert net(torch.randn(4, 5)).shape == (4, 3)
    assert not any(isinstance(part, nn.Identity) for part in net)


def test_the_gain_is_the_weights_scale():
    """Variance gain^2 / inputs, biases 0; without one, PyTorch's own draws."""
    torch.manual_seed(0)
    layer = scaled_linear(400, 300, 3.0)
    assert layer.weight.square().mean().item() * 400 == pytest.approx(9, rel=0.02)
    assert (layer.bias == 0).all()
    torch.manual_seed(3)
    ours = scaled_linear(6, 4, None)
    torch.manual_seed(3)
    assert torch.equal(ours.weight, nn.Linear(6, 4).weight)


@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
def test_a_convnet_takes_rows_of_pixels(norm):
    """Whatever the pooling leaves."""
    for pool in (None, lambda: nn.AvgPool2d(4), lambda: nn.AdaptiveAvgPool2d(1)):
        assert convnet(4, 10, pool=pool, norm=norm)(torch.randn(3, 64)).shape == (3, 10)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("norm", ["none", "layer", "rms"])
def test_a_transformer_does_not_see_what_comes_later(norm, first):
    """Changing the last token changes the last position only."""
    torch.manual_seed(0)
    net = Transformer(6, 10, width=8, norm=norm, first=first)
    x = torch.randint(6, (2, 10))
    other = x.clone()
    other[:, -1] = (x[:, -1] + 1) % 6
    before, after = net(x), net(other)

    assert before.shape == (2, 10, 6)
    torch.testing.assert_close(before[:, :-1], after[:, :-1])
    assert (before[:, -1] - after[:, -1]).abs().max() > 1e-4


def test_attention_is_pytorchs():
    """Two heads of `scaled_dot_product_attention`."""
    torch.manual_seed(0)
    block = Transformer(6, 5, width=8, blocks=1).blocks[0]
    h = torch.randn(3, 5, 8)
    query, key, value = (p.view(3, 5, 2, 4).transpose(1, 2) for p in block.enter(h).chunk(3, 2))
    expected = F.scaled_dot_product_attention(query, key, value, is_causal=True)

    torch.testing.assert_close(block._attend(h), block.leave(expected.transpose(1, 2).flatten(2)))


def test_a_transformer_learns_a_language_down_to_its_entropy():
    """Never below it on sentences that it has not seen, up to chance."""
    replicates = Replicates("nets", range(3))
    data, entropy = language(replicates, 5, 8, sentences=256, valid=32, sharpness=3.0)
    net = replicates.stack("net", lambda: Transformer(5, 8, width=16, blocks=1))
    batches = replicates.batches("batches", len(data), 32, 120)
    settings = {"optimizer": "adamw", "lr": 0.01, "loss": token_cross_entropy}
    run = train(net, data, batches, **settings, look_at=[0, 120])
    x, y = data.open_test()
    loss = token_cross_entropy(net(x), y)

    assert (loss - entropy > -0.05).all()
    assert (loss - entropy < 0.15).all()
    assert (run.valid_accuracy[:, 1] > run.valid_accuracy[:, 0]).all()


def test_a_language_follows_its_grammar():
    """Evenly likely tokens have entropy ln k, sharp ones less; labels are the next inputs."""
    even, entropy = language(Replicates("nets", range(2)), tokens=4, sharpness=0.0)
    sharp, lower = language(Replicates("nets", range(2)), tokens=4, sharpness=3.0)

    torch.testing.assert_close(entropy, torch.full((2,), math.log(4)))
    assert (lower < 1).all()
    assert torch.equal(sharp.x[..., 1:], sharp.y[..., :-1])
    assert even.x.shape == (2, 512, 16)
    assert even.y.float().mean().item() == pytest.approx(1.5, abs=0.1)


def test_square_error_takes_a_column_or_a_row():
    """(R, N, 1) and (R, N)."""
    outputs, targets = torch.tensor([[1.0, 3.0]]), torch.tensor([[0.0, 1.0]])

    assert square_error(outputs, targets).tolist() == [2.5]
    assert square_error(outputs[..., None], targets).tolist() == [2.5]
