"""Hidden units that start equal, and what has to be random for them to become different.

python sims/init_symmetry.py --start constant

https://www.deeplearningbook.org/contents/optimization.html
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy, cross_entropy, digits, rows


def init_symmetry(
    replicates: Replicates,
    start: Literal["zero", "constant", "random-output", "random"] = "constant",
    value: float = 0.1,
    hidden: int = 16,
    steps: int = 200,
    lr: float = 0.2,
) -> dict[str, Tensor]:
    """Train a network with one hidden layer of ReLUs on digits, by SGD in batches of 32.

    Args:
        replicates: One order of the images each, and one network where weights are random.
        start: Where the weights begin; biases begin at 0. `zero` and `constant` make all weights equal, `random-output`
            draws the output layer's alone, `random` draws both layers'.
        value: What all weights are, if they are constant. Random ones are normal with He's variance, 2 / inputs.
        hidden: Hidden units h.
        steps: Training steps.
        lr: Learning rate.

    Metrics:
        difference: largest difference between two hidden units' weights after training, over all weights, divided by the
            root mean square of these weights; 0 if they are all 0.
        features: how many different features the hidden layer computes on the test images: dimensions that hold 99.9 %
            of the activations' squared sum.
        changed: 1 if training changed any weight of the two matrices, else 0.
        accuracy: on the test images, at the end.
    """
    data = digits(centred=True)
    scale = data.x.std()
    x, x_test = data.x.to(replicates.device) / scale, replicates.same(data.x_test / scale)  # (1200, 64), (R, 597, 64)
    y, y_test = data.y.to(replicates.device), replicates.same(data.y_test)

    def make() -> nn.Module:
        net = nn.Sequential(nn.Linear(64, hidden), nn.ReLU(), nn.Linear(hidden, 10))
        for layer, is_random in ((net[0], start == "random"), (net[2], start.startswith("random"))):
            nn.init.zeros_(layer.bias)
            nn.init.kaiming_normal_(layer.weight)
            if not is_random:
                nn.init.constant_(layer.weight, 0.0 if start == "zero" else value)
        return net

    net = replicates.stack("net", make)
    first, last = net.weights()["0.weight"], net.weights()["2.weight"]  # (R, h, 64), (R, 10, h)
    before = first.detach().clone(), last.detach().clone()
    batches = replicates.batches("batches", len(x), 32, steps)  # (R, steps, 32)
    descent = torch.optim.SGD(net.parameters(), lr=lr)
    for step in range(steps):
        index = batches[:, step]  # (R, 32)
        loss = cross_entropy(net(rows(x, index)), y[index])  # (R,)
        descent.zero_grad()
        loss.sum().backward()
        descent.step()

    with torch.no_grad():
        bias = net.weights()["0.bias"]  # (R, h)
        activations = torch.relu(x_test @ first.mT + bias[:, None])  # (R, 597, h)
        spread = (first.amax(1) - first.amin(1)).amax(1)  # (R,): between units, the largest of the 64 pixels
        changed = (first != before[0]).any(2).any(1) | (last != before[1]).any(2).any(1)
        return {
            "difference": spread / first.square().mean((1, 2)).sqrt().clamp(min=1e-12),
            "features": _dimensions(activations),
            "changed": changed.double(),
            "accuracy": accuracy(net(x_test), y_test),
        }


def _dimensions(activations: Tensor) -> Tensor:
    """Directions that hold 99.9 % of the squared sum: (R, N, h) to (R,)."""
    power = torch.linalg.svdvals(activations.double()).square()  # (R, h), descending
    held = power.cumsum(1) / power.sum(1, keepdim=True).clamp(min=1e-30)
    return torch.where(power.sum(1) > 0, (held < 0.999).sum(1) + 1, 0)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
