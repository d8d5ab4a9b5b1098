"""Train a network whose middle layers are not registered, save it, and load it into another one.

python sims/symptoms/listed_layers.py --kept list --model transformer

https://github.com/pytorch/pytorch/issues/52972
"""

import itertools
import math
from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, Stacked, accuracy
from dlfaq.sim.copies import load_state, saved_state
from dlfaq.sim.kept import pieces
from dlfaq.sim.losses import capped
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load


def listed_layers(
    replicates: Replicates,
    kept: Literal["registered", "list", "optimizer", "forward"] = "list",
    where: Literal["blocks", "body"] = "blocks",
    model: Literal["mlp", "conv", "transformer"] = "mlp",
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "adamw",
    lr: float = 0.005,
    tune: bool = False,
    data: Literal["digits", "cancer", "wine"] = "digits",
    hidden: int = 32,
    batch: int = 32,
    steps: int = 100,
) -> dict[str, Tensor]:
    """Train what the optimizer holds, and load what the state_dict holds into a new network.

    A layer that is not registered gets no step, whatever hides it. So here it is frozen, which lets
    all replicates run at once; and what is not in the state_dict stays in the new network as it
    was drawn there.

    Setting: a {model} on {data} with its {where} like this: {kept}; {optimizer} at {lr}, {steps}
        steps on batches of {batch}

    Args:
        replicates: Two networks, one choice and one order of the examples each.
        kept: `registered`; in a Python list; in a list whose parameters the optimizer was given by
            hand; or made anew in each `forward`.
        where: The two layers in the middle (`blocks`), or all but the last (`body`).
        model: Three hidden layers, three convolutions, or a transformer of two blocks.
        optimizer: PyTorch's; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate the rate of a grid that is best on 200 validation rows.
        data: What is learnt; the last two need an MLP.
        hidden: Units of each hidden layer of an MLP.
        batch: Examples of a step.
        steps: Steps of training.

    Metrics:
        accuracy: on the test examples, in [0, 1].
        reloaded: the same of the new network into which it was loaded, in [0, 1].
        reached: mean of the last ten losses over ln k, at most 100.
        loss_at[step]: mean loss of five steps up to this one, in nats; at most 10.
    """
    rows = load(replicates, data, valid=200 if data == "digits" else 40, own=True)

    def make() -> nn.Module:
        enter, blocks, head = pieces(model, rows.features, rows.classes, hidden=hidden)
        return nn.Sequential(enter, nn.Sequential(*blocks), head)

    net, other = replicates.stack("net", make), replicates.stack("other", make)
    hides = ("1",) if where == "blocks" else ("0", "1")  # their names begin like this
    for name, weight in net.weights().items():
        weight.requires_grad_(kept in {"registered", "optimizer"} or not name.startswith(hides))
    if kept == "forward":
        drawing = _drawing(replicates, hides)
        net.register_forward_pre_hook(drawing)
        other.register_forward_pre_hook(drawing)
    batches = replicates.batches("batches", len(rows), batch, steps)  # (R, steps, B)
    run = train(net, rows, batches, optimizer=optimizer, lr=lr, tune=tune)
    saved = {
        name: value
        for name, value in saved_state(net).items()
        if kept == "registered" or not name.startswith(hides)
    }
    load_state(other, saved_state(other) | saved)
    other.eval()
    x, y = rows.open_test()
    with torch.no_grad():
        right, again = (accuracy(one(x).nan_to_num(), y) for one in (net, other))
    fives = capped(run.loss[:, steps % 5 :], 10.0).unflatten(1, (-1, 5))
    return {
        "accuracy": right,
        "reloaded": again,
        "reached": capped(run.loss[:, -10:], 100.0).mean(1) / math.log(rows.classes),
        "loss_at": fives.mean(2),
        "step": torch.arange(steps % 5 + 5, steps + 1, 5),
    }


def _drawing(replicates: Replicates, hides: tuple[str, ...]):  # noqa: ANN202 - a hook
    """Draw the weights of hidden layers before a pass, as PyTorch draws those of new ones.

    Normalizations start with ones and zeros, and so they stay as they are.
    """
    passes = itertools.count()

    def hook(net: Stacked, _inputs: object) -> None:
        weights = net.weights()
        number = next(passes)
        for name, weight in weights.items():
            of = weights[name.rpartition(".")[0] + ".weight"] if "places" not in name else weight
            if name.startswith(hides) and of.dim() > 2:
                bound = of[0, 0].numel() ** -0.5
                drawn = replicates.uniform(f"{name} in pass {number}", *weight.shape[1:])
                again = [len(weight) // len(replicates)] + [1] * (weight.dim() - 1)
                weight.data.copy_((2 * drawn - 1).mul_(bound).repeat(again))

    return hook


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
