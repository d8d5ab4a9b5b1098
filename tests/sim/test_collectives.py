"""What ranks do together, against one process."""

import pytest
import torch
from torch import distributed

from dlfaq.sim.collectives import all_rows, linear, own_rows, sum_over_ranks
from dlfaq.sim.processes import run_ranks


def _sums(x, forward, backward):
    x = (x * (distributed.get_rank() + 1)).requires_grad_()
    total = sum_over_ranks(x, forward=forward, backward=backward)
    (total * (distributed.get_rank() + 1)).sum().backward()
    return total.detach(), x.grad


def _rows(x):
    return own_rows(x), all_rows(own_rows(x))


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("backward", [True, False])
def test_sums_in_either_direction(forward, backward):
    """Rank r has (r + 1) x and asks for a gradient of r + 1: 1 + 2 + 3 = 6."""
    x = torch.tensor([[1.0, 2.0]])
    for rank, (total, gradient) in enumerate(run_ranks(_sums, 3, x, forward, backward)):
        assert torch.equal(total, x * (6 if forward else rank + 1))
        assert torch.equal(gradient, torch.full_like(x, 6 if backward else rank + 1))


def test_rows_are_cut_and_put_together():
    """In the order of the ranks, replicate by replicate."""
    x = torch.arange(24.0).view(2, 6, 2)
    for rank, (own, together) in enumerate(run_ranks(_rows, 3, x)):
        assert torch.equal(own, x[:, 2 * rank : 2 * rank + 2])
        assert own.untyped_storage().nbytes() == 2 * 2 * 2 * 4  # not a view of the whole
        assert torch.equal(together, x)


def _products(x, weight, in_parts):
    x = x.chunk(distributed.get_world_size(), 1)[distributed.get_rank()].clone().requires_grad_()
    mine = (own_rows(weight) if in_parts else weight.clone()).requires_grad_()
    y = linear(x, mine, in_parts=in_parts)
    y.square().sum().backward()
    return y.detach(), x.grad, all_rows(mine.grad) if in_parts else mine.grad


@pytest.mark.parametrize("in_parts", [True, False])
def test_a_product_on_parts_of_the_batch(in_parts):
    """Outputs and gradients are those of the whole batch in one process."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(2, 6, 4, generator=generator, requires_grad=True)
    weight = torch.randn(2, 3, 4, generator=generator, requires_grad=True)
    y = x @ weight.mT
    y.square().sum().backward()
    results = run_ranks(_products, 3, x.detach(), weight.detach(), in_parts)
    for rank, (own, of_x, of_weight) in enumerate(results):
        torch.testing.assert_close(own, y.detach()[:, 2 * rank : 2 * rank + 2])
        torch.testing.assert_close(of_x, x.grad[:, 2 * rank : 2 * rank + 2])
        torch.testing.assert_close(of_weight, weight.grad)
