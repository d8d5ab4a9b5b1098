"""BatchNorm's running statistics of stacked networks, recomputed."""

from collections.abc import Iterable

import torch
from torch import Tensor

from dlfaq.sim.copies import load_state, saved_state
from dlfaq.sim.stacked import Stacked


@torch.no_grad()
def recompute(anew: Stacked, net: Stacked, batches: Iterable[Tensor]) -> None:
    """Give a network the weights of another one and statistics of its own.

    They are the plain mean over these batches, as `torch.optim.swa_utils.update_bn` takes it.

    Args:
        anew: R networks whose batch normalizations have a momentum of 1: a batch leaves its own
            statistics and nothing else. Afterwards they are in evaluation mode.
        net: R networks of the same shapes.
        batches: Inputs (R, B, …) each.
    """
    load_state(anew, saved_state(net))
    anew.train()
    after = []
    for batch in batches:
        anew(batch)
        after.append(saved_state(anew))
    load_state(anew, {name: sum(one[name] for one in after) / len(after) for name in after[0]})
    anew.eval()
