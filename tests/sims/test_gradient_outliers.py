"""Noisy descent against its recursion."""

import torch
from sims.gradient_outliers import gradient_outliers

from dlfaq.sim import Replicates


def sim(**given):
    return gradient_outliers(Replicates("gradient_outliers", range(4)), **given)


def test_it_is_the_recursion_written_out():
    """Each step makes it 0.9 w - 0.1 noise."""
    noise = Replicates("gradient_outliers", range(4)).normal("noise", 30, 10, dtype=torch.float64) / 10**0.5
    w, path = torch.zeros(4, 10, dtype=torch.float64), []
    for step in range(30):
        w = 0.9 * w - 0.1 * noise[:, step]
        path.append(w.norm(dim=1))

    torch.testing.assert_close(sim(noise="normal", steps=30)["furthest"], torch.stack(path).amax(0))


def test_a_clipped_step_is_no_longer_than_rate_times_norm():
    """After n steps the distance is at most 0.1 n, whatever the noise."""
    assert (sim(clip=1.0, steps=5)["furthest"] <= 0.5).all()


def test_a_clip_out_of_reach_changes_nothing():
    """Up to the rounding of a factor of 1."""
    torch.testing.assert_close(sim(clip=1e12)["furthest"], sim()["furthest"])
