"""Load the weights of a trained network by a script with one fault or none, and ask what is wrong.

python sims/symptoms/loaded_weights.py --case prefix --model conv

The networks are trained as one stack, then taken apart: state dicts, prefixes and modes belong to
ordinary modules.

https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html
"""

import copy
from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates
from dlfaq.sim.loads import (
    FAULTS,
    check,
    file_of,
    inputs_of,
    labels_of,
    load_as,
    networks,
    same,
    unstack,
)
from dlfaq.sim.setups import Network, Setup
from dlfaq.sim.stacked import Stacked
from dlfaq.sim.training import train
from dlfaq.sim.training_data import Data, load


def loaded_weights(
    replicates: Replicates,
    case: Literal[
        "none", "stripped", "bfloat16", "extra", "ema", "prefix", "nested", "new-head",
        "parameters", "not-called", "other-object", "init-after", "training", "untrained",
        "ema-early", "transposed", "no-activation", "old-statistics", "renamed", "small", "raw",
        "sideways",
    ] = "none",
    model: Literal["mlp", "conv", "transformer"] = "mlp",
    optimizer: Literal["sgd", "adamw"] = "adamw",
    norm: Literal["none", "batch", "layer"] = "none",
    data: Literal["digits", "cancer", "wine"] = "digits",
    hidden: int = 32,
    batch: int = 32,
    steps: int = 80,
) -> dict[str, Tensor]:  # fmt: skip
    """Train, save, build the model anew, load, predict; then run the check.

    Setting: a {model} on {data} (case: {case}), norm: {norm}, trained for {steps} steps of
        {optimizer} at its usual rate on batches of {batch}

    Args:
        replicates: One network that is trained and one that loads its weights each.
        case: What is special about saving, loading or predicting, or wrong with it.
        model: Two hidden layers, two convolutions, or two transformer blocks.
        optimizer: Of the training, at its usual rate in `dlfaq.sim.setups`.
        norm: Normalization before each ReLU of the first two models.
        data: What is learnt; the last two need an MLP.
        hidden: Units of each hidden layer of an MLP.
        batch: Examples of a step.
        steps: Steps of training.

    Metrics:
        accuracy: on the test examples, as the predicting script has them, in [0, 1].
        arrived: share of the model's tensors that are those of the trained network, in [0, 1].
        told: 1 if load_state_dict named a missing or unexpected key, in [0, 1].
        accused: 1 if the check says anything but `sound`, in [0, 1].
        named: 1 if it says the word for this fault, in [0, 1].
    """
    setup = Setup(model, optimizer, 1.0, norm, 0.0, data, hidden)
    rows = setup.data(replicates)
    batches = replicates.batches("batches", len(rows), batch, steps)  # (R, steps, B)
    decay = {"ema": 0.9, "ema-early": 0.9999}.get(case, 0.0)
    trained, mean = _trained(replicates, setup, rows, batches, decay)
    new, fresh = (networks(replicates, name, setup, rows)[0] for name in ("new", "fresh"))
    x_test, y_test = rows.open_test()
    raw, _ = load(replicates, data, scale="unit").open_test()
    x_test, y_test = inputs_of(case, x_test, raw), labels_of(case, y_test, rows.classes)
    measured = []
    for i, user in enumerate(new):  # a replicate's program that predicts
        first = fresh[i].eval()
        saver = first if case == "untrained" else trained[i]
        if mean:
            saver = copy.deepcopy(saver)
            saver.load_state_dict({name: w[i] for name, w in mean.items()}, strict=False)
        if case == "old-statistics":
            saver.load_state_dict(dict(first.named_buffers()), strict=False)
        probe = rows.x[i, :32], saver(rows.x[i, :32]).detach()
        weights, told = load_as(case, user, file_of(case, saver), first)
        here = x_test[i], y_test[i]
        theirs = trained[i].state_dict()
        arrived = [same(w, theirs[name]) for name, w in user.state_dict().items()]
        word = check(user, weights, probe, (rows.x[i, -200:], rows.y[i, -200:]), here)
        right = (user(here[0]).argmax(-1) == here[1]).double().mean()
        measured.append({
            "accuracy": right,
            "arrived": sum(arrived) / len(arrived),
            "told": told,
            "accused": word != "sound",
            "named": word == FAULTS.get(case, ("", "sound"))[1],
        })  # fmt: skip
    return {
        name: torch.tensor([float(one[name]) for one in measured], dtype=torch.float64)
        for name in measured[0]
    }


def _trained(
    replicates: Replicates, setup: Setup, rows: Data, batches: Tensor, decay: float
) -> tuple[list[Network], dict[str, Tensor]]:
    """Trained networks in evaluation mode, and the moving average of their weights, (R, …)."""
    made, net = networks(replicates, "net", setup, rows)
    mean: dict[str, Tensor] = {}

    def average(net: Stacked) -> dict[str, Tensor]:
        for name, weight in net.weights().items():
            mean.setdefault(name, weight.clone()).lerp_(weight, 1 - decay)
        return {}

    train(
        net, rows, batches, optimizer=setup.optimizer, lr=setup.rate,
        look=average, look_at=range(1, batches.shape[1] + 1) if decay else (),
    )  # fmt: skip
    unstack(net, made)
    for one in made:
        one.eval()
    return made, mean


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
