"""Sums of gradients, where they must and must not be equal."""

import pytest
import torch
from sims.multitask.task_gradients import Shared, task_gradients

from dlfaq.sim import Replicates


def sim(**given):
    return task_gradients(Replicates("task_gradients", range(8)), **given)


@pytest.mark.parametrize("norm", ["none", "layer"])
@pytest.mark.parametrize("inputs", ["same", "different"])
def test_a_sum_is_a_sum(inputs, norm):
    """Up to rounding; but an equal weighting is not the weighting by labels."""
    measured = sim(inputs=inputs, norm=norm)

    assert (measured["sum_error"] < 1e-12).all()
    assert (measured["pooled_error"] < 1e-12).all()
    assert (measured["equal_error"] > 0.01).all()


def test_batch_statistics_tie_different_inputs_only():
    """One input for all tasks is one batch either way."""
    assert (sim(inputs="same", norm="batch")["sum_error"] < 1e-12).all()
    assert (sim(inputs="different", norm="batch")["sum_error"] > 1e-3).all()


def test_batch_normalization_is_that_of_training():
    """It uses the batch's own mean, not a running one."""
    net = Shared(10, 16, "batch").eval()
    hidden = net.trunk[1](
        net.trunk[0](torch.randn(50, 10, generator=torch.Generator().manual_seed(0)) + 3)
    )

    assert hidden.mean(0).abs().max() < 1e-5


def test_accumulating_with_backward_gives_the_joint_gradient():
    """The loop that everybody writes, on one ordinary network."""
    net = Shared(10, 16, "none").double()
    gen = torch.Generator().manual_seed(0)
    batches = [torch.randn(size, 10, generator=gen, dtype=torch.float64) for size in (8, 16, 24)]
    for task, x in enumerate(batches):
        net(x)[:, task].square().mean().backward()
    accumulated = net.trunk[0].weight.grad.clone()
    net.zero_grad()
    outputs = net(torch.cat(batches)).split([8, 16, 24])
    sum(rows[:, task].square().mean() for task, rows in enumerate(outputs)).backward()

    assert torch.allclose(accumulated, net.trunk[0].weight.grad, rtol=1e-12)
