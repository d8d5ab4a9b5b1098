"""Broken examples: which they are, and that skipping is what a plain loop would do."""

import torch
from sims.divergence.bad_rows import bad_rows
from torch import nn

from dlfaq.sim import Replicates, cross_entropy
from dlfaq.sim.nets import mlp
from dlfaq.sim.training_data import load


def measure(count=4, **settings):
    """A few replicates."""
    return bad_rows(Replicates("bad_rows", range(count)), **settings)


def test_skipping_is_a_plain_loop_that_tests_the_norm():
    """Replicate 1 alone, SGD, with a tenth of the images bad."""
    settings = {"share": 0.1, "steps": 40, "hidden": 16, "batch": 4}
    measured = measure(skip=True, **settings)
    drawn = Replicates("bad_rows", [1])
    data = load(drawn, "digits", valid=200)
    bad = drawn.permutation("bad", 1000)[0, :100]
    x = data.x[0].clone()
    x[bad, 32] = torch.nan
    net = drawn.stack("net", lambda: mlp(64, [16, 16], 10))
    optimizer, skipped = torch.optim.SGD(net.parameters(), lr=0.1), 0
    for rows in drawn.batches("batches", 1000, 4, 40)[0]:
        loss = cross_entropy(net(x[rows][None]), data.y[:, rows])
        optimizer.zero_grad()
        loss.sum().backward()
        norm = nn.utils.clip_grad_norm_(net.parameters(), 1e9)
        if torch.isfinite(norm):
            optimizer.step()
        else:
            skipped += 1
    x, y = data.open_test()
    right = (net(x).argmax(-1) == y).double().mean().item()

    assert abs(measured["skipped"][1].item() - skipped / 40) < 1e-6
    assert abs(measured["accuracy"][1].item() - right) < 0.004


def test_a_dropped_example_breaks_nothing():
    """Neither a NaN nor an outlier is left."""
    for bad in ("nan", "large"):
        assert (measure(bad=bad, drop=True, share=0.1)["accuracy"] > 0.8).all()
        assert (measure(bad=bad, drop=True, share=0.1)["peak"] < 2).all()


def test_the_test_images_are_sound_and_the_same():
    """Without a step the accuracy does not depend on what is bad."""
    plain, bad = (
        measure(bad=one, share=0.1, lr=0.0, steps=1)["accuracy"] for one in ("none", "large")
    )

    torch.testing.assert_close(plain, bad)


def test_clipping_spreads_a_nan_and_an_inf():
    """PyTorch's own: one NaN makes every gradient NaN; one inf makes the others 0."""
    for bad in (torch.nan, torch.inf):
        weights = [nn.Parameter(torch.ones(3)) for _ in range(2)]
        for weight in weights:
            weight.grad = torch.ones(3)
        weights[0].grad[1] = bad
        norm = nn.utils.clip_grad_norm_(weights, 1.0)
        assert not torch.isfinite(norm)
        assert weights[0].grad[1].isnan()
        assert weights[1].grad.isnan().all() if bad is torch.nan else (weights[1].grad == 0).all()
