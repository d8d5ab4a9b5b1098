"""Hidden units that start below zero on every input, or on most: what can move them again?

python sims/activations/silenced_units.py --activation leaky

https://ai.stanford.edu/~amaas/papers/relu_hybrid_icml2013_final.pdf
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, cross_entropy, digits, rows
from dlfaq.sim.training import descend


def silenced_units(
    replicates: Replicates,
    activation: Literal["relu", "leaky", "elu"] = "relu",
    margin: float = 0.1,
    active: float = 0.0,
    below: Literal["frozen", "trained"] = "frozen",
    decay: float = 0.0,
    decayed: Literal["both", "biases"] = "both",
    steps: int = 100,
    optimizer: Literal["sgd", "momentum", "adam", "adamw", "rmsprop", "adagrad"] = "sgd",
    lr: float = 0.1,
    hidden: int = 32,
    batch: int = 32,
) -> dict[str, Tensor]:
    """Train two hidden layers on digits, after half the units of the second got a low enough bias.

    Args:
        replicates: One network and one order of the images each.
        activation: Of the hidden layers; leaky has the slope 0.01 below 0.
        margin: How far below 0 the silenced units' largest pre-activation is at the start.
        active: Share of the images on which these units stay above 0; the margin is then 0.
        below: Whether the first hidden layer, which makes the silenced units' inputs, is
            trained or left as it is.
        decay: Weight decay of the second hidden layer.
        decayed: What of that layer decays: weights and biases, as in PyTorch, or the biases alone.
        steps: Training steps.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Learning rate.
        hidden: Units in a hidden layer; half of the second layer's are silenced.
        batch: Images in a batch.

    Metrics:
        least_moved: change of the incoming weights and bias (largest entry) of the silenced
            unit that changed least.
        most_moved: the same for the silenced unit that changed most.
        others_moved: the same for the units that were not silenced, median over the units.
        revived: share of the silenced units that are positive on at least one image at the end,
            in [0, 1].
        active_after: share of the images on which such a unit is positive at the end, mean over
            these units, in [0, 1].
    """
    data = digits()
    x, y = data.x.to(replicates.device), data.y.to(replicates.device)  # (1200, 64), (1200,)
    make = {"relu": nn.ReLU, "leaky": nn.LeakyReLU, "elu": nn.ELU}[activation]
    first = replicates.stack("first", lambda: nn.Sequential(nn.Linear(64, hidden), make()))
    second = replicates.stack("second", lambda: nn.Linear(hidden, hidden))
    last = replicates.stack("last", lambda: nn.Sequential(make(), nn.Linear(hidden, 10)))
    weight, bias = second.weights().values()  # (R, hidden, hidden), (R, hidden)
    half = hidden // 2

    def seen() -> Tensor:
        """Pre-activations of the second layer's units on the images, (R, 1200, hidden)."""
        with torch.no_grad():
            return second(first(replicates.same(x)))

    with torch.no_grad():
        highest = seen()[..., :half].topk(round(active * len(y)) + 1, dim=1).values[:, -1]
        bias[:, :half] -= highest + (0.0 if active else margin)  # (R, half)
    before = torch.cat([weight, bias[..., None]], 2).detach()  # (R, hidden, hidden + 1), a copy

    weights = {"weight": weight, "bias": bias} | {f"last {n}": w for n, w in last.weights().items()}
    if below == "trained":
        weights |= {f"first {n}": w for n, w in first.weights().items()}
    batches = replicates.batches("batches", len(y), batch, steps)  # (R, steps, batch)

    def loss_at(step: int) -> Tensor:
        index = batches[:, step]
        return cross_entropy(last(second(first(rows(x, index)))), rows(y, index))  # (R,)

    decays = {"weight": decay if decayed == "both" else 0.0, "bias": decay}
    descend(weights, loss_at, steps, optimizer=optimizer, lr=lr, decay=decays)

    after = torch.cat([weight, bias[..., None]], 2).detach()
    moved = (after - before).abs().amax(2)  # (R, hidden)
    positive = seen()[..., :half] > 0  # (R, 1200, half)
    return {
        "least_moved": moved[:, :half].amin(1),
        "most_moved": moved[:, :half].amax(1),
        "others_moved": moved[:, half:].median(1).values,
        "revived": positive.any(1).double().mean(1),
        "active_after": positive.double().mean((1, 2)),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
