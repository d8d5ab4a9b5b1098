"""Reruns from a checkpoint: what is the same before it, and what each rerun changes."""

import torch
from sims.divergence.replay_spike import _by_hand, replay_spike

from dlfaq.sim import Replicates


def measure(**settings):
    """A few replicates, with a short training before the checkpoint."""
    given = {"steps": 30, "window": 6, **settings}
    return replay_spike(Replicates("replay_spike", range(4)), **given)


def test_before_the_checkpoint_all_reruns_are_one():
    """The same losses up to the first one that the change can reach."""
    same = measure(cause="rate")
    for rerun in ("slower", "batches", "float32", "clipped"):
        other = measure(cause="rate", rerun=rerun)
        last = 10 if rerun == "batches" else 11
        torch.testing.assert_close(same["loss"][:, :last], other["loss"][:, :last])
        torch.testing.assert_close(same["before"], other["before"])


def test_a_tenth_of_the_rate_is_a_tenth():
    """The second step of the window at factor 10, slower, is that at factor 1."""
    slower, plain = measure(cause="rate", factor=10.0, rerun="slower"), measure(cause="nothing")

    torch.testing.assert_close(slower["loss"], plain["loss"])


def test_one_batch_is_not_scaled_and_other_batches_do_not_hold_it():
    """It is the fourth of six; the three before are sound."""
    plain, data = measure(cause="nothing"), measure(cause="data")

    torch.testing.assert_close(plain["loss"][:, :13], data["loss"][:, :13])
    assert ((data["loss"] - plain["loss"]).abs()[:, 13] > 0.1).all()
    other, sound = (measure(cause=one, rerun="batches")["loss"] for one in ("data", "nothing"))
    torch.testing.assert_close(other, sound)


def test_clipping_takes_the_harm_from_a_bad_batch():
    """Its own loss is as large as ever; the network's on sound images is not."""
    settings = {"cause": "data", "factor": 1000.0, "optimizer": "sgd", "lr": 0.1}
    same, clipped = measure(**settings), measure(rerun="clipped", **settings)

    assert same["spiked"].all() & same["harmed"].all() & clipped["spiked"].all()
    assert not clipped["harmed"].any()


def test_the_loss_written_by_hand_is_the_same_mathematics():
    """-log p of the label, and -log(1 - p) of the other classes."""
    logits = torch.randn(2, 5, 10, generator=torch.Generator().manual_seed(0))
    y = torch.arange(10).view(2, 5)
    p = logits.double().softmax(-1)
    label = p.gather(-1, y[..., None]).squeeze(-1)
    others = (1 - p).log().sum(-1) - (1 - label).log()
    expected = -(label.log() + others).mean(-1)

    torch.testing.assert_close(_by_hand(logits, y).double(), expected, rtol=1e-5, atol=0)


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


def test_the_last_validation_loss_tells_of_lasting_damage():
    """An outlier under AdamW leaves a larger one than the same outlier clipped."""
    settings = {"cause": "data", "factor": 1000.0}
    same, clipped = measure(**settings), measure(rerun="clipped", **settings)

    assert not same["harmed"].any()
    assert same["after"].mean() > clipped["after"].mean()
