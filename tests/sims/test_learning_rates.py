"""The schedules against their formulas."""

import math

import pytest
import torch
from sims.learning_rates import learning_rates

from dlfaq.sim import Replicates


def rates(schedule, horizon=100, steps=201):
    """The curve of the one answer all replicates give."""
    measured = learning_rates(Replicates("learning_rates", range(2)), schedule=schedule, horizon=horizon, steps=steps)

    assert torch.equal(measured["lr"][0], measured["lr"][1])

    return measured["lr"][0]


FORMULAS = {
    "constant": lambda _: 1.0,
    "linear": lambda t: max(0.0, 1 - t / 100),
    "cosine": lambda t: (1 + math.cos(math.pi * t / 100)) / 2,
    "cooldown": lambda t: min(1.0, max(0.0, (100 - t) / 20)),
    "drops": lambda t: 0.1 ** ((t >= 50) + (t >= 75)),
    "inverse": lambda t: 20 / (20 + t),
    "inverse-sqrt": lambda t: math.sqrt(20 / (20 + t)),
}


@pytest.mark.parametrize("schedule", FORMULAS)
def test_a_schedule_is_its_formula(schedule):
    """PyTorch's schedulers, also behind their end, against the textbook's closed form."""
    expected = torch.tensor([FORMULAS[schedule](t) for t in range(201)], dtype=torch.float64)

    torch.testing.assert_close(rates(schedule), expected, rtol=0, atol=1e-9)


def test_one_cycle_refuses_to_go_on():
    """OneCycleLR raises an error behind its last step; the others never do."""
    short, long = (
        learning_rates(Replicates("learning_rates", range(1)), schedule="one-cycle", horizon=horizon, steps=201)
        for horizon in (100, 201)
    )

    assert short["refused"].tolist() == [1]
    assert long["refused"].tolist() == [0]


def test_the_average_of_a_cosine_is_exact():
    """A sum of cosines over half a period: (T + 1) / 2T."""
    measured = learning_rates(Replicates("learning_rates", range(1)), schedule="cosine", horizon=1000, steps=1000)

    assert measured["average"].item() == pytest.approx(1001 / 2000, abs=1e-12)
