"""What more training steps are worth: schedules that end, labels that are wrong, data seen again.

python sims/optimization/longer_training.py --data tokens --schedule cosine --optimizer adamw

https://arxiv.org/abs/2405.18392
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates, cross_entropy
from dlfaq.sim.copies import load_state, saved_state
from dlfaq.sim.language import language
from dlfaq.sim.losses import capped
from dlfaq.sim.nets import Transformer, mlp
from dlfaq.sim.stacked import Stacked
from dlfaq.sim.training import train
from dlfaq.sim.training_data import Data, load


def longer_training(
    replicates: Replicates,
    data: Literal["digits", "cancer", "wine", "tokens", "sentences"] = "digits",
    examples: int = 200, wrong: float = 0.0, steps: int = 300, every: int = 15,
    schedule: Literal["constant", "linear", "cosine", "cooldown"] = "constant",
    horizon: int = 0, rounds: int = 1, patience: int = 4,
    hidden: int = 64, norm: Literal["none", "batch", "layer", "rms"] = "none",
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "adam",
    lr: float = 5e-3, tune: bool = False, batch: int = 32,
) -> dict[str, Tensor]:  # fmt: skip
    """Train a network with one hidden layer, or a transformer of one block, and look at it often.

    Setting: {hidden} units, {examples} rows of {data}, {wrong} of the labels replaced; {optimizer}
    at {lr}, schedule {schedule}, batch {batch}, {steps} steps, a look every {every}.

    Args:
        replicates: One choice of rows (or one language), of wrong labels, and one network each.
        data: `tokens`: which of 32 tokens comes next, given one, in sentences of 8 of a random
            Markov chain; `sentences`: the same for a transformer that reads all tokens before.
        examples: Rows or sentences to train on.
        wrong: Share of training and validation labels replaced by a random class, maybe the same.
        steps: Training steps in all.
        every: Steps from one look at the network to the next.
        schedule: Of the learning rate; dlfaq.sim.schedules says how each is set up.
        horizon: Steps the schedule was made for; 0 for all steps of a round.
        rounds: Runs of the schedule in turn on the same weights, each with a new optimizer.
        patience: Looks without a lower validation loss after which early stopping gives up.
        hidden: Units of the hidden layer, or numbers a token.
        norm: Normalization; not batch for a transformer.
        optimizer: PyTorch's, with its default settings but for the rate; momentum is 0.9.
        lr: Peak learning rate; not used if it is tuned.
        tune: In each round, the rate of a grid that ends best on validation rows; by loss if text.
        batch: Rows in a batch: images, tokens, or sentences.

    Metrics:
        accuracy[step]: on the test rows, in the last round, in [0, 1]; 0 for a language.
        loss[step]: the same in nats, at most 10, minus the entropy of a language: its least loss.
        valid_loss[step]: the loss that early stopping watches, in nats, at most 10.
        end: test accuracy after the last step, in [0, 1].
        kept: test accuracy of the look that early stopping keeps, in [0, 1].
        end_loss: test loss after the last step, at most 10.
        kept_loss: test loss of the look that early stopping keeps, at most 10.
        scaled_loss: end_loss, the outputs divided by the temperature best on validation rows.
        kept_scaled_loss: kept_loss, scaled in the same way.
        mean_loss: test loss of the mean of the weights at the last fifth of the looks.
    """
    task, floor, outputs = _task(replicates, data, examples, wrong)
    kinds = {"sentences": lambda: Transformer(outputs, 8, hidden, 1, 2, norm)}
    plain = lambda: mlp(task.features, [hidden], outputs, norm=norm)  # noqa: E731 - a net's maker
    net = replicates.stack("net", kinds.get(data, plain))
    batches = replicates.batches("batches", len(task), batch, steps)  # (R, steps, B)
    how = {"optimizer": optimizer, "lr": lr, "tune": tune, "loss": _loss, "schedule": schedule}
    looks = {"look_at": range(every, steps // rounds + 1, every), "keep": True, "sealed": True}
    for part in batches.chunk(rounds, 1):
        run = train(net, task, part, horizon=horizon, **how, **looks)
    watched = capped(run.valid_loss, 10.0)
    lowest = watched.cummin(1).indices  # (R, looks): best so far
    waited = torch.arange(len(run.steps), device=lowest.device) - lowest  # looks since then
    gave_up = (waited >= patience).cummax(1).values
    kept = lowest.masked_fill(gave_up, -1).amax(1, keepdim=True)  # (R, 1): best before giving up
    states = [saved_state(each) for each in run.nets]
    weights = {name: torch.stack([s[name] for s in states]) for name in states[0]}  # (looks, R, …)
    fifth = max(len(states) // 5, 1)
    row = torch.arange(len(replicates), device=lowest.device)
    x, y = task.open_test()
    with torch.no_grad():
        end = _scaled(net, task, x, y)
        load_state(net, {name: w[kept[:, 0], row] for name, w in weights.items()})
        stopped = _scaled(net, task, x, y)
        load_state(net, {name: w[-fifth:].sum(0) / fifth for name, w in weights.items()})
        mean = _loss(net(x), y)
    loss = capped(run.test_loss - floor[:, None], 10.0)
    return {
        "accuracy": run.test_accuracy, "loss": loss, "valid_loss": watched, "step": run.steps,
        "end": run.test_accuracy[:, -1], "kept": run.test_accuracy.gather(1, kept)[:, 0],
        "end_loss": loss[:, -1], "kept_loss": loss.gather(1, kept)[:, 0],
        "scaled_loss": capped(end - floor, 10.0), "mean_loss": capped(mean - floor, 10.0),
        "kept_scaled_loss": capped(stopped - floor, 10.0),
    }  # fmt: skip


def _task(r: Replicates, name: str, examples: int, wrong: float) -> tuple[Data, Tensor, int]:
    """Data with some labels replaced, the least loss that a model can have (R,), and classes."""
    if language_like := name in ("tokens", "sentences"):
        task, floor = language(r, 32, 8, examples)
    else:
        task = load(r, name, train=examples, valid=200, own=True)
        floor = torch.zeros(len(r), device=task.x.device)
    if name == "tokens":  # (R, n, 8) tokens to (R, 8 n, 32) one-hot rows
        one_hot = task.mapped(lambda x: torch.eye(32, device=x.device)[x.flatten(1)])
        task = one_hot.relabelled(lambda y: y.flatten(1))
    parts = []
    for draw, x, y in (("train", task.x, task.y), ("valid", task.x_valid, task.y_valid)):
        changed = r.uniform(f"changed {draw}", *y.shape[1:]) < wrong
        other = r.integers(f"replacement {draw}", task.classes, *y.shape[1:])
        parts.append((x, torch.where(changed, other, y)))
    classes = 1 if language_like else task.classes  # 1: the kit tunes by loss alone
    return Data(parts[0], task.test_part, parts[1], classes), floor, task.classes


def _scaled(net: Stacked, task: Data, x: Tensor, y: Tensor) -> Tensor:
    """Loss (R,) on rows x, y at each network's temperature of the least validation loss."""
    tried = torch.logspace(-1, 5, 49, base=2, device=x.device)  # temperatures
    z, z_valid = net(x), net(task.x_valid)
    losses = torch.stack([_loss(z / t, y) for t in tried])  # (49, R)
    best = torch.stack([_loss(z_valid / t, task.y_valid) for t in tried]).argmin(0)  # (R,)
    return losses.gather(0, best[None])[0]


def _loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean over rows (and tokens), in nats: (R, N, …, k) and (R, N, …) to (R,)."""
    return cross_entropy(logits.flatten(1, -2), labels.flatten(1))


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
