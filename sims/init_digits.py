"""The scale of the first weights, and what becomes of training.

python sims/init_digits.py --gain 3 --layers 8

https://arxiv.org/abs/1502.01852
"""

import itertools
from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy, cross_entropy, digits, rows


class Network(nn.Module):
    """Hidden layers of ReLUs. Biases start at 0, weights normal with variance gain^2 / inputs, or as PyTorch draws them."""

    def __init__(self, layers: int, gain: float, width: int, *, normalize: bool, default: bool) -> None:
        super().__init__()
        sizes = [64, *[width] * layers, 10]
        self.linear = nn.ModuleList(nn.Linear(a, b) for a, b in itertools.pairwise(sizes))
        norms = [nn.LayerNorm(width) if normalize else nn.Identity() for _ in range(layers)]
        self.norms = nn.ModuleList(norms)
        for layer in () if default else self.linear:
            nn.init.normal_(layer.weight, std=gain / layer.in_features**0.5)
            nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Logits of a batch."""
        for layer, norm in zip(self.linear, self.norms, strict=False):  # all but the last, which has no norm
            x = torch.relu(norm(layer(x)))
        return self.linear[-1](x)


def init_digits(
    replicates: Replicates,
    gain: float = 1.4142135,
    default: bool = False,
    layers: int = 1,
    normalize: bool = False,
    optimizer: Literal["sgd", "adam"] = "sgd",
    lr: float = 0.1,
    steps: int = 150,
    examples: int = 1200,
    width: int = 32,
) -> dict[str, Tensor]:
    """Train on digits in batches of 32.

    Args:
        replicates: One network and one order of the images each.
        gain: The weights' standard deviation times the root of a layer's inputs: the root of 2 is He's, 1 is Xavier's.
        default: Keep the weights and biases that `nn.Linear` draws by itself, whatever the gain.
        layers: Hidden layers, at least 1.
        normalize: Put layer normalization before each activation.
        optimizer: SGD without momentum, or Adam.
        lr: Learning rate.
        steps: Training steps.
        examples: Training images, the first so many.
        width: Units of a hidden layer.

    Metrics:
        first_loss: loss on the training images before training, in nats; at most 1000.
        accuracy: on the test images, at the end.
        train_accuracy: on the training images, at the end.
    """
    data = digits(centred=True)
    scale = data.x.std()
    x, y = data.x[:examples].to(replicates.device) / scale, data.y[:examples].to(replicates.device)  # (N, 64), (N,)
    x_test, y_test = replicates.same(data.x_test / scale), replicates.same(data.y_test)  # (R, 597, 64), (R, 597)
    x_train, y_train = replicates.same(x), replicates.same(y)

    net = replicates.stack("net", lambda: Network(layers, gain, width, normalize=normalize, default=default))
    with torch.no_grad():
        first_loss = cross_entropy(net(x_train), y_train)
    descent = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[optimizer](net.parameters(), lr=lr)
    batches = replicates.batches("batches", examples, 32, steps)  # (R, steps, 32)
    for step in range(steps):
        index = batches[:, step]  # (R, 32)
        loss = cross_entropy(net(rows(x, index)), y[index])  # (R,)
        descent.zero_grad()
        loss.sum().backward()
        descent.step()
    with torch.no_grad():
        return {
            "first_loss": first_loss.clamp(max=1000),
            "accuracy": accuracy(net(x_test), y_test),
            "train_accuracy": accuracy(net(x_train), y_train),
        }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
