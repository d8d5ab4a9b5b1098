"""Half precision against one ordinary network, against `torch.amp.GradScaler`, and where its numbers end."""

import pytest
import torch
from sims.precision_divergence import precision_divergence
from torch import nn

from dlfaq.sim import Replicates, digits


def measure(**settings):
    """A few replicates."""
    return precision_divergence(Replicates("precision_divergence", range(4)), **settings)


@pytest.mark.parametrize("inputs", [0.1, 16.0])
def test_loss_scaling_is_that_of_pytorch(inputs):
    """Replicate 1 alone, with PyTorch's own scaler: it leaves out the same steps."""
    steps = 8
    measured = measure(precision="float16-scaled", lr=0.03, inputs=inputs, steps=steps)["skipped"][1].item()
    drawn = Replicates("precision_divergence", [1])
    net = nn.Sequential(nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 1))
    stacked = drawn.stack("net", lambda: nn.Sequential(*[type(m)(*_sizes(m)) for m in net]))
    net.load_state_dict({name: value[0].detach() for name, value in stacked.weights().items()})
    data = digits()
    target = ((data.y - data.y.double().mean()) / data.y.double().std()).float()
    optimizer, scaler = torch.optim.SGD(net.parameters(), lr=0.03), torch.amp.GradScaler("cpu")
    skipped = 0
    for rows in drawn.batches("batches", len(target), 32, steps)[0]:
        with torch.autocast("cpu", dtype=torch.float16):
            loss = nn.functional.mse_loss(net(inputs * data.x[rows]).squeeze(1), target[rows])
        optimizer.zero_grad()
        scaler.scale(loss).backward()
        before = scaler.get_scale()
        scaler.step(optimizer)
        scaler.update()
        skipped += scaler.get_scale() < before

    assert measured == pytest.approx(skipped / steps)
    assert inputs < 1 or skipped


def _sizes(module: nn.Module) -> tuple[int, ...]:
    return (module.in_features, module.out_features) if isinstance(module, nn.Linear) else ()


def test_float16_ends_where_the_others_go_on():
    """Hidden units beyond 65504."""
    broken = {
        precision: measure(precision=precision, lr=0.0, inputs=3e5, steps=1)["broken"].tolist()
        for precision in ("float32", "bfloat16", "float16")
    }

    assert broken == {"float32": [False] * 4, "bfloat16": [False] * 4, "float16": [True] * 4}


def test_a_step_that_is_not_finite_is_left_out_with_scaling_only():
    """Without it the weights take the NaN."""
    plain, scaled = (measure(precision=one, lr=0.1, inputs=3e5, steps=3) for one in ("float16", "float16-scaled"))

    assert plain["ruined"].all()
    assert not scaled["ruined"].any()
    assert scaled["skipped"].tolist() == pytest.approx([1.0] * 4)
    assert not plain["skipped"].any()
