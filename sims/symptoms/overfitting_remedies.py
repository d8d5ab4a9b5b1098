"""What helps a network that overfits few digits: the outcome of each remedy on new images.

python sims/symptoms/overfitting_remedies.py --remedy shifts --wrong 0.4
"""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from dlfaq.sim import Replicates, Stacked, accuracy, cross_entropy
from dlfaq.sim.copies import State, load_state, repeated, saved_state, with_state
from dlfaq.sim.losses import capped
from dlfaq.sim.setups import Setup
from dlfaq.sim.training import descend
from dlfaq.sim.training_data import Data, load

BLACK = -0.3 / 0.38  # a pixel of 0
FRAMED = functional.pad(torch.arange(64).view(8, 8), (1, 1, 1, 1), value=64)  # 64: a black pixel
MOVES = torch.stack([FRAMED[a : a + 8, b : b + 8].flatten() for a in (1, 0, 2) for b in (1, 0, 2)])


def overfitting_remedies(
    replicates: Replicates,
    remedy: Literal["none", "decay", "dropout", "shifts", "smoothing"] = "none",
    strength: float = 1.0, wrong: float = 0.0, examples: int = 100,
    model: Literal["mlp", "conv"] = "mlp", hidden: int = 32,
    norm: Literal["none", "batch", "layer"] = "none",
    optimizer: Literal["sgd", "adamw"] = "adamw", lr: float = 0.005, tune: bool = False,
    data: Literal["digits", "cancer", "wine"] = "digits", batch: int = 20, steps: int = 200,
) -> dict[str, Tensor]:  # fmt: skip
    """Train with a remedy; judge the last weights and the best of a validation every 20 steps.

    Setting: a {model} ({hidden} units a layer) on {examples} rows of {data}, {wrong} of the labels
    replaced, remedy: {remedy}, strength {strength}; {optimizer} at {lr}, {steps} steps

    Args:
        replicates: One network and one choice of rows each.
        remedy: A weight `decay` of 1 as AdamW understands it, `dropout` 0.5 before the last layer,
            `shifts` of digits by up to one pixel, label `smoothing` 0.1. Else decay is 0.01.
        strength: Multiplies decay, smoothing, the share of images that move, and dropout's log.
        wrong: Share of training and validation labels replaced by a random class, maybe the same.
        examples: Rows to train on.
        model: Two hidden layers, or two convolutions.
        hidden: Units of each hidden layer of the MLP.
        norm: Normalization before each ReLU.
        optimizer: PyTorch's; the decay acts on matrices and kernels.
        lr: Learning rate; the middle of three, if it is tuned.
        tune: Choose rate (a third, once, three times) and strength (a third, once) by validation.
        data: What is learnt; the last two need an MLP.
        batch: Rows in a batch.
        steps: Training steps.

    Metrics:
        end: accuracy of the last weights on the test rows, in [0, 1].
        kept: the same of the weights of the lowest validation loss, on test rows, in [0, 1].
        end_loss: loss of the last weights on the test rows, in nats, at most 10.
        kept_loss: the same of the weights of the lowest validation loss, on test rows.
    """
    task = _task(replicates, data, examples, wrong)
    net = Setup(model, norm=norm, dataset=data, hidden=hidden).network(replicates, task)
    some = (1 / 3, 1.0, 3.0) if tune else (1.0,)
    pairs = [(strength * a, lr * b) for a in some[: 1 + (remedy != "none")] for b in some]
    size, count = len(replicates), len(pairs)
    power, rate = torch.tensor(pairs).to(task.x).repeat_interleave(size, 0).T  # lane l R + r: of r
    on = {name: power * (name == remedy) for name in ("decay", "dropout", "shifts", "smoothing")}
    many = repeated(net, count)
    shrink = 1 - rate * on["decay"].clamp(min=0.01)
    kept = 0.5 ** on["dropout"].view(-1, 1, 1)
    width = net.weights()["head.weight"].shape[-1]  # what enters the last layer
    rows = replicates.batches("batches", examples, batch, steps)  # (R, T, B)
    each = torch.arange(size, device=task.x.device)[:, None]
    lowest, best = torch.full_like(rate, torch.inf), saved_state(many)

    def tiled(part: Tensor) -> Tensor:  # (R, …) to (L R, …)
        return part.repeat(count, *[1] * (part.dim() - 1))

    def loss_at(step: int) -> Tensor:
        x, y = (tiled(part[each, rows[:, step]]) for part in (task.x, task.y))
        if remedy == "shifts":
            move = tiled(replicates.integers(f"move {step}", 9, batch))
            stay = tiled(replicates.uniform(f"stay {step}", batch)) >= on["shifts"][:, None]
            framed = torch.cat([x, torch.full_like(x[..., :1], BLACK)], 2)
            x = framed.gather(2, MOVES.to(x.device)[move.masked_fill(stay, 0)])
        z = many.train()(x, (tiled(replicates.uniform(f"keep {step}", batch, width)) < kept) / kept)
        even = -z.log_softmax(-1).mean((1, 2)) - cross_entropy(z, y)
        return cross_entropy(z, y) + 0.1 * on["smoothing"] * even

    @torch.no_grad()
    def after(step: int) -> None:
        for weight in many.weights().values():
            if weight.dim() > 2:  # matrices and kernels, (L R, out, in, …)
                weight.mul_(shrink.view(-1, *[1] * (weight.dim() - 1)))
        if step % 20 == 0:
            loss = cross_entropy(many.eval()(tiled(task.x_valid)), tiled(task.y_valid))
            lower = loss < lowest
            lowest[lower] = loss[lower]
            for name, value in saved_state(many).items():
                best[name][lower] = value[lower]

    how = {"optimizer": optimizer, "lr": rate.double(), "decay": 0.0}
    descend(many.weights(), loss_at, steps, after=after, **how)
    x, y = task.open_test()
    told = {}
    for name, state in (("kept", best), ("end", saved_state(many))):
        load_state(net, _chosen(task, many, state, size))
        with torch.no_grad():
            z = net.eval()(x)
        told |= {name: accuracy(z, y), f"{name}_loss": capped(cross_entropy(z, y), 10.0)}
    return told


def _task(r: Replicates, name: str, examples: int, wrong: float) -> Data:
    """Rows, with a share of the labels for training and validation replaced."""
    task = load(r, name, train=examples, valid=200, own=True, scale="unit")
    task, parts = task.mapped(lambda x: (x - 0.3) / 0.38), []
    for draw, x, y in (("train", task.x, task.y), ("valid", task.x_valid, task.y_valid)):
        changed = r.uniform(f"changed {draw}", y.shape[1]) < wrong
        other = r.integers(f"replacement {draw}", task.classes, y.shape[1])
        parts.append((x, torch.where(changed, other, y)))
    return Data(parts[0], task.test_part, parts[1], task.classes)


@torch.no_grad()
def _chosen(task: Data, many: Stacked, state: State, size: int) -> State:
    """Of each replicate's lanes, the state of the one that is best on validation rows."""
    count = len(next(iter(state.values()))) // size
    z = with_state(many, state).eval()(task.x_valid.repeat(count, 1, 1))
    y = task.y_valid.repeat(count, 1)
    loss, right = cross_entropy(z, y).view(count, size), accuracy(z, y).view(count, size)
    lane = loss.masked_fill(right < right.amax(0), torch.inf).nan_to_num(torch.inf).argmin(0)
    index = lane * size + torch.arange(size, device=z.device)
    return {name: value[index] for name, value in state.items()}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
