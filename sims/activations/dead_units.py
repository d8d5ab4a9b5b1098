"""Units that died at a high learning rate: what brings them back, and what is it worth?

python sims/activations/dead_units.py --cure recycle

https://arxiv.org/abs/2302.12902
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.copies import load_state, saved_state
from dlfaq.sim.nets import ACTIVATIONS, mlp
from dlfaq.sim.stacked import Stacked
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load


def dead_units(
    replicates: Replicates,
    cure: Literal["none", "recycle", "restart", "leaky", "elu", "gelu"] = "none",
    scale: Literal["unit", "raw", "standard", "feature"] = "unit",
    optimizer: Literal["sgd", "momentum", "adam", "adamw", "rmsprop", "adagrad"] = "adam",
    high: float = 0.1,
    killing: int = 50,
    lr: float = 0.003,
    tune: bool = False,
    decay: float = 0.0,
    steps: int = 200,
    hidden: int = 32,
    batch: int = 64,
    data: Literal["digits", "cancer", "wine"] = "digits",
) -> dict[str, Tensor]:
    """Train ReLU networks at a high rate, then with a cure at a lower one.

    Setting: two hidden ReLU layers of {hidden} units on {data}, inputs {scale}; {optimizer},
    batch {batch}: {killing} steps at {high}, then {steps} at {lr} with the cure {cure}.

    Args:
        replicates: One network and one order of the rows each.
        cure: Between the stages: nothing; new incoming weights and outgoing ones of 0 for dead
            units; a new network; or another activation, with the weights kept.
        scale: Of the inputs: in [0, 1], as they come (digits: 0 to 16), or standardized.
        optimizer: PyTorch's, with its default settings, anew in the second stage; momentum is 0.9.
        high: Learning rate of the first stage.
        killing: Steps of the first stage; 0 for none.
        lr: Learning rate of the second stage; not used if it is tuned.
        tune: Give each replicate its best rate of a grid in the second stage, by validation rows.
        decay: Weight decay in the second stage, of all weights and biases; 0 for PyTorch's default.
        steps: Steps of the second stage.
        hidden: Units in a hidden layer.
        batch: Rows in a batch.
        data: Which data set; up to 200 of its rows are kept for validation.

    Metrics:
        dead: share of the hidden units that are above 0 on no training row after the first
            stage, in [0, 1].
        dead_after: the same after the second stage, in [0, 1].
        returned: share of the units dead after the first stage that are above 0 on a training row
            after the second, in [0, 1].
        accuracy: share of the test rows that are right at the end, in [0, 1].
    """
    rows = load(replicates, data, valid=200, scale=scale)

    def make(activation: str = "relu") -> torch.nn.Module:
        return mlp(rows.features, [hidden] * 2, rows.classes, activation=activation)

    net = replicates.stack("net", make)
    first = replicates.batches("first", len(rows), batch, max(killing, 1))[:, :killing]
    train(net, rows, first, optimizer=optimizer, lr=high)
    dead = _dead(net, rows.x, "relu")

    fresh = replicates.stack("fresh", make)
    activation = cure if cure in {"leaky", "elu", "gelu"} else "relu"
    later = replicates.stack("later", lambda: make(activation))
    load_state(later, saved_state(fresh if cure == "restart" else net))
    if cure == "recycle":
        _recycle(later, fresh, dead)
    second = replicates.batches("second", len(rows), batch, steps)
    how = {"optimizer": optimizer, "lr": lr, "tune": tune}
    train(later, rows, second, **how, decay=decay or None, decay_all=decay > 0)

    x, y = rows.open_test()
    after = _dead(later, rows.x, activation)
    everywhere, still = torch.cat(dead, 1), torch.cat(after, 1)  # (R, 2 hidden)
    with torch.no_grad():
        return {
            "dead": everywhere.double().mean(1),
            "dead_after": still.double().mean(1),
            "returned": (everywhere & ~still).sum(1) / everywhere.sum(1).clamp(min=1),
            "accuracy": accuracy(later(x), y),
        }


@torch.no_grad()
def _dead(net: Stacked, x: Tensor, activation: str) -> tuple[Tensor, Tensor]:
    """Which units of the two hidden layers are above 0 on no row of x: (R, hidden) each."""
    w, dead = net.weights(), []
    for layer in ("0", "2"):
        z = torch.baddbmm(w[f"{layer}.bias"][:, None], x, w[f"{layer}.weight"].mT)  # (R, N, hidden)
        dead.append((z <= 0).all(1))
        x = ACTIVATIONS[activation]()(z)
    return dead[0], dead[1]


@torch.no_grad()
def _recycle(net: Stacked, fresh: Stacked, dead: tuple[Tensor, Tensor]) -> None:
    """Cut dead units off from what reads them, then give them the incoming weights of `fresh`."""
    old, new = net.weights(), fresh.weights()
    for here, layer, reader in zip(dead, ("0", "2"), ("2", "4"), strict=True):
        old[f"{reader}.weight"].masked_fill_(here[:, None], 0.0)
        for name in (f"{layer}.weight", f"{layer}.bias"):
            where = here[..., None] if name.endswith("weight") else here
            old[name].copy_(torch.where(where, new[name], old[name]))


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
