"""Which forms agree, against formulas of one step and a plain run."""

import pytest
import torch
from sims.regularization.decay_forms import decay_forms

from dlfaq.sim import Replicates


def measure(**given):
    return decay_forms(Replicates("decay_forms", range(2)), steps=10, **given)


@pytest.mark.parametrize(
    ("optimizer", "penalty", "shrink"),
    [("sgd", True, True), ("momentum", True, False), ("adam", True, False), ("adamw", False, True)],
)
def test_it_tells_which_forms_are_the_same(optimizer, penalty, shrink):
    """As the code of PyTorch's optimizers says."""
    found = measure(optimizer=optimizer)
    assert bool((found["penalty"] < 1e-9).all()) == penalty
    assert bool((found["shrink"] < 1e-9).all()) == shrink


def test_the_factor_is_half():
    """Twice the penalty is twice the decay."""
    assert (measure(factor=1.0)["penalty"] > 1e-3).all()


def test_without_decay_all_forms_are_one_run():
    """Nothing differs in the three but the decay."""
    for distance in measure(optimizer="adam", decay=0.0).values():
        assert torch.equal(distance, torch.zeros(2, dtype=torch.float64))
