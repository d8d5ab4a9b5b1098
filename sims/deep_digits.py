"""A plain deep network on handwritten digits: what its first layer gets of the gradient, and whether it learns.

python sims/deep_digits.py --activation sigmoid --layers 6

https://proceedings.mlr.press/v9/glorot10a.html
"""

import itertools
from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy, cross_entropy, digits, rows

ACTIVATIONS = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu, "identity": lambda x: x}


class Deep(nn.Module):
    """Linear layers with activations between them. Biases start at 0, weights normal with variance gain^2 / inputs."""

    def __init__(self, activation: str, sizes: list[int], gain: float, skip: float, *, as_tanh: bool) -> None:
        super().__init__()
        self.linear = nn.ModuleList(nn.Linear(a, b) for a, b in itertools.pairwise(sizes))
        self.activation, self.skip = ACTIVATIONS[activation], skip
        for layer in self.linear:
            nn.init.normal_(layer.weight, std=gain / layer.in_features**0.5)
            nn.init.zeros_(layer.bias)
        # tanh(a) = 2 sigmoid(2 a) - 1: let sigmoids compute what tanh would with the weights just drawn
        for before, after in itertools.pairwise(self.linear) if as_tanh else ():
            before.weight.data *= 2  # the inner 2, in the layer before the sigmoids
            before.bias.data *= 2
            after.bias.data -= after.weight.data.sum(1)  # the - 1 …
            after.weight.data *= 2  # … and the outer 2, in the layer that reads the sigmoids

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Logits and the last hidden layer of a batch."""
        h = self.activation(self.linear[0](x))
        for layer in self.linear[1:-1]:
            h = self.skip * h + self.activation(layer(h))
        return self.linear[-1](h), h


def deep_digits(
    replicates: Replicates,
    activation: Literal["sigmoid", "tanh", "relu", "identity"] = "sigmoid",
    layers: int = 3,
    gain: float = 1.0,
    as_tanh: bool = False,
    skip: float = 0.0,
    optimizer: Literal["sgd", "adam"] = "sgd",
    lr: float = 0.5,
    steps: int = 100,
    parity: bool = False,
) -> dict[str, Tensor]:
    """Train on 1200 digits in batches of 32, after looking at the first gradient.

    Args:
        replicates: One network and one order of the images each.
        activation: Of the hidden layers.
        layers: Hidden layers of 32 units, at least 1.
        gain: The weights' standard deviation times the root of a layer's inputs: 1 is Xavier's, the root of 2 He's.
        as_tanh: Start sigmoids with the weights and biases that compute what tanh would with the weights drawn.
        skip: Share of a hidden layer's input that is added to its output: 0 in a plain network, 1 adds the identity.
        optimizer: SGD without momentum, or Adam.
        lr: Learning rate.
        steps: Training steps; with 0 only the start is measured.
        parity: Ask whether the digit is odd instead of which one it is.

    Metrics:
        first_gradient: norm of the gradient of the first layer's weights, before training.
        last_gradient: the same for the last hidden layer's weights.
        offset: mean of the last hidden layer's outputs, before training.
        accuracy: on the test images, at the end.
        steps_to_90: first step, in tens, with 90 % of the test images right; `steps` + 10 if there is none.
        first_change: change of the first layer's weights, divided by their norm at the start.
        last_change: the same for the last hidden layer.
    """
    data = digits(centred=True)
    scale, classes = data.x.std(), 2 if parity else 10
    x, x_test = data.x.to(replicates.device) / scale, replicates.same(data.x_test / scale)  # (1200, 64), (R, 597, 64)
    y, y_test = data.y.to(replicates.device) % classes, replicates.same(data.y_test % classes)
    sizes = [64, *[32] * layers, classes]
    net = replicates.stack("net", lambda: Deep(activation, sizes, gain, skip, as_tanh=as_tanh))
    first, last = (net.weights()[f"linear.{number}.weight"] for number in (0, layers - 1))  # (R, out, in)
    batches = replicates.batches("batches", len(x), 32, steps + 1)  # (R, steps + 1, 32)

    logits, h = net(rows(x, batches[:, -1]))
    gradients = torch.autograd.grad(cross_entropy(logits, y[batches[:, -1]]).sum(), (first, last))
    descent = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[optimizer](net.parameters(), lr=lr)
    before = [first.detach().clone(), last.detach().clone()]
    reached = torch.full((len(replicates),), float(steps + 10), device=replicates.device)
    for step in range(1, steps + 1):
        index = batches[:, step - 1]  # (R, 32)
        loss = cross_entropy(net(rows(x, index))[0], y[index])  # (R,)
        descent.zero_grad()
        loss.sum().backward()
        descent.step()
        if step % 10 == 0:
            with torch.no_grad():
                good = accuracy(net(x_test)[0], y_test) >= 0.9  # (R,)
                reached[good] = reached[good].clamp(max=step)
    norm = torch.linalg.matrix_norm
    with torch.no_grad():
        return {
            "first_gradient": norm(gradients[0]),
            "last_gradient": norm(gradients[1]),
            "offset": h.mean((1, 2)),
            "accuracy": accuracy(net(x_test)[0], y_test),
            "steps_to_90": reached,
            "first_change": norm(first - before[0]) / norm(before[0]),
            "last_change": norm(last - before[1]) / norm(before[1]),
        }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
