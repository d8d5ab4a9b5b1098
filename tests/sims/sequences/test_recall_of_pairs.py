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


def check(memory, read, **given):
    """Read and correct of one replicate against what a plain loop has read."""
    _, values = draws()
    measured = recall_of_pairs(Replicates(NAME, [4]), memory=memory, pairs=K, width=D, **given)
    right = [int((values - one).norm(dim=1).argmin()) == number for number, one in enumerate(read)]
    torch.testing.assert_close(
        measured["error"][0],
        (read - values).square().sum() / values.square().sum(),
        rtol=1e-4,
        atol=0,
    )
    assert float(measured["correct"][0]) == sum(right) / K
    return measured


def test_the_sum_is_the_recurrence():
    """S grows by v k' at each step."""
    keys, values = draws()
    state = torch.zeros(D, D, dtype=torch.float64)
    for key, value in zip(keys, values, strict=True):
        state = state + torch.outer(value, key)

    assert float(check("sum", torch.stack([state @ key for key in keys]))["kept"]) == D * D


def test_the_best_state_is_recursive_least_squares():
    """One pair after the other, from a nearly empty prior, as adaptive filters do."""
    keys, values = draws()
    state, spread = torch.zeros(D, D, dtype=torch.float64), 1e9 * torch.eye(D, dtype=torch.float64)
    for key, value in zip(keys, values, strict=True):
        gain = spread @ key / (1 + key @ spread @ key)
        state = state + torch.outer(value - state @ key, gain)
        spread = spread - torch.outer(gain, key @ spread)

    assert float(check("best", torch.stack([state @ key for key in keys]))["kept"]) == D * D


def test_attention_weighs_the_list():
    """Softmax over all keys, query by query."""
    keys, values = draws()
    read = torch.stack([torch.softmax(3 * keys @ key, 0) @ values for key in keys])

    assert float(check("attention", read, sharpness=3.0)["kept"]) == 2 * K * D
