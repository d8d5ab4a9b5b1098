"""Half precision against `torch.amp.GradScaler`, and where its numbers end."""

import pytest
import torch
from sims.divergence.half_training import half_training
from torch import nn
from torch.nn import functional as F

from dlfaq.sim import Replicates, digits


def measure(**settings):
    """A few replicates."""
    return half_training(Replicates("half_training", range(4)), **settings)


@pytest.mark.parametrize("inputs", [0.1, 3e4])
def test_loss_scaling_is_that_of_pytorch(inputs):
    """Replicate 1 alone, with PyTorch's own scaler: it leaves out the same steps."""
    steps, settings = 8, {"norm": "none", "optimizer": "sgd", "lr": 1e-9, "hidden": 16}
    measured = measure(scaled=True, inputs=inputs, steps=steps, **settings)["skipped"][1].item()
    drawn = Replicates("half_training", [1])
    net = nn.Sequential(nn.Linear(64, 16), nn.Linear(16, 16), nn.Linear(16, 10))
    weights = drawn.stack(
        "net", lambda: nn.Sequential(*[nn.Linear(m.in_features, m.out_features) for m in net])
    ).weights()
    net.load_state_dict({name: value[0].detach() for name, value in weights.items()})
    data = digits()
    optimizer, scaler = torch.optim.SGD(net.parameters(), lr=1e-9), torch.amp.GradScaler("cpu")
    skipped = 0
    for rows in drawn.batches("batches", len(data.x), 32, steps)[0]:
        with torch.autocast("cpu", dtype=torch.float16):
            loss = F.cross_entropy(
                net[2](net[1](net[0](inputs * data.x[rows]).relu()).relu()), data.y[rows]
            )
        optimizer.zero_grad()
        scaler.scale(loss).backward()
        before = scaler.get_scale()
        scaler.step(optimizer)
        scaler.update()
        skipped += scaler.get_scale() < before

    assert measured == pytest.approx(skipped / steps)
    assert inputs < 1 or skipped


def test_images_of_16_bits_fit_into_all_formats_but_float16():
    """Trained for 40 steps."""
    right = {
        one: measure(precision=one, inputs=65535.0, steps=40)["accuracy"].min() for one in FORMATS
    }

    assert right["float32"] > 0.5
    assert right["bfloat16"] > 0.5
    assert right["float16"] < 0.1


FORMATS = ("float32", "bfloat16", "float16")


def test_dividing_the_loss_changes_nothing_in_float32():
    """SGD's rate makes up for it; AdamW does not see it."""
    for optimizer, lr in (("sgd", 0.1), ("adamw", 0.001)):
        settings = {"precision": "float32", "optimizer": optimizer, "lr": lr, "steps": 20}
        whole, divided = measure(**settings), measure(divide=1024.0, **settings)
        assert (whole["accuracy"] - divided["accuracy"]).abs().max() < 0.02


def test_small_gradients_vanish_in_float16_and_scaled_they_do_not():
    """A millionth of the loss."""
    settings = {"divide": 2.0**20, "steps": 10}

    assert (measure(**settings)["vanished"] > 0.95).all()
    assert (measure(scaled=True, **settings)["vanished"] < 0.5).all()
    assert (measure(precision="bfloat16", **settings)["vanished"] < 0.5).all()
