"""Reruns from a checkpoint: what is the same before it, and what each rerun changes."""

import torch
from sims.divergence.replay_spike import replay_spike

from dlfaq.sim import Replicates


def measure(**settings):
    """A few replicates, with a short training before the checkpoint."""
    given = {"steps": 30, "window": 6, **settings}
    return replay_spike(Replicates("replay_spike", range(4)), **given)


def test_before_the_checkpoint_all_reruns_are_one():
    """The same losses up to the first one that the change can reach."""
    same = measure(cause="rate")
    for rerun in ("slower", "batches", "float32"):
        other = measure(cause="rate", rerun=rerun)
        last = 10 if rerun == "batches" else 11
        torch.testing.assert_close(same["loss"][:, :last], other["loss"][:, :last])
        torch.testing.assert_close(same["before"], other["before"])


def test_a_tenth_of_the_rate_is_a_tenth():
    """The second step of the window at factor 10, slower, is that at factor 1."""
    slower, plain = measure(cause="rate", factor=10.0, rerun="slower"), measure(cause="nothing")

    torch.testing.assert_close(slower["loss"], plain["loss"])


def test_one_batch_is_not_scaled_and_other_batches_do_not_hold_it():
    """Its loss is the fourth of six; the three before are sound."""
    plain, data = measure(cause="nothing"), measure(cause="data")

    torch.testing.assert_close(plain["loss"][:, :13], data["loss"][:, :13])
    assert (data["loss"][:, 13] > 2 * plain["loss"][:, 13]).all()
    other, sound = (measure(cause=one, rerun="batches")["loss"] for one in ("data", "nothing"))
    torch.testing.assert_close(other, sound)


def test_float32_undoes_the_precision_and_nothing_else():
    """With the cause `range`, where it overflows."""
    settings = {"cause": "range", "norm": "layer"}
    half = measure(precision="float16", **settings)
    single = measure(precision="float16", rerun="float32", **settings)

    assert half["spiked"].all()
    torch.testing.assert_close(single["loss"], measure(**settings)["loss"])


def test_the_steps_are_numbered_from_the_checkpoint():
    """Ten before, then the window."""
    assert measure()["step"].tolist() == list(range(-9, 7))
