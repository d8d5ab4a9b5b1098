"""A rate that is too high: the nearest number, outputs that are NaN, and warmup."""

import torch
from sims.divergence.rate_too_high import rate_too_high

from dlfaq.sim import Replicates


def measure(**settings):
    """A few replicates."""
    return rate_too_high(Replicates("rate_too_high", range(4)), **settings)


def test_a_network_at_rate_zero_stays_as_it_is():
    """Nothing diverges where nothing moves, and the guess is as good as chance."""
    for model in ("mlp", "transformer"):
        measured = measure(lr=0.0, steps=5, model=model)
        assert not measured["nonfinite"].any()
        assert (measured["peak"] < 2).all()
        assert (measured["accuracy"] < 0.4).all()


def test_a_huge_rate_with_squared_error_is_not_finite_and_nothing_is_right():
    """NaN is no answer, for numbers and for classes."""
    for target in ("number", "class"):
        measured = measure(lr=1e6, target=target, hidden=256)
        assert measured["nonfinite"].all()
        assert measured["accuracy"].tolist() == [0.0] * 4
        assert measured["peak"].tolist() == [1e9] * 4


def test_the_nearest_number_counts_as_right():
    """A good rate recognizes many digits by their number, far more than chance."""
    assert (measure(lr=0.03, target="number")["accuracy"] > 0.25).all()


def test_warmup_is_a_share_of_the_steps():
    """Half of two steps is one, at the whole rate; all of ten keep the loss lower, on average."""
    half, none = measure(lr=1.0, warmup=0.5, steps=2), measure(lr=1.0, steps=2)
    torch.testing.assert_close(half["peak"], none["peak"])
    settings = {"lr": 1.0, "optimizer": "adamw", "steps": 10}
    warm, cold = (measure(warmup=share, **settings)["peak"] for share in (1.0, 0.0))
    assert warm.log().mean() < cold.log().mean()


def test_clipped_to_almost_nothing_a_network_stays_as_it_is():
    """At a rate that would train it."""
    assert (measure(lr=0.1, clip=1e-6)["accuracy"] < 0.4).all()


def test_good_rates_train_both_models():
    """Far above chance."""
    assert (measure(lr=0.1)["accuracy"] > 0.75).all()
    assert (measure(lr=0.01, optimizer="adamw", model="transformer")["accuracy"] > 0.5).all()


def test_normalization_stands_in_two_places():
    """Both train at a good rate, and they are not the same network."""
    settings = {"lr": 0.01, "optimizer": "adamw", "model": "transformer"}
    seen = []
    for place in ("post", "pre"):
        measured = measure(place=place, **settings)
        assert (measured["accuracy"] > 0.5).all()
        seen.append(measured["accuracy"])
    assert (seen[0] != seen[1]).any()
