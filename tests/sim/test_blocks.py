"""Blocks against PyTorch's own layers."""

import torch
from torch import nn

from dlfaq.sim import Replicates
from dlfaq.sim.blocks import block_weights, pass_blocks, square_error


def test_blocks_are_linear_layers_with_relu_between():
    """One replicate, written with torch.nn."""
    weights = block_weights(Replicates("blocks", range(3)), 2, 8)
    assert [tuple(one.shape) for one in weights] == [(3, 32, 8), (3, 8, 32)] * 2
    layers = [nn.Linear(8, 32, bias=False), nn.Linear(32, 8, bias=False)] * 1
    x = torch.randn(3, 5, 8, generator=torch.Generator().manual_seed(0))
    expected = x[1]
    for into, out in (weights[:2], weights[2:]):
        layers[0].weight.data, layers[1].weight.data = into[1], out[1]
        expected = layers[1](layers[0](expected).relu())

    torch.testing.assert_close(pass_blocks(weights, x)[1], expected)
    torch.testing.assert_close(square_error(x, 0 * x)[2], nn.functional.mse_loss(x[2], 0 * x[2]))


def test_signals_keep_their_size():
    """He initialization into the inner units, and 1 / inputs out of them.

    The mean square of ReLU is then 1.
    """
    weights = block_weights(Replicates("blocks", range(8)), 3, 32)
    x = torch.randn(8, 100, 32, generator=torch.Generator().manual_seed(0))
    assert 0.7 < pass_blocks(weights, x).square().mean() < 1.4
