"""A deep network on handwritten digits that may start with gradients far too small or far too large.

python sims/depth_training.py --gain 6 --layers 30

https://proceedings.mlr.press/v9/glorot10a.html
"""

import itertools
from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy, clip_grad_norm, cross_entropy, digits, rows

ACTIVATIONS = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}


class Network(nn.Module):
    """Hidden layers of 32 units. Biases start at 0, weights normal with variance gain^2 / inputs."""

    def __init__(self, activation: str, layers: int, gain: float, *, skip: bool) -> None:
        super().__init__()
        sizes = [64, *[32] * layers, 10]
        self.linear = nn.ModuleList(nn.Linear(a, b) for a, b in itertools.pairwise(sizes))
        self.activation, self.skip, self.layers = ACTIVATIONS[activation], skip, layers
        for layer in self.linear:
            nn.init.normal_(layer.weight, std=gain / layer.in_features**0.5)
            nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Logits of a batch."""
        h = self.activation(self.linear[0](x))
        for layer in self.linear[1:-1]:
            out = self.activation(layer(h))
            h = h + out / self.layers**0.5 if self.skip else out
        return self.linear[-1](h)


def depth_training(
    replicates: Replicates,
    activation: Literal["relu", "tanh", "sigmoid"] = "relu",
    layers: int = 6,
    gain: float = 1.4142135,
    skip: bool = False,
    lr: float = 0.1,
    clip: float = 0.0,
    optimizer: Literal["sgd", "adam"] = "sgd",
    steps: int = 100,
) -> dict[str, Tensor]:
    """Train on 1200 digits in batches of 32.

    Args:
        replicates: One network and one order of the images each.
        activation: Of the hidden layers.
        layers: Hidden layers, at least 1.
        gain: The weights' standard deviation times the root of a layer's inputs: 1 is Xavier's, the root of 2 He's.
        skip: Replace each hidden layer f but the first by h + f / sqrt(layers).
        lr: Learning rate.
        clip: Largest norm of a gradient; 0 for no clipping.
        optimizer: SGD without momentum, or Adam.
        steps: Training steps.

    Metrics:
        raised: 1 if the first step did not make the loss of its own batch smaller, else 0.
        broke: 1 if a loss was inf or NaN on the way, else 0.
        loss: cross-entropy of the last 10 batches, in nats; at most 1000, and 1000 if it is not finite.
        accuracy: on the test images, at the end.
        moved: change of the first layer's weights, divided by their norm at the start; at most 1000, and 1000 if it is
            not finite.
    """
    data = digits(centred=True)
    scale = data.x.std()
    x, x_test = (
        data.x.to(replicates.device) / scale,
        replicates.same(data.x_test / scale),
    )  # (1200, 64), (R, 597, 64)
    y, y_test = data.y.to(replicates.device), replicates.same(data.y_test)
    net = replicates.stack("net", lambda: Network(activation, layers, gain, skip=skip))
    first = net.weights()["linear.0.weight"]  # (R, 32, 64)
    start = first.detach().clone()
    descent = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[optimizer](net.parameters(), lr=lr)
    batches = replicates.batches("batches", len(x), 32, steps)  # (R, steps, 32)

    losses, raised = [], None
    for step in range(steps):
        index = batches[:, step]  # (R, 32)
        loss = cross_entropy(net(rows(x, index)), y[index])  # (R,)
        descent.zero_grad()
        loss.sum().backward()
        if clip:
            clip_grad_norm(net.parameters(), clip)
        descent.step()
        losses.append(loss.detach())
        if raised is None:
            with torch.no_grad():
                again = cross_entropy(net(rows(x, index)), y[index])
            raised = ~(again < loss)  # a NaN is not smaller
    losses = torch.stack(losses, 1)  # (R, steps)
    with torch.no_grad():
        moved = torch.linalg.matrix_norm(first - start) / torch.linalg.matrix_norm(start)
        return {
            "raised": raised.double(),
            "broke": (~losses.isfinite()).any(1).double(),
            "loss": losses[:, -10:].mean(1).nan_to_num(1000.0).clamp(max=1000),
            "accuracy": accuracy(net(x_test), y_test),
            "moved": moved.nan_to_num(1000.0).clamp(max=1000),
        }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
