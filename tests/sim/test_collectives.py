"""What ranks do together, against one process."""

import pytest
import torch
from torch import distributed

from dlfaq.sim.collectives import sum_over_ranks
from dlfaq.sim.processes import run_ranks


def _sums(x, forward, backward):
    x = (x * (distributed.get_rank() + 1)).requires_grad_()
    total = sum_over_ranks(x, forward=forward, backward=backward)
    (total * (distributed.get_rank() + 1)).sum().backward()
    return total.detach(), x.grad


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("backward", [True, False])
def test_sums_in_either_direction(forward, backward):
    """Rank r has (r + 1) x and asks for a gradient of r + 1: 1 + 2 + 3 = 6."""
    x = torch.tensor([[1.0, 2.0]])
    for rank, (total, gradient) in enumerate(run_ranks(_sums, 3, x, forward, backward)):
        assert torch.equal(total, x * (6 if forward else rank + 1))
        assert torch.equal(gradient, torch.full_like(x, 6 if backward else rank + 1))
