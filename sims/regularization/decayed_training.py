"""A network trained with weight decay: what PyTorch calls so in each of its optimizers.

python sims/regularization/decayed_training.py --wrong 0.4 --decay 1

https://arxiv.org/abs/1711.05101
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates, accuracy, cross_entropy
from dlfaq.sim.copies import load_state, repeated, saved_state
from dlfaq.sim.losses import capped
from dlfaq.sim.nets import mlp
from dlfaq.sim.training import train
from dlfaq.sim.training_data import Data, load


def decayed_training(
    replicates: Replicates,
    decay: float = 0.01,
    everything: bool = False,
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "adamw",
    lr: float = 0.005,
    tune: bool = False,
    schedule: Literal["constant", "linear", "cosine"] = "constant",
    wrong: float = 0.0,
    examples: int = 200,
    hidden: int = 64,
    norm: Literal["none", "batch", "layer"] = "none",
    batch: int = 32,
    steps: int = 300,
    data: Literal["digits", "cancer", "wine"] = "digits",
) -> dict[str, Tensor]:
    """Train with a weight decay and judge the last weights.

    Setting: a {hidden}-unit ReLU network on {examples} rows of {data}, {wrong} of the labels
    replaced; {optimizer} at {lr} ({schedule}), decay {decay}, batch {batch}, {steps} steps

    Args:
        replicates: One choice of rows, one network and one order of the batches each.
        decay: The argument `weight_decay`: of SGD and Adam it is added to the gradient.
        everything: Let biases and the normalization's scale and shift decay, too.
        optimizer: PyTorch's; momentum is 0.9.
        lr: Peak learning rate; the middle of three, if it is tuned.
        tune: Choose rate (a third, once, three times) and decay (a tenth, once, ten times) by
            accuracy on 200 validation rows, equal ones by loss.
        schedule: Of the learning rate.
        wrong: Share of training and validation labels replaced by a random class, maybe the same.
        examples: Rows to train on.
        hidden: Units of the hidden layer.
        norm: What stands before the ReLU.
        batch: Rows in a batch.
        steps: Training steps.
        data: What is learnt.

    Metrics:
        accuracy: on the test rows after the last step, in [0, 1].
        loss: on the test rows after the last step, in nats, at most 10.
        fitted: accuracy on the training rows with the labels that it saw, in [0, 1].
        length: of all weight matrices after the last step, as a multiple of the start, at least 0.
        strength: the decay that was used or chosen, at least 0.
        rate: the learning rate that was used or chosen, at least 0.
    """
    task = _task(replicates, data, examples, wrong)
    net = replicates.stack("net", lambda: mlp(task.features, [hidden], task.classes, norm=norm))
    batches = replicates.batches("batches", len(task), min(batch, len(task)), steps)
    tried = [decay / 10, decay, decay * 10] if tune and decay else [decay]
    rates = [lr / 3, lr, lr * 3]
    how = {"optimizer": optimizer, "lr": lr, "tune": tune, "rates": rates, "schedule": schedule}
    start = _length(saved_state(net))
    ends, runs = [repeated(net, 1) for _ in tried], []
    for one, strength in zip(ends, tried, strict=True):
        runs.append(train(one, task, batches, **how, decay=strength, decay_all=everything))
    best = _best(task, ends)  # (R,)
    each = torch.arange(len(replicates), device=best.device)
    states = [saved_state(one) for one in ends]
    chosen = {name: torch.stack([s[name] for s in states])[best, each] for name in states[0]}
    load_state(net, chosen)
    x, y = task.open_test()
    with torch.no_grad():
        z, seen = net.eval()(x), net(task.x)
        return {
            "accuracy": accuracy(z, y),
            "loss": capped(cross_entropy(z, y), 10.0),
            "fitted": accuracy(seen, task.y),
            "length": _length(chosen) / start,
            "strength": torch.tensor(tried, device=best.device)[best],
            "rate": torch.stack([run.rate for run in runs])[best, each],
        }


def _task(r: Replicates, name: str, examples: int, wrong: float) -> Data:
    """Rows, with a share of the labels for training and validation replaced."""
    task, parts = load(r, name, train=examples, valid=200, own=True), []
    for draw, x, y in (("train", task.x, task.y), ("valid", task.x_valid, task.y_valid)):
        changed = r.uniform(f"changed {draw}", y.shape[1]) < wrong
        other = r.integers(f"replacement {draw}", task.classes, y.shape[1])
        parts.append((x, torch.where(changed, other, y)))
    return Data(parts[0], task.test_part, parts[1], task.classes)


@torch.no_grad()
def _best(task: Data, nets: list) -> Tensor:
    """Number of the network that is best on validation rows, (R,)."""
    x, y = task.x_valid, task.y_valid
    z = [net.eval()(x) for net in nets]
    right = torch.stack([accuracy(one, y) for one in z])  # (D, R)
    loss = torch.stack([cross_entropy(one, y) for one in z]).nan_to_num(torch.inf)
    return loss.masked_fill(right < right.amax(0), torch.inf).argmin(0)


def _length(state: dict[str, Tensor]) -> Tensor:
    """Length of all weight matrices together, (R,)."""
    squares = [w.square().sum((1, 2)) for w in state.values() if w.dim() == 3]
    return torch.stack(squares).sum(0).sqrt()


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
