"""Bytes of tensors, of optimizers and of graphs whose sizes are known."""

import torch
from torch import nn

from dlfaq.sim.footprint import Activations, bytes_of, most_held, state_bytes


def test_shared_memory_counts_once_and_whole():
    """A view holds all of what it is a view of."""
    x = torch.zeros(10, 4)
    assert bytes_of([x]) == 160
    assert bytes_of([x, x.view(-1), x[0]]) == 160
    assert bytes_of([x[0]]) == 160
    assert bytes_of([x, x.clone().double()]) == 160 + 320
    assert bytes_of([]) == 0


def test_adam_holds_two_numbers_a_weight_and_sgd_none():
    """Momentum holds one."""
    for make, numbers in [
        (torch.optim.Adam, 2),
        (lambda p: torch.optim.SGD(p, 0.1), 0),
        (lambda p: torch.optim.SGD(p, 0.1, momentum=0.9), 1),
    ]:
        net = nn.Linear(8, 4)
        optimizer = make(net.parameters())
        assert state_bytes(optimizer) == 0
        net(torch.ones(1, 8)).sum().backward()
        optimizer.step()
        assert state_bytes(optimizer) == numbers * bytes_of(net.parameters())


def test_a_layer_keeps_its_input_and_the_activation_its_output():
    """Both until the backward pass; the weight does not count."""
    net, x = nn.Linear(8, 4, bias=False), torch.zeros(16, 8)
    with Activations(net.parameters()) as kept:
        loss = net(x).relu().sum()
    assert kept.now == kept.peak == (16 * 8 + 16 * 4) * 4
    loss.backward()
    assert kept.now == 0
    assert kept.peak == (16 * 8 + 16 * 4) * 4
    assert net.weight.grad is not None


def test_without_gradients_nothing_is_kept():
    """As in evaluation."""
    net = nn.Linear(8, 4)
    with Activations(net.parameters()) as kept, torch.no_grad():
        net(torch.zeros(16, 8)).relu()
    assert kept.peak == 0


def test_what_is_kept_twice_counts_once():
    """ReLU keeps its output, the next layer the same memory as its input."""
    net = nn.Sequential(nn.ReLU(), nn.Linear(8, 4, bias=False))
    x = torch.zeros(16, 8, requires_grad=True)
    with Activations(net.parameters()) as kept:
        loss = net(x).sum()
    assert kept.now == 16 * 8 * 4
    del loss
    assert kept.now == 0


def test_the_fullest_rank_for_one_replicate():
    """Each sort by itself."""
    held = [{"parameters": 8, "states": 4}, {"parameters": 2, "states": 6}]
    assert {sort: value.tolist() for sort, value in most_held(held, 2).items()} == {
        "parameters": [4.0, 4.0],
        "states": [3.0, 3.0],
    }
