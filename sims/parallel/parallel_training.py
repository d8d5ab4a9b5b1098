"""Train with the batch of several ranks for as many epochs as with that of one.

python sims/parallel/parallel_training.py --ranks 4 --lr 0.4

https://arxiv.org/abs/1706.02677
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates, accuracy, cross_entropy
from dlfaq.sim.losses import capped
from dlfaq.sim.nets import mlp
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load


def parallel_training(
    replicates: Replicates,
    ranks: int = 4,
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "sgd",
    lr: float = 0.1,
    tune: bool = False,
    steps: int = 256,
    batch: int = 16,
    hidden: int = 32,
    norm: Literal["none", "batch", "layer"] = "none",
    data: Literal["digits", "cancer", "wine"] = "digits",
) -> dict[str, Tensor]:
    """Train a network on batches of B images for each of K ranks, in T / K steps.

    The gradient that K ranks average is that of their batches taken together
    (`parallel_gradients` measures this), so one process computes it.

    Setting: {hidden} ReLU units, normalization {norm}, on {data}; {ranks} ranks with batches of
        {batch}; {optimizer} at {lr}, {steps} steps of one rank.

    Args:
        replicates: One network and one order of the rows each.
        ranks: Number of ranks K.
        optimizer: PyTorch's; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate the rate of a grid that is best on 200 validation rows.
        steps: Steps T that one rank does in these epochs; K ranks do T / K, which see as many rows.
        batch: Rows B in a rank's batch; a step sees K B.
        hidden: Units of the hidden layer.
        norm: Normalization before the ReLU, over all ranks.
        data: What is classified.

    Metrics:
        accuracy: on the test rows, in [0, 1].
        loss: mean cross-entropy on the test rows, in nats, in [0, 10].
        rate: the learning rate.
        inside: 1 if the rate is not at an end of the grid, in [0, 1].
    """
    rows = load(replicates, data, valid=200 if data == "digits" else 40)
    net = replicates.stack("net", lambda: mlp(rows.features, [hidden], rows.classes, norm=norm))
    batches = replicates.batches("batches", len(rows), ranks * batch, steps // ranks)
    run = train(net, rows, batches, optimizer=optimizer, lr=lr, tune=tune)
    x, y = rows.open_test()
    with torch.no_grad():
        logits = net(x)
    return {
        "accuracy": accuracy(logits, y),
        "loss": capped(cross_entropy(logits, y), 10.0),
        "rate": run.rate,
        "inside": run.inside,
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
