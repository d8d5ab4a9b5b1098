"""Learning one batch by heart against a plain loop, for each scale of the pixels."""

import pytest
import torch
from sims.symptoms.scaled_batch import scaled_batch
from torch import nn
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.training_data import load


def scaled(x: torch.Tensor, pixels: str) -> torch.Tensor:
    """All training images (n, 64) from 0 to 1, scaled."""
    if pixels == "centred":
        x = x - x.mean(0)
        return x / x.std()
    return (x - x.mean()) / x.std() if pixels == "together" else x


@pytest.mark.parametrize("fault", ["none", "softmax-twice", "no-zero-grad"])
@pytest.mark.parametrize("pixels", ["centred", "together", "unit"])
def test_one_batch_is_a_plain_loop(pixels, fault):
    """Replicate 1 alone, as an ordinary script would train it."""
    measured = scaled_batch(
        Replicates("scaled_batch", range(2)), pixels=pixels, fault=fault, steps=20
    )
    drawn = Replicates("scaled_batch", [1])
    rows = load(drawn, own=True, scale="unit")
    made = []

    def like_the_setup():
        made.append(
            nn.Sequential(
                nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 10)
            )
        )
        return made[-1]

    drawn.stack("net", like_the_setup)
    (model,) = made
    descent = torch.optim.AdamW(model.parameters(), lr=0.005)
    x, y = scaled(rows.x[0], pixels)[:16], rows.y[0, :16]
    for _ in range(20):
        z = model(x).softmax(-1) if fault == "softmax-twice" else model(x)
        loss = F.cross_entropy(z, y)
        if fault != "no-zero-grad":
            descent.zero_grad()
        loss.backward()
        descent.step()
    assert measured["fitted"][1].item() == pytest.approx(loss.item(), rel=1e-2)
