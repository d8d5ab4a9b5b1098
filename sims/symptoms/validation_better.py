"""Why a logged training loss lies above the validation loss: a ladder from one to the other.

python sims/symptoms/validation_better.py --cause dropout --model conv
"""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from dlfaq.sim import Replicates, accuracy, cross_entropy
from dlfaq.sim.copies import load_state, saved_state
from dlfaq.sim.setups import Setup
from dlfaq.sim.training import descend
from dlfaq.sim.training_data import load

STEPS = ("improved", "extra", "moved", "mode", "mix", "rest")  # of the ladder, from the top
EXPECTED = {  # the step that should be the largest
    "none": "improved", "penalty": "extra", "smoothing": "extra", "shifts": "moved",
    "dropout": "mode", "easy-classes": "mix", "wrong-labels": "rest",
}  # fmt: skip
EASY = torch.tensor([0, 2, 4, 6, 7])  # digits
NEAR = [(a, b) for a in (0, 1, -1) for b in (0, 1, -1)]  # where a shift by one pixel may lead
MOVES = torch.stack([torch.arange(64).view(8, 8).roll(by, (0, 1)).flatten() for by in NEAR])


def validation_better(
    replicates: Replicates,
    cause: Literal["none", "penalty", "smoothing", "shifts", "dropout", "easy-classes",
                   "wrong-labels"] = "none", strength: float = 1.0,
    model: Literal["mlp", "conv"] = "mlp", optimizer: Literal["sgd", "adamw"] = "adamw",
    times: float = 1.0, norm: Literal["none", "batch", "layer"] = "none", hidden: int = 32,
    examples: int = 600, valid: int = 200, steps: int = 90,
) -> dict[str, Tensor]:  # fmt: skip
    """Train, log the mean loss of the last epoch, and walk from there to the validation loss.

    Setting: a {model} on {examples} digits ({valid} for validation), {optimizer} at {times} times
    its usual rate, {steps} steps; cause: {cause}, strength {strength}

    Args:
        replicates: One network and one choice of images each.
        cause: What may put validation ahead: a `penalty` of 0.01 times the sum of squared weights,
            label `smoothing` 0.1, `shifts` of training images by up to one pixel, `dropout` 0.5
            before the last layer, `easy-classes`: validation has only the digits 0, 2, 4, 6, 7, or
            `wrong-labels`: 20% of training labels are drawn anew.
        strength: Multiplies these numbers; easy classes are on or off.
        model: Two hidden layers, or two convolutions.
        optimizer: Of the script.
        times: Its rate, as a multiple of the usual one in `dlfaq.sim.setups`.
        norm: Normalization before each ReLU.
        hidden: Units of each hidden layer of the MLP.
        examples: Training images, at most 800.
        valid: Validation images, at most 200 if they are of easy classes.
        steps: Training steps on batches of 32; an epoch has examples / 32.

    Metrics:
        logged: mean of the training losses of the last epoch, in nats.
        valid_loss: validation loss in evaluation mode, in nats.
        train_loss: the same on the training images, in nats.
        improved: logged minus the same on the weights at the end, in nats.
        extra: what smoothing and penalty add to the latter, in nats.
        moved: what shifts add to the rest, in nats.
        mode: what training mode adds to the rest, in nats.
        mix: train_loss minus the same with its classes weighted as in validation, in nats.
        rest: the latter minus valid_loss, in nats.
        ahead: 1 if logged is above valid_loss by two standard errors, in [0, 1].
        named: 1 if it is, and the step that the cause should set off is the largest, in [0, 1].
        easier: 1 if train_loss is above valid_loss by two standard errors, in [0, 1].
        luckier: 1 if it is above at all, in [0, 1].
        turned: 1 if logged is above valid_loss, and train_loss is below it, in [0, 1].
        accuracy_ahead: validation accuracy minus the logged training accuracy, in [-1, 1].
    """
    on = {name: strength * (name == cause) for name in EXPECTED}
    setup = Setup(model, optimizer, times, norm, hidden=hidden)
    data = load(replicates, "digits", own=True, scale="unit").mapped(lambda x: (x - 0.3) / 0.38)
    x, v = data.x[:, :examples], data.x[:, examples:]  # (R, N, 64) and (R, pool, 64)
    y, u = data.y[:, :examples], data.y[:, examples:]
    if on["easy-classes"]:
        order = torch.isin(u, EASY.to(u.device)).int().argsort(1, descending=True)  # easy first
        v, u = v.gather(1, order[..., None].expand_as(v)), u.gather(1, order)
    v, u = v[:, :valid], u[:, :valid]
    changed = replicates.uniform("wrong", examples) < 0.2 * on["wrong-labels"]
    y = torch.where(changed, replicates.integers("labels", 10, examples), y)
    net = setup.network(replicates, data)
    width = net.weights()["head.weight"].shape[-1]  # what enters the last layer

    def shifted(x: Tensor, name: str) -> Tensor:
        which = replicates.integers(f"move {name}", 9, x.shape[1])
        stay = replicates.uniform(f"stay {name}", x.shape[1]) >= on["shifts"]
        return x.gather(2, MOVES.to(x.device)[which.masked_fill(stay, 0)])

    def outputs(x: Tensor, name: str) -> Tensor:  # in training mode
        kept = 1 - 0.5 * on["dropout"]
        return net.train()(x, (replicates.uniform(f"keep {name}", x.shape[1], width) < kept) / kept)

    def objective(z: Tensor, y: Tensor) -> Tensor:
        even = -z.log_softmax(-1).mean((1, 2)) - cross_entropy(z, y)
        squares = sum(w.square().flatten(1).sum(1) for w in net.parameters() if w.dim() > 2)
        return cross_entropy(z, y) + 0.1 * on["smoothing"] * even + 0.01 * on["penalty"] * squares

    each, right = torch.arange(len(replicates), device=x.device)[:, None], []
    rows = replicates.batches("batches", examples, 32, steps)  # (R, T, B)

    def loss_at(step: int) -> Tensor:
        z = outputs(shifted(x[each, rows[:, step]], f"{step}"), f"{step}")
        right.append(accuracy(z.detach(), y[each, rows[:, step]]))
        return objective(z, y[each, rows[:, step]])

    losses, _ = descend(net.weights(), loss_at, steps, optimizer=optimizer, lr=setup.rate)
    state = saved_state(net)
    with torch.no_grad():
        z, clean = outputs(shifted(x, "end"), "end"), outputs(x, "clean")
        load_state(net, state)  # training mode moved the statistics of batch normalization
        z_valid = net.eval()(v)
        own, held = cross_entropy(net(x), y, "none"), cross_entropy(z_valid, u, "none")  # (R, N)
    of = F.one_hot(y, 10).float()  # (R, N, 10): of which class
    by_class = (own[..., None] * of).sum(1) / of.sum(1).clamp(min=1)
    mixed = (by_class * F.one_hot(u, 10).float().mean(1)).sum(1)
    train_loss, valid_loss = own.mean(1), held.mean(1)
    logged = losses[:, -(examples // 32) :].mean(1)  # of all steps, if they are fewer
    now = [objective(z, y).detach(), cross_entropy(z, y), cross_entropy(clean, y)]
    drops = -torch.stack([logged, *now, train_loss, mixed, valid_loss], 1).diff(dim=1)  # (R, 6)
    noise = 2 * held.std(1) / valid**0.5
    ahead = (logged - valid_loss > noise).float()
    return {
        **{name: drops[:, place] for place, name in enumerate(STEPS)},
        "logged": logged, "valid_loss": valid_loss, "train_loss": train_loss, "ahead": ahead,
        "named": ahead * (drops.argmax(1) == STEPS.index(EXPECTED[cause])),
        "easier": (train_loss - valid_loss > noise).float(),
        "luckier": (train_loss > valid_loss).float(),
        "turned": ((logged > valid_loss) & (train_loss < valid_loss)).float(),
        "accuracy_ahead": accuracy(z_valid, u) - torch.stack(right[-(examples // 32) :], 1).mean(1),
    }  # fmt: skip


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
