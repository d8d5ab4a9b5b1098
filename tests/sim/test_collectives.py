"""What ranks do together, against one process."""

import pytest
import torch
from torch import distributed

from dlfaq.sim.collectives import all_rows, own_rows, sum_over_ranks
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
