"""Copies stand where they should, and the search finds those that are near."""

import torch
from sims.symptoms.leaky_split import leaky_split

from dlfaq.sim import Replicates


def measure(count=4, **settings):
    """A few replicates, trained for some steps."""
    return leaky_split(Replicates("leaky_split", range(count)), **{"steps": 40} | settings)


def test_exact_copies_are_found_and_a_quarter_is_a_quarter():
    """All of them, and few of the others."""
    measured = measure(share=0.25, noise=0.0)
    assert (measured["found"] == 1).all()
    assert (measured["accused"] < 0.05).all()
    assert ((measured["near"] - 0.25).abs() < 0.05).all()


def test_without_copies_cleaning_changes_little():
    """There is nothing to find, and training does not see validation."""
    measured = measure(share=0.0)
    assert (measured["found"] == 0).all()
    assert ((measured["cleaned"] - measured["valid_accuracy"]).abs() < 0.02).all()


def test_copies_do_not_change_what_is_learnt():
    """At a given rate nothing depends on the validation part."""
    assert torch.equal(measure(share=0.0)["accuracy"], measure(share=0.5)["accuracy"])
