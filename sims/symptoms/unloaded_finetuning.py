"""Fine-tune a network whose pretrained weights did not arrive: does anything show it?

python sims/symptoms/unloaded_finetuning.py --body new --few 50
"""

import math
from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.copies import load_state, saved_state
from dlfaq.sim.losses import capped
from dlfaq.sim.setups import Setup
from dlfaq.sim.training import train
from dlfaq.sim.training_data import Data, load


def unloaded_finetuning(
    replicates: Replicates,
    body: Literal["loaded", "new"] = "loaded",
    head: Literal["loaded", "new"] = "new",
    model: Literal["mlp", "conv", "transformer"] = "mlp",
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "adamw",
    lr: float = 0.005,
    tune: bool = False,
    norm: Literal["none", "batch", "layer"] = "none",
    data: Literal["digits", "cancer"] = "digits",
    hidden: int = 32,
    few: int = 50,
    batch: int = 16,
    before: int = 200,
    steps: int = 100,
) -> dict[str, Tensor]:
    """Train on many examples, then go on with few others, with or without what was learnt.

    Setting: a {model} on {data}, norm: {norm}; body: {body}, last layer: {head}, after {before}
        steps of AdamW on other examples; {steps} steps of {optimizer} at {lr} on {few} examples, in
        batches of {batch}

    Args:
        replicates: Networks, examples for each training, and their order.
        body: All layers but the last: loaded, or drawn anew because loading failed.
        head: The last layer.
        model: Two hidden layers, two convolutions, or two transformer blocks.
        optimizer: Of the second training; momentum is 0.9.
        lr: Its learning rate; not used if it is tuned.
        tune: Give each replicate the rate of a grid that is best on its validation rows.
        norm: Normalization before each ReLU of the first two models.
        data: What is learnt; cancer needs an MLP.
        hidden: Units of each hidden layer of an MLP.
        few: Examples of the second training, at most half of all.
        batch: Examples of each step of it.
        before: Steps of the first training, on batches of 32.
        steps: Steps of the second.

    Metrics:
        first: loss of the first batch of the second training over ln k, at most 100.
        reached: mean of its last ten losses over ln k, at most 100.
        accuracy: on the test examples after it, in [0, 1].
    """
    setup = Setup(model, "adamw", 1.0, norm, 0.0, data, hidden)
    rows = load(replicates, data, valid=200 if data == "digits" else 60, own=True)
    first, second = _parts(rows, few)
    net = setup.network(replicates, rows)
    start = replicates.batches("first batches", len(first), 32, before)  # (R, before, 32)
    train(net, first, start, optimizer="adamw", lr=setup.rate)
    state = saved_state(net)
    new = replicates.stack("new", lambda: setup._one(rows, cut=False))  # noqa: SLF001
    for name, value in saved_state(new).items():
        if (head if name.startswith("head") else body) == "new":
            state[name] = value
    load_state(new, state)
    batches = replicates.batches("batches", len(second), batch, steps)  # (R, steps, B)
    run = train(new, second, batches, optimizer=optimizer, lr=lr, tune=tune)
    x, y = second.open_test()
    with torch.no_grad():
        right = accuracy(new(x).nan_to_num(), y)
    share = capped(run.loss, 100.0) / math.log(rows.classes)
    return {"first": share[:, 0], "reached": share[:, -10:].mean(1), "accuracy": right}


def _parts(rows: Data, few: int) -> tuple[Data, Data]:
    """Rows for the first training, and few others for the second, with the validation rows."""
    cut = len(rows) - few
    held, test = (rows.x_valid, rows.y_valid), rows.test_part
    parts = ((rows.x[:, :cut], rows.y[:, :cut]), (rows.x[:, cut:], rows.y[:, cut:]))
    return tuple(Data(part, test, held, rows.classes) for part in parts)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
