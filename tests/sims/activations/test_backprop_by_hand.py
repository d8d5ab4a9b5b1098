"""The derivation is held to autograd; here also to a network of PyTorch's own layers."""

import torch
from sims.activations.backprop_by_hand import backprop_by_hand
from torch import nn

from dlfaq.sim import Replicates


def test_by_hand_is_autograd():
    """The same gradients up to rounding, for both activations."""
    for activation in ("sigmoid", "tanh"):
        measured = backprop_by_hand(
            Replicates("backprop_by_hand", range(4)), activation=activation, width=5
        )

        assert all(
            torch.all(measured[error] < 1e-13) for error in ("w1_error", "w2_error", "w3_error")
        )


def test_the_formula_holds_for_linear_layers_of_unequal_widths():
    """W2's gradient is [(W3' d) * s'(a2)] h1', in `nn.Linear`'s terms too."""
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 2)
    ).double()
    x, y = torch.randn(7, 3).double(), torch.randn(7, 2).double()
    h1 = net[1](net[0](x))
    h2 = net[3](net[2](h1))
    delta = (net[4](h2) - y).detach()
    ((net(x) - y) ** 2 / 2).sum().backward()

    expected = ((delta @ net[4].weight) * (1 - h2**2)).T @ h1
    torch.testing.assert_close(net[2].weight.grad, expected.detach(), rtol=1e-12, atol=1e-12)


def test_every_mistake_shows():
    """A derivation with a mistake is far from autograd."""
    for mistake in ("no-slope", "wrong-place", "wrong-input", "no-transpose"):
        measured = backprop_by_hand(Replicates("backprop_by_hand", range(4)), mistake=mistake)

        assert torch.all(measured["w1_error"] + measured["w2_error"] > 0.05), mistake
