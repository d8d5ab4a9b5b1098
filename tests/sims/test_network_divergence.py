"""The stacked training against one ordinary network and torch.nn.utils."""

import torch
from sims.network_divergence import network_divergence
from torch import nn

from dlfaq.sim import Replicates, digits


def test_it_is_an_ordinary_training_loop():
    """Replicate 1 with `torch.nn.utils.clip_grad_norm_`."""
    measured = network_divergence(Replicates("network_divergence", range(3)), lr=0.1, clip=0.5, steps=20)
    drawn = Replicates("network_divergence", [1])
    net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1))
    stacked = drawn.stack("net", lambda: nn.Sequential(*[type(m)(*_sizes(m)) for m in net]))
    net.load_state_dict({name: value[0].detach() for name, value in stacked.weights().items()})
    data = digits()
    target = ((data.y - data.y.double().mean()) / data.y.double().std()).float()
    optimizer, losses = torch.optim.SGD(net.parameters(), lr=0.1), []
    for rows in drawn.batches("batches", len(target), 32, 20)[0]:
        loss = (net(data.x[rows]).squeeze(1) - target[rows]).square().mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 0.5)
        optimizer.step()
        losses.append(loss.item())

    assert abs(measured["best"][1].item() - min(losses[-10:]) / losses[0]) < 1e-4


def _sizes(module: nn.Module) -> tuple[int, ...]:
    return (module.in_features, module.out_features) if isinstance(module, nn.Linear) else ()


def test_a_huge_rate_diverges_and_a_small_one_does_not():
    """Even if clipping freezes the weights where the norm of the gradient overflows."""
    diverged = {
        (lr, clip): network_divergence(Replicates("network_divergence", range(4)), lr=lr, clip=clip, steps=30)[
            "diverged"
        ]
        for lr, clip in ((1e-3, 0.0), (30.0, 0.0), (30.0, 1e30))
    }

    assert not diverged[1e-3, 0.0].any()
    assert diverged[30.0, 0.0].all()
    assert diverged[30.0, 1e30].all()
