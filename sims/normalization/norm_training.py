"""How fast and how well a plain deep network trains, with normalization and without.

python sims/normalization/norm_training.py --norm batch --lr 0.3

`deep_digits` measures more on the way; this trains alone, at a third of its cost.

https://arxiv.org/abs/1806.02375
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.deep import Deep
from dlfaq.sim.losses import capped, first_time
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load

STARTS = {  # gains of the hidden layers and of the output layer; 0 keeps what `nn.Linear` draws
    "he": {"gain": 2**0.5, "last_gain": 1.0},
    "xavier": {"gain": 1.0},
    "default": {},
}


def norm_training(
    replicates: Replicates,
    norm: Literal["none", "batch", "layer", "rms"] = "none",
    activation: Literal["relu", "tanh"] = "relu",
    start: Literal["he", "xavier", "default"] = "he",
    layers: int = 8,
    hidden: int = 32,
    skips: bool = False,
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "sgd",
    lr: float = 0.03,
    tune: bool = False,
    steps: int = 60,
    batch: int = 32,
    data: Literal["digits", "parity", "cancer", "wine"] = "digits",
) -> dict[str, Tensor]:
    """Train with cross-entropy, then test.

    Setting: {layers} hidden {activation} layers of {hidden} units, {start} weights, normalization
        {norm}, scaled skips: {skips}, on {data}; {optimizer} at {lr}, batch {batch}, {steps} steps.

    Args:
        replicates: One network and one order of the rows each.
        norm: What stands between a hidden layer and its activation.
        activation: Of the hidden layers.
        start: First weights: He's with an output layer at Xavier's scale, Xavier's, or PyTorch's.
        layers: Hidden layers L.
        hidden: Units of a hidden layer.
        skips: Add a hidden layer's input to its output, which is divided by the root of L.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate the rate of a grid that is best on the validation rows.
        steps: Training steps T, at least 5.
        batch: Rows in a batch.
        data: What is classified. 200 rows are kept for validation, at most a third.

    Metrics:
        accuracy: on the test rows, at the end, in [0, 1].
        loss_at[step]: of each step's batch, in nats; at most 10.
        steps_to_one: first step at which the mean loss of the last five batches is below 1 nat;
            T + 1 if it never is.
        picked: the learning rate.
    """
    rows = load(replicates, data, valid=200)
    sizes = [rows.features, *[hidden] * layers, rows.classes]
    how = {**STARTS[start], "skip": float(skips), "scaled": skips}
    net = replicates.stack("net", lambda: Deep(sizes, activation, norm, **how))
    batches = replicates.batches("batches", len(rows), batch, steps)  # (R, T, B)
    run = train(net, rows, batches, optimizer=optimizer, lr=lr, tune=tune)
    recent = run.loss.unfold(1, 5, 1).mean(2)  # (R, T - 4), of steps 1 to 5, 2 to 6 …
    x, y = rows.open_test()
    with torch.no_grad():
        logits = net(x)
    return {
        "accuracy": accuracy(logits, y),
        "loss_at": capped(run.loss, 10.0),
        "step": torch.arange(1, steps + 1),
        "steps_to_one": first_time(recent < 1.0) + 5,
        "picked": run.rate,
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
