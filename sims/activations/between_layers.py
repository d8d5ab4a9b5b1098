"""What a network can do with and without an activation between its linear layers.

python sims/activations/between_layers.py --activation identity --tune true

https://arxiv.org/abs/1312.6120
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.nets import ACTIVATIONS, NORMS, Transformer
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load

BENDS = ACTIVATIONS | {"silu": nn.SiLU}


class RowReader(Transformer):
    """A transformer whose eight tokens are the rows of an image, and which answers at the last."""

    def __init__(self, classes: int, layers: int, hidden: int, norm: str, activation: str) -> None:
        super().__init__(classes, 8, hidden, layers, heads=1, norm=norm)
        self.embed = nn.Linear(8, hidden)
        for block in self.blocks:
            block.feed[1] = BENDS[activation]()

    def forward(self, x: Tensor) -> Tensor:
        """Images (N, 64) to logits (N, k)."""
        return super().forward(x.unflatten(-1, (8, 8)))[..., -1, :]


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
        layers: Hidden layers, or blocks.
        hidden: Units of a hidden layer, or numbers of a token.
        norm: Normalization before each activation, or before attention and layers of a block; for
            a transformer not batch.
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

    shape = (layers, hidden, norm, activation)
    builders = {
        "mlp": lambda: _perceptron(inputs, classes, *shape, bent=bent),
        "transformer": lambda: RowReader(classes, *shape),
    }
    net = replicates.stack("net", builders[network])
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
