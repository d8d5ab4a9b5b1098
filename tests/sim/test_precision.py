"""Rounding to a lower precision against `torch.autocast`, and against the formats' limits."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from dlfaq.sim.precision import finite_gradients, pass_layers, stored


def test_what_is_stored_is_rounded_both_ways():
    """The value on its way out, the gradient on its way back."""
    x = torch.tensor([1.0001, 70000.0, 1e-9], requires_grad=True)
    y = stored(x, "float16")
    (y * torch.tensor([1e-9, 1.0, 1.0001])).sum().backward()

    assert y.tolist() == [1.0, float("inf"), 0.0]
    assert x.grad.tolist() == [0.0, 1.0, 1.0]


def test_float32_is_left_as_it_is():
    """The same tensor."""
    x = torch.ones(2)

    assert stored(x, "float32") is x


@pytest.mark.parametrize("precision", ["float16", "bfloat16"])
@pytest.mark.parametrize("norm", ["none", "layer"])
def test_it_is_what_autocast_does(precision, norm):
    """One network, forward and backward, within a few roundings."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(6, 16), nn.Linear(16, 16), nn.Linear(16, 3))
    x = torch.randn(20, 6)
    ours = {name: value.detach()[None].requires_grad_() for name, value in net.named_parameters()}
    outputs = pass_layers(ours, x[None], precision, norm)[0]
    outputs.square().mean().backward()
    with torch.autocast("cpu", dtype=getattr(torch, precision)):
        h = x
        for layer in range(3):
            h = net[layer](h)
            if layer < 2:
                h = (F.layer_norm(h, h.shape[-1:]) if norm == "layer" else h).relu()
    h.float().square().mean().backward()
    rough = {"float16": 0.01, "bfloat16": 0.08}[precision]

    assert h.dtype == getattr(torch, precision)
    torch.testing.assert_close(outputs, h.float(), rtol=rough, atol=rough)
    for name, value in net.named_parameters():
        torch.testing.assert_close(ours[name].grad[0], value.grad, rtol=rough, atol=rough)


def test_one_entry_that_is_not_finite_marks_its_replicate():
    """Any entry of any parameter."""
    parameters = [torch.ones(3, 2), torch.ones(3, 2, 2)]
    for one in parameters:
        one.grad = torch.zeros_like(one)
    parameters[1].grad[1, 0, 1] = torch.inf

    assert finite_gradients(parameters).tolist() == [True, False, True]
