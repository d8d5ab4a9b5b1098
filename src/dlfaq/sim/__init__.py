"""All that a simulation may import: replicates, stacked modules, training helpers, data."""

from dlfaq.sim.data import Split, digits
from dlfaq.sim.replicates import Replicates
from dlfaq.sim.stacked import Stacked
from dlfaq.sim.train import accuracy, clip_grad_norm, cross_entropy, grad_norm, rows

__all__ = [
    "Replicates",
    "Split",
    "Stacked",
    "accuracy",
    "clip_grad_norm",
    "cross_entropy",
    "digits",
    "grad_norm",
    "rows",
]
