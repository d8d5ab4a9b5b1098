"""A loss that spiked, and the same steps again from a checkpoint with one thing changed.

python sims/divergence/replay_spike.py --cause rate --rerun slower
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, cross_entropy, digits
from dlfaq.sim.losses import capped
from dlfaq.sim.precision import pass_layers

OPTIMIZERS = {"sgd": torch.optim.SGD, "adamw": torch.optim.AdamW}


def replay_spike(
    replicates: Replicates,
    cause: Literal["nothing", "data", "rate", "range"] = "rate",
    rerun: Literal["same", "slower", "batches", "float32"] = "same",
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
    """Train a digit classifier well, then with something wrong, from what was saved before.

    The loop is written out because restarting it is the point. Before the checkpoint everything is
    in float32.

    Setting: {steps} sound steps of {optimizer} at rate {lr}, then {window} steps in {precision}
    with the cause: {cause}; batch {batch}, two hidden ReLU layers of {hidden}, norm: {norm}, on
    1,200 digits.

    Args:
        replicates: One initialization and two orders of the images each.
        cause: What is wrong in the window: nothing; `data`: one batch in its middle whose pixels
            were not scaled, 0 to 65535; `rate`: a learning rate `factor` times as high; `range`:
            all pixels are from 0 to 65535, before the checkpoint, too, as in images of 16 bits.
            Otherwise pixels are standardized.
        rerun: What the rerun changes: nothing, a tenth of the learning rate, the batches, or
            everything in float32.
        factor: By which the learning rate is too high where the rate is the cause.
        precision: In which products are stored after the checkpoint, as under autocast.
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
        spiked: 1 if a loss in the window was inf, NaN, or above that of guessing, ln 10; else 0,
            in [0, 1].
    """
    data = digits()
    x = 65535 * data.x if cause == "range" else (data.x - data.x.mean()) / data.x.std()  # (n, 64)
    x, y = x.to(replicates.device), data.y.to(replicates.device)
    sizes = (64, hidden), (hidden, hidden), (hidden, 10)
    net = replicates.stack("net", lambda: nn.Sequential(*(nn.Linear(*size) for size in sizes)))
    trainer = OPTIMIZERS[optimizer](net.parameters(), lr=lr)
    draw = "others" if rerun == "batches" else "window"
    before = replicates.batches("before", len(x), batch, steps)  # (R, steps, B)
    order = torch.cat([before, replicates.batches(draw, len(x), batch, window)], 1)
    losses = []
    for step in range(steps + window):
        rows = order[:, step]  # (R, B)
        images, stored = x[rows], "float32"  # (R, B, 64)
        if step >= steps:
            if cause == "data" and step == steps + window // 2 and rerun != "batches":
                images = 65535 * data.x.to(images)[rows]
            stored = "float32" if rerun == "float32" else precision
            rate = lr * (factor if cause == "rate" else 1) / (10 if rerun == "slower" else 1)
            trainer.param_groups[0]["lr"] = rate
        loss = cross_entropy(pass_layers(net.weights(), images, stored, norm), y[rows])  # (R,)
        trainer.zero_grad()
        loss.sum().backward()
        trainer.step()
        losses.append(loss.detach())
    path = torch.stack(losses, 1)  # (R, steps + window)
    guessing = torch.tensor(10.0).log()
    last = min(steps, 10)
    return {
        "before": path[:, steps - last : steps].mean(1),
        "loss": capped(path[:, steps - last :], 1e9),
        "step": torch.arange(1 - last, window + 1),
        "spiked": ~(path[:, steps:] < guessing).all(1),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
