"""The schedules against their formulas."""

import math

import pytest
import torch
from sims.optimization.learning_rates import learning_rates
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

from dlfaq.sim import Replicates


def rates(schedule, horizon=100, steps=201):
    """The curve of the one answer all replicates give."""
    measured = learning_rates(
        Replicates("learning_rates", range(2)), schedule=schedule, horizon=horizon, steps=steps
    )

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
        learning_rates(
            Replicates("learning_rates", range(1)), schedule="one-cycle", horizon=horizon, steps=201
        )
        for horizon in (100, 201)
    )

    assert short["refused"].tolist() == [1]
    assert long["refused"].tolist() == [0]


def test_warmup_is_what_a_sequence_of_schedulers_does():
    """A linear rise from a hundredth, then the whole cosine over the steps that are left."""
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = SequentialLR(
        optimizer,
        [LinearLR(optimizer, 0.01, total_iters=20), CosineAnnealingLR(optimizer, T_max=80)],
        milestones=[20],
    )
    expected = []
    for _ in range(100):
        expected.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    measured = learning_rates(
        Replicates("learning_rates", range(1)), horizon=100, steps=100, warmup=20
    )

    torch.testing.assert_close(
        measured["lr"][0], torch.tensor(expected, dtype=torch.float64), rtol=0, atol=1e-9
    )


def test_a_plateau_ends_a_fifth_before_the_end_also_after_a_warmup():
    """20 steps up, 64 at the peak, 16 down."""
    measured = learning_rates(
        Replicates("learning_rates", range(1)),
        schedule="cooldown",
        horizon=100,
        steps=100,
        warmup=20,
    )
    lr = measured["lr"][0]

    assert (lr[:20] < 1).all()
    torch.testing.assert_close(lr[20:85], torch.ones(65, dtype=torch.float64))
    torch.testing.assert_close(lr[85:], torch.arange(15, 0, -1, dtype=torch.float64) / 16)


def test_the_average_of_a_cosine_is_exact():
    """A sum of cosines over half a period: (T + 1) / 2T."""
    measured = learning_rates(
        Replicates("learning_rates", range(1)), schedule="cosine", horizon=1000, steps=1000
    )

    assert measured["average"].item() == pytest.approx(1001 / 2000, abs=1e-12)
