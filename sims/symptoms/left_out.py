"""Train a network of which a part never changes, and see whether anybody would notice.

python sims/symptoms/left_out.py --left body --model conv
"""

import math
from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.losses import capped
from dlfaq.sim.setups import Setup
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load


def left_out(
    replicates: Replicates,
    left: Literal["nothing", "head", "body"] = "nothing",
    model: Literal["mlp", "conv", "transformer"] = "mlp",
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "adamw",
    lr: float = 0.005,
    tune: bool = False,
    norm: Literal["none", "batch", "layer"] = "none",
    data: Literal["digits", "cancer", "wine"] = "digits",
    hidden: int = 32,
    batch: int = 32,
    steps: int = 100,
) -> dict[str, Tensor]:
    """Train all parameters but some, which stay as they were drawn.

    Why they stay makes no difference to the others: the optimizer may lack them, they may be
    frozen, or the graph may be cut behind them.

    Setting: a {model} on {data} (never changed: {left}), {optimizer} at {lr}, norm: {norm},
        {steps} steps on batches of {batch}

    Args:
        replicates: One network, one choice and one order of the examples each.
        left: What stays: the last layer (`head`), or all before it (`body`).
        model: Two hidden layers, two convolutions, or two transformer blocks.
        optimizer: PyTorch's; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate the rate of a grid that is best on 200 validation rows.
        norm: Normalization before each ReLU of the first two models.
        data: What is learnt; the last two need an MLP.
        hidden: Units of each hidden layer of an MLP.
        batch: Examples of a step.
        steps: Steps of training.

    Metrics:
        accuracy: on the test examples, in [0, 1].
        reached: mean of the last ten losses over ln k, at most 100.
    """
    setup = Setup(model, norm=norm, dataset=data, hidden=hidden)
    rows = load(replicates, data, valid=200 if data == "digits" else 40, own=True)
    net = setup.network(replicates, rows)
    for name, weight in net.weights().items():
        part = "head" if name.startswith("head") else "body"
        weight.requires_grad_(part != left)
    batches = replicates.batches("batches", len(rows), batch, steps)  # (R, steps, B)
    run = train(net, rows, batches, optimizer=optimizer, lr=lr, tune=tune)
    x, y = rows.open_test()
    with torch.no_grad():
        right = accuracy(net(x).nan_to_num(), y)
    losses = capped(run.loss[:, -10:], 100.0).mean(1)
    return {"accuracy": right, "reached": losses / math.log(rows.classes)}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
