"""Silenced units: what moves them and what does not."""

import torch
from sims.activations.silenced_units import silenced_units

from dlfaq.sim import Replicates


def run(**parameters) -> dict[str, torch.Tensor]:
    return silenced_units(Replicates("name", range(4)), **parameters)


def test_a_dead_unit_does_not_move_in_a_single_bit():
    """Its gradient is exactly 0, so the weights are equal, not only close."""
    measured = run()

    assert (measured["most_moved"] == 0).all()
    assert (measured["revived"] == 0).all()
    assert (measured["others_moved"] > 0).all()


def test_decay_shrinks_a_dead_unit_by_the_known_factor():
    """Each step multiplies weights and bias by 1 - lr * decay and does nothing else."""
    shrunk = run(decay=0.1, lr=0.1, steps=100, margin=1000.0)

    # the bias is about -1000, less what w·x is at most
    assert torch.allclose(shrunk["least_moved"] / (1 - 0.99**100), torch.tensor(1000.0), rtol=0.01)
    assert (shrunk["revived"] == 0).all()


def test_the_margin_is_what_is_left_to_zero():
    """A bias that decays to nothing in one step brings back what random weights make positive."""
    assert (run(decay=1.0, decayed="biases", lr=1.0, steps=1)["revived"] > 0.5).all()
    assert (run(decay=1.0, decayed="biases", lr=1e-9, steps=1)["revived"] == 0).all()


def test_leaky_units_move_but_little():
    """The slope below zero is 0.01, not 0."""
    measured = run(activation="leaky")

    assert (measured["least_moved"] > 0).all()
    assert (measured["most_moved"] < 0.2 * measured["others_moved"]).all()


def test_units_are_active_on_the_share_asked_for():
    """Of 1200 images; training is too slow here to change it."""
    measured = run(active=0.1, lr=1e-9, steps=1)

    assert torch.allclose(measured["active_after"], torch.tensor(0.1).double(), atol=2e-3)
    assert (measured["revived"] == 1).all()
    assert (run(active=0.1)["least_moved"] > 0).all()
