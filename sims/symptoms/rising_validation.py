"""Why validation loss rises while training loss falls: separating looks at one training run.

python sims/symptoms/rising_validation.py --cause shift --model conv
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates, cross_entropy
from dlfaq.sim.copies import load_state, saved_state
from dlfaq.sim.setups import Setup
from dlfaq.sim.training import descend
from dlfaq.sim.training_data import load

WORDS = ("code", "sets", "noise", "fell", "sure")  # what the rule may say
SHARES = {"wrong-all": (0.4, 0.4, 0.4), "wrong-valid": (0, 0, 0.2)}


def rising_validation(
    replicates: Replicates,
    cause: Literal["none", "unscaled", "mode", "shift", "wrong-valid", "wrong-all",
                   "copies"] = "none", strength: float = 1.0,
    model: Literal["mlp", "conv"] = "mlp", optimizer: Literal["sgd", "adamw"] = "adamw",
    times: float = 1.0, norm: Literal["none", "batch", "layer"] = "none", hidden: int = 32,
    examples: int = 600, held: int = 200, steps: int = 100, every: int = 20,
) -> dict[str, Tensor]:  # fmt: skip
    """Train, evaluate often, and let a rule say why validation is worse than training.

    The first that fits: `code`, the evaluation code gives training a loss above the logged one;
    `sets`, validation loss is above that of a random cut from the training data; `noise`, it is not
    above its lowest look; `fell`, accuracy is below that look; `sure`, it is not. All by two
    standard errors of the difference.

    Setting: a {model} on {examples} digits ({held} for validation), {optimizer} at {times} times
    its usual rate, norm: {norm}, {steps} steps; cause: {cause}, strength {strength}

    Args:
        replicates: One network and one choice of images each.
        cause: Evaluation does not standardize (`unscaled`), or is in training mode on 16 images of
            a class, with batch norm (`mode`); validation images are moved by a pixel (`shift`); 20%
            of validation labels (`wrong-valid`) or 40% of all (`wrong-all`) are drawn anew;
            training and cut hold noisy `copies` of images, training eight of each.
        strength: Multiplies these shares of labels.
        model: Two hidden layers, or two convolutions.
        optimizer: Of the script.
        times: Its rate, as a multiple of the usual one in `dlfaq.sim.setups`.
        norm: Normalization before each ReLU; with `mode` it is batch.
        hidden: Units of each hidden layer of the MLP.
        examples: Training images.
        held: Images for validation, and as many in the random cut; in all at most 1200.
        steps: Training steps on batches of 32.
        every: Steps from one look at the validation loss to the next.

    Metrics:
        code: 1 if the rule says so, in [0, 1].
        sets: 1 if the rule says so, in [0, 1].
        noise: 1 if the rule says so, in [0, 1].
        fell: 1 if the rule says so, in [0, 1].
        sure: 1 if the rule says so, in [0, 1].
        logged: mean of the training losses of the last epoch, in nats.
        own_loss: loss of the training images at the end, by the evaluation code, in nats.
        best_loss: lowest validation loss of all looks, in nats.
        end_loss: validation loss at the end, in nats.
        own: accuracy on the training images at the end, in [0, 1].
        best: validation accuracy at the lowest validation loss, in [0, 1].
        end: validation accuracy at the end, in [0, 1].
        doubtful: share of wrong labels among the ten largest training losses then, in [0, 1].
        doubtful_end: the same at the end, in [0, 1].
    """
    setup = Setup(model, optimizer, times, "batch" if cause == "mode" else norm, hidden=hidden)
    data = load(replicates, "digits", own=True, scale="unit").mapped(lambda x: (x - 0.3) / 0.38)
    sizes = [examples, held, held]
    x, cut, v = data.x[:, : sum(sizes)].split(sizes, 1)  # (R, N, 64) each
    y, y_cut, u = data.y[:, : sum(sizes)].split(sizes, 1)
    if cause == "copies":  # of the first images, in training and in the cut
        few = torch.arange(examples + held, device=x.device) % (examples // 8)
        noisy = x[:, few] + 0.1 * replicates.normal("noise", examples + held, 64)
        (x, cut), (y, y_cut) = (both.split([examples, held], 1) for both in (noisy, y[:, few]))
    if cause == "shift":
        v = v.unflatten(2, (8, 8)).roll(1, 3).flatten(2)
    anew = [strength * share for share in SHARES.get(cause, (0, 0, 0))]  # labels of each part
    true, parts = y, zip(("training", "cut", "valid"), (y, y_cut, u), anew, strict=True)
    y, y_cut, u = (_relabelled(replicates, *part) for part in parts)
    net = setup.network(replicates, data)
    each, looks = torch.arange(len(replicates), device=x.device)[:, None], []
    rows = replicates.batches("batches", examples, 32, steps)  # (R, T, B)

    @torch.no_grad()
    def judged(x: Tensor, y: Tensor) -> Tensor:  # loss and right, (2, R, N), by evaluation code
        z = net.eval()(0.38 * x + 0.3 if cause == "unscaled" else x)
        if cause == "mode":
            state, order = saved_state(net), y.argsort(1)
            z = torch.cat([net.train()(x[each, some]) for some in order.split(16, 1)], 1)
            load_state(net, state)
            z = z[each, order.argsort(1)]
        return torch.stack([cross_entropy(z, y, "none"), (z.argmax(-1) == y).float()])

    def loss_at(step: int) -> Tensor:
        if step % every == 0:
            looks.append((judged(v, u), judged(x, y)[0]))
        some = rows[:, step]
        return cross_entropy(net.train()(x[each, some]), y[each, some])

    losses, _ = descend(net.weights(), loss_at, steps, optimizer=optimizer, lr=setup.rate)
    looks.append((judged(v, u), judged(x, y)[0]))
    logged = losses[:, -(examples // 32) :].mean(1)
    own, spare, end = judged(x, y), judged(cut, y_cut), looks[-1][0]
    valid = torch.stack([look[0] for look in looks], 1)  # (2, L, R, N)
    lowest = valid[0].mean(2).argmin(0), each[:, 0]  # which look, of which replicate
    best, early = valid[:, *lowest], torch.stack([look[1] for look in looks])[lowest]
    fits = [_above(own[0], logged[:, None]), _above(end[0], spare[0]), ~_above(end[0], best[0]),
            _above(best[1], end[1]), logged > -1]  # fmt: skip
    said = torch.stack(fits).int().argmax(0)  # the first that fits
    wrong = (y != true).float()
    return {word: (said == place).float() for place, word in enumerate(WORDS)} | {
        "logged": logged, "own_loss": own[0].mean(1), "own": own[1].mean(1),
        "best_loss": best[0].mean(1), "best": best[1].mean(1),
        "end_loss": end[0].mean(1), "end": end[1].mean(1),
        "doubtful": wrong.gather(1, early.topk(10).indices).mean(1),
        "doubtful_end": wrong.gather(1, own[0].topk(10).indices).mean(1),
    }  # fmt: skip


def _relabelled(r: Replicates, name: str, y: Tensor, share: float) -> Tensor:
    """The labels, this share of them drawn anew."""
    changed = r.uniform(f"changed {name}", y.shape[1]) < share
    return torch.where(changed, r.integers(f"other {name}", 10, y.shape[1]), y)


def _above(a: Tensor, b: Tensor) -> Tensor:
    """Is the mean over examples of a - b (R, N) above 0 by two standard errors? (R,)."""
    return (a - b).mean(1) > 2 * (a - b).std(1) / a.shape[1] ** 0.5


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
