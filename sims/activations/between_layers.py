"""What a network can do with and without an activation between its linear layers.

python sims/activations/between_layers.py --activation identity --tune true

https://arxiv.org/abs/1312.6120
"""

import math
from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.nets import ACTIVATIONS, NORMS
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load

BENDS = ACTIVATIONS | {"silu": nn.SiLU}


class Block(nn.Module):
    """A block of a transformer: attention with one head, then two layers, a path around each."""

    def __init__(self, width: int, norm: str, activation: str, projections: str) -> None:
        super().__init__()
        self.norms = nn.ModuleList([NORMS[norm](width), NORMS[norm](width)])
        self.enter = nn.ModuleList(nn.Linear(width, width) for _ in range(3))
        self.bend = BENDS[projections]()
        self.leave = nn.Linear(width, width)
        wide = nn.Linear(width, 4 * width)
        self.feed = nn.Sequential(wide, BENDS[activation](), nn.Linear(4 * width, width))

    def forward(self, h: Tensor) -> Tensor:
        """Tokens (N, T, d) to (N, T, d)."""
        query, key, value = (self.bend(enter(self.norms[0](h))) for enter in self.enter)
        weight = (query @ key.mT / math.sqrt(h.shape[-1])).softmax(-1)  # (N, T, T)
        h = h + self.leave(weight @ value)
        return h + self.feed(self.norms[1](h))


def _row_reader(
    inputs: int,
    classes: int,
    layers: int,
    hidden: int,
    norm: str,
    activation: str,
    projections: str,
) -> nn.Sequential:
    """A transformer whose eight tokens are the rows of an image."""
    blocks = [Block(hidden, norm, activation, projections) for _ in range(layers)]
    enter = [nn.Unflatten(-1, (8, inputs // 8)), nn.Linear(inputs // 8, hidden)]
    return nn.Sequential(*enter, *blocks, nn.Flatten(-2), nn.Linear(8 * hidden, classes))


def _perceptron(
    inputs: int, classes: int, layers: int, hidden: int, norm: str, activation: str, *, bent: str
) -> nn.Sequential:
    """Linear layers, with the activation behind every hidden one or behind the first alone."""
    parts: list[nn.Module] = []
    for layer in range(layers):
        parts += [nn.Linear(hidden if layer else inputs, hidden), NORMS[norm](hidden)]
        parts += [BENDS[activation]()] if bent == "every" or layer == 0 else []
    return nn.Sequential(*parts, nn.Linear(hidden if layers else inputs, classes))


def between_layers(
    replicates: Replicates,
    network: Literal["mlp", "transformer"] = "mlp",
    activation: Literal["relu", "gelu", "silu", "tanh", "sigmoid", "identity"] = "relu",
    bent: Literal["every", "first"] = "every",
    projections: Literal["identity", "relu"] = "identity",
    layers: int = 3,
    hidden: int = 32,
    norm: Literal["none", "batch", "layer", "rms"] = "none",
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "adam",
    lr: float = 0.003,
    tune: bool = False,
    steps: int = 400,
    batch: int = 32,
    data: Literal["parity", "digits", "cancer", "wine"] = "parity",
) -> dict[str, Tensor]:
    """Train a classifier and test it; then see whether it is one matrix and a bias.

    Setting: a {network} of {layers} hidden layers or blocks of width {hidden}, {activation},
        normalization {norm}, on {data}; {optimizer} at {lr}, batch {batch}, {steps} steps.

    Args:
        replicates: One network and one order of the rows each.
        network: Linear layers; or a transformer that reads the rows of an image.
        activation: Behind each hidden layer; in a transformer, between the two layers of a block.
        bent: Behind every hidden layer, or behind the first one alone.
        projections: What stands behind the layers for query, key and value.
        layers: Hidden layers, or blocks.
        hidden: Units of a hidden layer, or numbers of a token.
        norm: Normalization before each activation, or before attention and layers of a block.
        optimizer: PyTorch's; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate the rate of a grid that is best on 200 validation rows.
        steps: Training steps.
        batch: Rows in a batch.
        data: Whether a digit is odd, which digit it is, or a table.

    Metrics:
        accuracy: on the test rows, in [0, 1].
        gap: largest |f(a + b) - f(a) - f(b) + f(0)| of the trained network f in evaluation mode,
            for 16 pairs of test rows, over the largest |f(a) - f(0)|; an affine map has 0.
        rate: the learning rate.
        inside: 1 if the rate is not at an end of the grid, in [0, 1].
    """
    rows = load(replicates, data, valid=200)
    inputs, classes = rows.features, rows.classes

    if network == "transformer":
        shape = (layers, hidden, norm, activation, projections)
        net = replicates.stack("net", lambda: _row_reader(inputs, classes, *shape))
    else:
        shape = (layers, hidden, norm, activation)
        net = replicates.stack("net", lambda: _perceptron(inputs, classes, *shape, bent=bent))
    batches = replicates.batches("batches", len(rows), min(batch, len(rows)), steps)
    run = train(net, rows, batches, optimizer=optimizer, lr=lr, tune=tune)
    x, y = rows.open_test()
    a, b = x[:, :16], x[:, 16:32]
    with torch.no_grad():
        still = net(0 * a)
        gap = net(a + b) - net(a) - net(b) + still
        return {
            "accuracy": accuracy(net(x), y),
            "gap": gap.abs().amax((1, 2)) / (net(a) - still).abs().amax((1, 2)),
            "rate": run.rate,
            "inside": run.inside,
        }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
