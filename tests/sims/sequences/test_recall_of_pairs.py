"""Memories, written one pair at a time."""

import torch
from sims.sequences.recall_of_pairs import recall_of_pairs

from dlfaq.sim import Replicates

NAME, K, D = "recall_of_pairs", 12, 8


def draws():
    alone = Replicates(NAME, [4])
    keys = alone.normal("keys", K, D, dtype=torch.float64)[0]
    return keys / keys.norm(dim=1, keepdim=True), alone.normal("values", K, D, dtype=torch.float64)[
        0
    ]


def check(memory, read):
    """The error of one replicate against what a plain loop has read."""
    _, values = draws()
    measured = recall_of_pairs(Replicates(NAME, [4]), memory=memory, pairs=K, width=D)
    torch.testing.assert_close(
        measured["error"][0],
        (read - values).square().sum() / values.square().sum(),
        rtol=1e-4,
        atol=0,
    )


def test_the_sum_is_the_recurrence():
    """S grows by v k' at each step."""
    keys, values = draws()
    state = torch.zeros(D, D, dtype=torch.float64)
    for key, value in zip(keys, values, strict=True):
        state = state + torch.outer(value, key)

    check("sum", torch.stack([state @ key for key in keys]))


def test_the_best_state_is_recursive_least_squares():
    """One pair after the other, from a nearly empty prior, as adaptive filters do."""
    keys, values = draws()
    state, spread = torch.zeros(D, D, dtype=torch.float64), 1e9 * torch.eye(D, dtype=torch.float64)
    for key, value in zip(keys, values, strict=True):
        gain = spread @ key / (1 + key @ spread @ key)
        state = state + torch.outer(value - state @ key, gain)
        spread = spread - torch.outer(gain, key @ spread)

    check("best", torch.stack([state @ key for key in keys]))
