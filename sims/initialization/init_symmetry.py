"""Hidden units that start equal, and what has to be random for them to become different.

python sims/initialization/init_symmetry.py --start constant

https://www.deeplearningbook.org/contents/optimization.html
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load


def init_symmetry(
    replicates: Replicates,
    start: Literal["zero", "constant", "random-output", "random"] = "constant",
    value: float = 0.1,
    hidden: int = 16,
    steps: int = 200,
    optimizer: Literal["sgd", "momentum", "adam", "adamw", "rmsprop", "adagrad"] = "sgd",
    lr: float = 0.2,
    tune: bool = False,
) -> dict[str, Tensor]:
    """Train a network with one hidden layer of ReLUs on digits in batches of 32.

    Setting: a {hidden}-unit ReLU network on digits, {start} weights; {optimizer} at {lr}, batch 32,
    {steps} steps.

    Args:
        replicates: One order of the images each, and one network where weights are random.
        start: Where the weights begin; biases begin at 0. `zero` and `constant` make all
            weights equal, `random-output` draws the output layer's alone, `random` draws both
            layers'.
        value: What all weights are, if they are constant. Random ones are normal with He's
            variance, 2 / inputs.
        hidden: Hidden units h.
        steps: Training steps.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate its best rate of a grid, by 200 images kept for validation.

    Metrics:
        difference: largest difference between two hidden units' weights after training, over
            all weights, divided by the root mean square of these weights; 0 if they are all 0.
        features: how many different features the hidden layer computes on the test images:
            dimensions that hold 99.9 % of the activations' squared sum.
        changed: 1 if training changed any weight of the two matrices, else 0, in [0, 1].
        accuracy: on the test images, at the end, in [0, 1].
    """
    task = load(replicates, valid=200 if tune else 0)

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
    batches = replicates.batches("batches", len(task), 32, steps)  # (R, steps, 32)
    train(net, task, batches, optimizer=optimizer, lr=lr, tune=tune)
    x, y = task.open_test()
    with torch.no_grad():
        bias = net.weights()["0.bias"]  # (R, h)
        activations = torch.relu(x @ first.mT + bias[:, None])  # (R, 597, h)
        # between units, the largest of the 64 pixels, (R,)
        spread = (first.amax(1) - first.amin(1)).amax(1)
        changed = (first != before[0]).any(2).any(1) | (last != before[1]).any(2).any(1)
        return {
            "difference": spread / first.square().mean((1, 2)).sqrt().clamp(min=1e-12),
            "features": _dimensions(activations),
            "changed": changed.double(),
            "accuracy": accuracy(net(x), y),
        }


def _dimensions(activations: Tensor) -> Tensor:
    """Directions that hold 99.9 % of the squared sum: (R, N, h) to (R,)."""
    power = torch.linalg.svdvals(activations.double()).square()  # (R, h), descending
    held = power.cumsum(1) / power.sum(1, keepdim=True).clamp(min=1e-30)
    return torch.where(power.sum(1) > 0, (held < 0.999).sum(1) + 1, 0)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
