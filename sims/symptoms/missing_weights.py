"""Load a trained network but for some of its tensors: what is left of it?

python sims/symptoms/missing_weights.py --missing head --model conv
"""

import math
from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy, cross_entropy
from dlfaq.sim.copies import load_state, saved_state
from dlfaq.sim.losses import capped
from dlfaq.sim.nets import convnet, mlp
from dlfaq.sim.running import recompute
from dlfaq.sim.setups import Network, Setup
from dlfaq.sim.training import train
from dlfaq.sim.training_data import Data, load


def missing_weights(
    replicates: Replicates,
    missing: Literal[
        "nothing", "everything", "head", "first", "middle", "biases", "norms", "statistics"
    ] = "nothing",
    model: Literal["mlp", "conv", "transformer"] = "mlp",
    optimizer: Literal["sgd", "adamw"] = "adamw",
    norm: Literal["none", "batch", "layer"] = "none",
    data: Literal["digits", "cancer", "wine"] = "digits",
    hidden: int = 32,
    layers: int = 2,
    batch: int = 32,
    steps: int = 80,
) -> dict[str, Tensor]:
    """Train networks, build new ones, load all tensors into them that are not missing.

    Setting: a {model} on {data}, {layers} hidden layers, norm: {norm}, trained for {steps} steps of
        {optimizer} at its usual rate on batches of {batch}; not loaded: {missing}

    Args:
        replicates: One network that is trained and one that loads its weights each.
        missing: What the new network keeps as it was drawn: nothing, everything, the last layer,
            the first or the middle one of those with weight matrices, all biases, the scales and
            shifts of normalizations, or the running statistics of BatchNorm.
        model: An MLP, two convolutions, or two transformer blocks.
        optimizer: Of the training, at its usual rate in `dlfaq.sim.setups`.
        norm: Normalization before each ReLU of the first two models.
        data: What is learnt; the last two need an MLP.
        hidden: Units of each hidden layer of an MLP.
        layers: Hidden layers of an MLP.
        batch: Examples of a step.
        steps: Steps of training.

    Metrics:
        accuracy: on the test examples after loading, in [0, 1].
        first: loss of the first training batch after loading over ln k, at most 100.
        repaired: as `accuracy`, with statistics recomputed over the training examples, in [0, 1].
    """
    setup = Setup(model, optimizer, 1.0, norm, 0.0, data, hidden)
    rows = load(replicates, data, own=True)

    def make(momentum: float = 0.1) -> Network:
        return _network(rows, setup, layers, momentum)

    net = replicates.stack("net", make)
    batches = replicates.batches("batches", len(rows), batch, steps)  # (R, steps, B)
    train(net, rows, batches, optimizer=optimizer, lr=setup.rate)
    new = replicates.stack("new", make)
    lost = _lost(missing, [*net.weights()], [w.dim() - 1 for w in net.weights().values()])
    state = saved_state(net)
    for name, value in saved_state(new).items():
        if missing == "everything" or name.replace("__", ".") in lost:
            state[name] = value
        if missing == "statistics" and name not in dict(net.named_parameters()):
            state[name] = value
    load_state(new, state)
    anew = replicates.stack("anew", lambda: make(1.0))
    with torch.no_grad():
        recompute(anew, new, rows.x.split(100, 1))
        first = cross_entropy(new.train()(rows.x[:, :batch]), rows.y[:, :batch])
        load_state(new, state)
        x, y = rows.open_test()
        return {
            "accuracy": accuracy(new.eval()(x), y),
            "first": capped(first, 100.0) / math.log(rows.classes),
            "repaired": accuracy(anew(x), y),
        }


def _network(rows: Data, setup: Setup, layers: int, momentum: float) -> nn.Module:
    """A body and a last layer; its batch normalizations have this momentum."""
    if setup.model == "transformer":
        return setup._one(rows, cut=False)  # noqa: SLF001 - one network, not a stack
    if setup.model == "conv":
        whole = convnet(8, rows.classes, norm=setup.norm)
    else:
        whole = mlp(rows.features, [setup.hidden] * layers, rows.classes, norm=setup.norm)
    for layer in whole:
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            layer.momentum = momentum
    return Network(whole[:-1], whole[-1])


def _lost(missing: str, names: list[str], dims: list[int]) -> set[str]:
    """Names of the parameters that are not loaded, of all names with their dimensions."""
    vectors = {name for name, dim in zip(names, dims, strict=True) if dim == 1}
    matrices = [name for name in names if name.endswith(".weight") and name not in vectors]
    parts = [name.removesuffix("weight") for name in matrices]
    norms = {name.removesuffix("weight") for name in vectors if name.endswith(".weight")}
    place = {"first": 0, "middle": len(parts) // 2, "head": -1}
    if missing in place:
        return {name for name in names if name.startswith(parts[place[missing]])}
    of_norms = {name for name in names if name.startswith(tuple(norms)) and norms}
    return {"norms": of_norms, "biases": vectors - of_norms}.get(missing, set())


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
