"""How far down its gradient a network may go before the loss rises, with normalization and without.

python sims/normalization/norm_line.py --normalize batch --layers 8

The loop is written out, since it tries rates for one step and trains nothing.

https://arxiv.org/abs/1805.11604
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates, cross_entropy
from dlfaq.sim.deep import Deep
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load


def norm_line(
    replicates: Replicates,
    normalize: Literal["none", "batch", "layer"] = "batch",
    layers: int = 8,
    gain: float = 1.4142135,
    steps: int = 20,
    lr: float = 0.1,
    batch: int = 64,
) -> dict[str, Tensor]:
    """Train on digits for a few steps of SGD, then try out single steps of many lengths from there.

    Setting: {layers} hidden ReLU layers of 32 units, normalization {normalize}, on 1200 digits;
        {steps} steps of SGD at {lr}, batch {batch}, before the tries.

    Args:
        replicates: One ReLU network with hidden layers of 32 units and one order of the images
            each.
        normalize: What stands between each hidden linear layer and its ReLU.
        layers: Hidden layers.
        gain: The weights' standard deviation times the root of a layer's inputs: the root of 2
            is He's scale.
        steps: Steps of SGD before the tries.
        lr: Their learning rate.
        batch: Images B in a batch; the tries look at the batch whose gradient they follow.

    Metrics:
        loss: of the batch, before the tries, in nats.
        after[rate]: loss of the same batch after one step of this learning rate, in nats; above
            10, inf and nan count as 10.
        reach: largest learning rate tried, in powers of 2, up to which each one makes the loss
            lower than it was.
        gradient: norm of the gradient.
    """
    task = load(replicates)
    sizes, first = [64, *[32] * layers, 10], {"gain": gain, "last_gain": 1.0}
    net = replicates.stack("net", lambda: Deep(sizes, "relu", normalize, **first))
    batches = replicates.batches("batches", len(task), batch, steps + 1)  # (R, steps + 1, B)
    train(net, task, batches[:, :-1], lr=lr)
    net.train()  # batch normalization goes on to use its batch's mean and variance
    each = torch.arange(len(replicates), device=replicates.device)[:, None]  # (R, 1)
    x, y = task.x[each, batches[:, -1]], task.y[each, batches[:, -1]]  # (R, B, 64), (R, B)
    net.zero_grad()
    loss = cross_entropy(net(x), y)  # (R,)
    loss.sum().backward()
    weights = list(net.parameters())
    start = [w.detach().clone() for w in weights]
    rates = 2.0 ** torch.arange(-8, 9)  # 1/256 … 256
    tried = []
    with torch.no_grad():
        for rate in rates:
            for w, w0 in zip(weights, start, strict=True):
                w.copy_(w0 - rate * w.grad)
            tried.append(cross_entropy(net(x), y))
    after = torch.stack(tried, 1).nan_to_num(nan=10.0).clamp(max=10.0)  # (R, rates)
    # (R,): how many rates in a row
    lower = (after < loss[:, None].detach()).int().cumprod(1).sum(1)
    return {
        "loss": loss.detach(),
        "after": after,
        "rate": rates,
        "reach": 2.0 ** (lower - 9),  # none at all: half the smallest
        "gradient": torch.stack([w.grad.flatten(1).square().sum(1) for w in weights]).sum(0).sqrt(),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
