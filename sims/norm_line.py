"""How far down its gradient a network may go before the loss rises again, with and without normalization.

python sims/norm_line.py --normalize batch --layers 8

https://arxiv.org/abs/1805.11604
"""

import itertools
from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, cross_entropy, digits, rows

NORMS = {"none": nn.Identity, "batch": nn.BatchNorm1d, "layer": nn.LayerNorm}


def norm_line(
    replicates: Replicates,
    normalize: Literal["none", "batch", "layer"] = "batch",
    layers: int = 8,
    gain: float = 1.4142135,
    steps: int = 20,
    lr: float = 0.1,
    batch: int = 64,
) -> dict[str, Tensor]:
    """Train on digits for a few steps of SGD, then try out single steps of many lengths from where it stands.

    Args:
        replicates: One ReLU network with hidden layers of 32 units and one order of the images each.
        normalize: What stands between each hidden linear layer and its ReLU.
        layers: Hidden layers.
        gain: The weights' standard deviation times the root of a layer's inputs: the root of 2 is He's scale.
        steps: Steps of SGD before the tries.
        lr: Their learning rate.
        batch: Images B in a batch; the tries look at the batch whose gradient they follow.

    Metrics:
        loss: of the batch, before the tries, in nats.
        after[rate]: loss of the same batch after one step of this learning rate, in nats; above 10, inf and nan count as 10.
        reach: largest learning rate tried, in powers of 2, up to which each one makes the loss lower than it was.
        gradient: norm of the gradient.
    """
    data = digits(centred=True)
    x, y = (data.x / data.x.std()).to(replicates.device), data.y.to(replicates.device)  # (1200, 64), (1200,)
    net = replicates.stack("net", lambda: _network(normalize, layers, gain))
    batches = replicates.batches("batches", len(x), batch, steps + 1)  # (R, steps + 1, B)
    descent = torch.optim.SGD(net.parameters(), lr=lr)
    for step in range(steps + 1):
        index = batches[:, step]  # (R, B)
        loss = cross_entropy(net(rows(x, index)), y[index])  # (R,)
        descent.zero_grad()
        loss.sum().backward()
        if step < steps:
            descent.step()  # the last gradient is kept for the tries

    weights = list(net.parameters())
    start = [w.detach().clone() for w in weights]
    rates = 2.0 ** torch.arange(-8, 9)  # 1/256 … 256
    tried = []
    with torch.no_grad():
        for rate in rates:
            for w, w0 in zip(weights, start, strict=True):
                w.copy_(w0 - rate * w.grad)
            tried.append(cross_entropy(net(rows(x, index)), y[index]))
    after = torch.stack(tried, 1).nan_to_num(nan=10.0).clamp(max=10.0)  # (R, rates)
    lower = (after < loss[:, None].detach()).int().cumprod(1).sum(1)  # (R,): how many rates in a row
    return {
        "loss": loss.detach(),
        "after": after,
        "rate": rates,
        "reach": 2.0 ** (lower - 9),  # none at all: half the smallest
        "gradient": torch.stack([w.grad.flatten(1).square().sum(1) for w in weights]).sum(0).sqrt(),
    }


def _network(normalize: str, layers: int, gain: float) -> nn.Module:
    """64 inputs, hidden layers of 32 units, 10 logits; biases start at 0."""
    net = nn.Sequential()
    for inputs, width in itertools.pairwise([64, *[32] * layers]):
        net.extend([nn.Linear(inputs, width), NORMS[normalize](width), nn.ReLU()])
    net.append(nn.Linear(32, 10))
    for module in net:
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=(1.0 if module is net[-1] else gain) / module.in_features**0.5)
            nn.init.zeros_(module.bias)
    return net


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
