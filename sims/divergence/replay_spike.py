"""A loss that spiked, and the same steps again from a checkpoint with one thing changed.

python sims/divergence/replay_spike.py --cause rate --rerun slower

The loop is written out, since it starts again from a checkpoint.
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlfaq.sim import Replicates, clip_grad_norm, cross_entropy
from dlfaq.sim.losses import capped
from dlfaq.sim.precision import pass_layers
from dlfaq.sim.training_data import load

OPTIMIZERS = {"sgd": torch.optim.SGD, "adamw": torch.optim.AdamW}


def replay_spike(
    replicates: Replicates,
    cause: Literal["nothing", "data", "rate", "range", "operation"] = "rate",
    rerun: Literal["same", "slower", "batches", "float32", "clipped"] = "same",
    factor: float = 100.0,
    precision: Literal["float32", "bfloat16", "float16"] = "float32",
    norm: Literal["none", "layer"] = "none",
    optimizer: Literal["sgd", "adamw"] = "adamw",
    lr: float = 0.003,
    hidden: int = 32,
    batch: int = 32,
    steps: int = 60,
    window: int = 20,
) -> dict[str, Tensor]:
    """Train a digit classifier well, then with something wrong; the restarted loop is the point.

    Setting: {steps} sound steps of {optimizer} at rate {lr}, then {window} steps in {precision}
    with the cause: {cause}; batch {batch}, two hidden ReLU layers of {hidden}, norm: {norm}, on
    1,000 digits, with 200 others to validate.

    Args:
        replicates: One initialization and two orders of the images each.
        cause: What is wrong in the window: nothing; `data`: one batch in its middle whose pixels
            are `factor` times too large; `rate`: a learning rate `factor` times as high; `range`:
            all pixels are from 0 to 65535, before the checkpoint, too, as in images of 16 bits;
            `operation`: the loss is the classes' binary cross-entropies, with log(1 - p) written
            by hand: 1 - p is 0 once the network is sure. Otherwise pixels are standardized.
        rerun: What changes: nothing, a tenth of the rate, other batches, float32, or clipping to 1.
        factor: How many times too large the pixels or the rate are, where that is the cause.
        precision: In which products are stored after the checkpoint; float32 before it.
        norm: Layer normalization before each ReLU, or none.
        optimizer: SGD or AdamW; its state is part of the checkpoint.
        lr: Learning rate before the checkpoint.
        hidden: Width of the two hidden layers.
        batch: Images a step.
        steps: Steps before the checkpoint.
        window: Steps after it.

    Metrics:
        before: mean loss of the last ten steps before the checkpoint, in nats.
        loss[step]: of each step, from the last ten before the checkpoint on, in nats; at most 1e9;
            inf and NaN count as that.
        spiked: 1 if a batch's loss in the window was inf, NaN, or above that of guessing, ln 10;
            else 0, in [0, 1].
        harmed: 1 if the loss on the validation images was, after a step of it; else 0, in [0, 1].
        after: loss on the validation images at the end, in nats; at most 1e9, as are inf and NaN.
    """
    data = load(replicates, "digits", valid=200, scale="unit" if cause == "range" else "standard")
    data = data.mapped(lambda x: 65535 * x if cause == "range" else x)
    sizes = (64, hidden), (hidden, hidden), (hidden, 10)
    net = replicates.stack("net", lambda: nn.Sequential(*(nn.Linear(*size) for size in sizes)))
    trainer = OPTIMIZERS[optimizer](net.parameters(), lr=lr)
    draw = "others" if rerun == "batches" else "window"
    before = replicates.batches("before", len(data), batch, steps)  # (R, steps, B)
    order = torch.cat([before, replicates.batches(draw, len(data), batch, window)], 1)
    each = torch.arange(len(replicates), device=replicates.device)[:, None]  # (R, 1)
    losses, held = [], []
    for step in range(steps + window):
        rows = order[:, step]  # (R, B)
        x, y, stored = data.x[each, rows], data.y[each, rows], "float32"  # (R, B, 64), (R, B)
        if step >= steps:
            bad = cause == "data" and step == steps + window // 2 and rerun != "batches"
            x = factor * x if bad else x
            stored = "float32" if rerun == "float32" else precision
            rate = lr * (factor if cause == "rate" else 1) / (10 if rerun == "slower" else 1)
            trainer.param_groups[0]["lr"] = rate
        logits = pass_layers(net.weights(), x, stored, norm)  # (R, B, 10)
        form = _by_hand if cause == "operation" and step >= steps else cross_entropy
        loss = form(logits, y)  # (R,)
        trainer.zero_grad()
        loss.sum().backward()
        if rerun == "clipped" and step >= steps:
            clip_grad_norm(list(net.parameters()), 1.0)
        trainer.step()
        losses.append(loss.detach())
        if step >= steps:
            with torch.no_grad():
                valid = pass_layers(net.weights(), data.x_valid, "float32", norm)  # (R, 200, 10)
                held.append(cross_entropy(valid, data.y_valid))
    path = torch.stack(losses, 1)  # (R, steps + window)
    guessing, last = torch.tensor(10.0).log(), min(steps, 10)
    return {
        "before": path[:, steps - last : steps].mean(1),
        "loss": capped(path[:, steps - last :], 1e9),
        "step": torch.arange(1 - last, window + 1),
        "spiked": ~(path[:, steps:] < guessing).all(1),
        "harmed": ~(torch.stack(held, 1) < guessing).all(1),
        "after": capped(held[-1], 1e9),
    }


def _by_hand(logits: Tensor, y: Tensor) -> Tensor:
    """Binary cross-entropy of each class as in a textbook, (R, B, 10) and (R, B) to (R,)."""
    p, target = logits.softmax(-1), F.one_hot(y, 10)  # (R, B, 10)
    return -(target * p.log() + (1 - target) * (1 - p).log()).sum(-1).mean(-1)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
