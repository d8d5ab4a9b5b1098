"""Exact cases of exclusive or."""

import math

import torch
from sims.activations.xor import xor

from dlfaq.sim import Replicates


def test_no_linear_model_beats_a_coin():
    """The best linear model says one half to all cases of exclusive or: its loss is ln 2."""
    measured = xor(Replicates("xor", range(4)), activation="identity")

    torch.testing.assert_close(
        measured["lowest_loss"], torch.full((4,), math.log(2)), rtol=1e-5, atol=0
    )
    assert torch.all(measured["best_accuracy"] <= 0.75)


def test_and_is_linear():
    """And is separable by a line."""
    assert torch.all(
        xor(Replicates("xor", range(4)), activation="identity", task="and")["accuracy"] == 1
    )
