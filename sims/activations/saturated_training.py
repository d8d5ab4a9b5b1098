"""Training with tanh or sigmoid units, hidden or at the output, that start on the flat part.

python sims/activations/saturated_training.py --scale raw --spread 16

https://proceedings.mlr.press/v9/glorot10a.html
"""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy, binary_cross_entropy_with_logits, pad

from dlfaq.sim import Replicates, accuracy, cross_entropy
from dlfaq.sim.nets import mlp
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load

FLAT = 0.964  # tanh(2): beyond, tanh keeps at most 7 % of its largest slope


class Watched(nn.Sequential):
    """A network whose tanh and sigmoid units are watched; a single logit becomes two, (0, z)."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Inputs (N, features) to logits (N, k) and the share of flat units, (N, layers)."""
        flat = []
        for part in self:
            x = part(x)
            if isinstance(part, (nn.Tanh, nn.Sigmoid)):
                size = (x if isinstance(part, nn.Tanh) else 2 * x - 1).abs()
                flat.append((size > FLAT).float().mean(-1))
        return x if x.shape[-1] > 1 else pad(x, (1, 0)), torch.stack(flat, -1)


def saturated_training(
    replicates: Replicates,
    activation: Literal["tanh", "sigmoid"] = "tanh",
    layers: int = 2,
    hidden: int = 32,
    gain: float = 0.0,
    norm: Literal["none", "batch", "layer", "rms"] = "none",
    scale: Literal["standard", "unit", "raw"] = "standard",
    spread: float = 1.0,
    head: Literal["classes", "logits", "probabilities", "squares"] = "classes",
    start: float = 0.0,
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "sgd",
    lr: float = 0.5,
    tune: bool = False,
    steps: int = 100,
    batch: int = 32,
    data: Literal["digits", "parity", "cancer", "wine"] = "digits",
) -> dict[str, Tensor]:
    """Train a classifier.

    Setting: {layers} hidden {activation} layers of {hidden} units, normalization {norm}, on {data}
    ({scale}, times {spread}), head {head}; {optimizer} at {lr}, batch {batch}, {steps} steps.

    Args:
        replicates: One network and one order of the rows each.
        activation: Of the hidden layers.
        layers: Hidden layers, at least 1.
        hidden: Units of a hidden layer.
        gain: Standard deviation of the hidden layers' first weights times the root of their inputs;
            their biases are then 0. 0 keeps what `nn.Linear` draws.
        norm: What stands between a hidden layer and its activation.
        scale: Inputs of mean 0 and standard deviation 1, from 0 to 1, or as they come.
        spread: What the inputs are multiplied by.
        head: Cross-entropy over all classes; or, for two classes, one logit: cross-entropy of the
            logit, cross-entropy of its sigmoid, or squared error of its sigmoid.
        start: What the output's biases are raised by before training.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate the rate of a grid that is best on 200 validation rows.
        steps: Training steps, at least 1.
        batch: Rows in a batch.
        data: The digits, whether they are odd, or another data set.

    Metrics:
        accuracy: on the test rows, in [0, 1].
        flat: share of the first hidden layer's outputs on validation rows that are flat (at most
            7 % of the largest slope), before training, in [0, 1].
        flat_end: the same after training.
        flat_at[step]: the same over the hidden layers, before and during training.
        changed: share of the output layer's weights that the first step changes, in [0, 1].
        first_move: norm of that change.
    """
    rows = load(replicates, data, valid=200, scale=scale).mapped(lambda x: spread * x)
    outputs = rows.classes if head == "classes" else 1
    given = {"activation": activation, "norm": norm, "gain": gain or None}

    def make() -> nn.Module:
        net = mlp(rows.features, [hidden] * layers, outputs, **given)
        net[-1].reset_parameters()  # `gain` is for the hidden layers
        with torch.no_grad():
            net[-1].bias += start
        return Watched(*net)

    def look(net: nn.Module) -> dict[str, Tensor]:
        last = list(net.layers())[-1][1].detach().flatten(1).clone()  # (R, outputs * hidden)
        with torch.no_grad():
            return {"flat": net(rows.x_valid)[1].mean(1), "last": last}

    net = replicates.stack("net", make)
    batches = replicates.batches("batches", len(rows), min(batch, len(rows)), steps)
    how = {"optimizer": optimizer, "lr": lr, "tune": tune, "loss": _loss(head), "look": look}
    run = train(net, rows, batches, **how, look_at={*range(0, steps + 1, 10), 1, steps})
    x, y = rows.open_test()
    move, flat = run.looks["last"][:, 1] - run.looks["last"][:, 0], run.looks["flat"]
    with torch.no_grad():
        return {
            "accuracy": accuracy(net(x)[0], y),
            "flat": flat[:, 0, 0],
            "flat_end": flat[:, -1, 0],
            "flat_at": flat.mean(2),
            "step": run.steps,
            "changed": (move != 0).double().mean(1),
            "first_move": move.norm(dim=1),
        }


def _loss(head: str) -> Callable[[tuple[Tensor, ...], Tensor], Tensor]:
    """Of logits (R, N, 2), the first of the outputs, and labels (R, N), to (R,)."""
    each = {
        "logits": lambda z, y: binary_cross_entropy_with_logits(z, y, reduction="none"),
        "probabilities": lambda z, y: binary_cross_entropy(z.sigmoid(), y, reduction="none"),
        "squares": lambda z, y: (z.sigmoid() - y).square(),
    }
    if head == "classes":
        return lambda outputs, labels: cross_entropy(outputs[0], labels)
    return lambda outputs, labels: each[head](outputs[0][..., 1], labels.float()).mean(1)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
