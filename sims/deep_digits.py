"""A deep network on small images or tables: its first gradient, its training, and what it has learnt.

python sims/deep_digits.py --activation sigmoid --layers 6

https://proceedings.mlr.press/v9/glorot10a.html
"""

import itertools
from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy, cross_entropy
from dlfaq.sim.copies import repeated
from dlfaq.sim.losses import capped
from dlfaq.sim.nets import ACTIVATIONS, NORMS, scaled_linear
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load


class Deep(nn.Module):
    """Linear layers, each but the last with a normalization and an activation behind it."""

    def __init__(self, activation: str, sizes: list[int], gain: float, norm: str, skip: str) -> None:
        super().__init__()
        self.linear = nn.ModuleList(nn.Linear(a, b) for a, b in itertools.pairwise(sizes))
        self.norm = nn.ModuleList(NORMS[norm](width) for width in sizes[1:-1])
        self.activation, self.skip = ACTIVATIONS[activation](), skip
