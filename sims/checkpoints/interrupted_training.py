"""A training job that is stopped again and again, and loses something each time.

python sims/checkpoints/interrupted_training.py --lost moments --warmup 20

https://docs.pytorch.org/tutorials/recipes/recipes/saving_and_loading_a_general_checkpoint.html

The loop is written out, since the optimizer is made anew in the middle of it.
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates, cross_entropy
from dlfaq.sim.lanes import Lanes, Watch
from dlfaq.sim.language import language
from dlfaq.sim.losses import capped, token_cross_entropy
from dlfaq.sim.nets import Transformer, mlp
from dlfaq.sim.optimizers import Descent, grid
from dlfaq.sim.rates import shares
from dlfaq.sim.training_data import load

SINCE = (0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100)  # steps after the last stop


def interrupted_training(
    replicates: Replicates,
    lost: Literal["nothing", "moments", "schedule", "both", "order", "place"] = "moments",
    every: int = 150,
    warmup: int = 0,
    schedule: Literal["constant", "linear", "cosine"] = "cosine",
    hidden: int = 32,
    norm: Literal["none", "batch", "layer", "rms"] = "none",
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "adamw",
    lr: float = 0.003,
    beta2: float = 0.999,
    tune: bool = False,
    steps: int = 300,
    batch: int = 32,
    data: Literal["digits", "cancer", "language"] = "digits",
) -> dict[str, Tensor]:
    """Train, and after every few steps start again from a checkpoint that lacks something.

    Setting: stopped every {every} of {steps} steps, losing {lost}; a {hidden}-unit network
    (norm: {norm}) on {data}, {optimizer} at {lr}, {schedule} schedule, batch {batch}

    Args:
        replicates: One network and one order of the rows each.
        lost: The optimizer's state (moments); the schedule's place, so that it begins again;
            both; the random numbers, so that every start shuffles anew (order); or the place, so
            that every start reads the same batches.
        every: Steps from one start to the next.
        warmup: Steps after a stop in which the learning rate first rises.
        schedule: Schedule over all steps.
        hidden: Units of the hidden layer, or width of the transformer's one block.
        norm: Before the hidden layer's activation; the transformer has LayerNorm anyway.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Peak learning rate; not used if it is tuned.
        beta2: Of Adam and AdamW, which remember squared gradients for some 1 / (1 - beta2) steps.
        tune: Give each replicate the rate of a grid that is best on its validation rows.
        steps: Training steps.
        batch: Rows in a batch.
        data: Digits, cancer, or sentences of a random Markov chain, read by a transformer.

    Metrics:
        since[after]: test loss in nats some steps after the last stop; 0 is at the stop.
        worst: highest test loss in the 20 steps after the last stop, in nats; at most 10.
        loss: on the test rows at the end, in nats; at most 10.
        accuracy: share of them answered correctly at the end, in [0, 1].
        rate: the peak learning rate.
        inside: 1 if the rate is not at an end of the grid, else 0, in [0, 1].
    """
    if data == "language":
        rows, of = language(replicates, length=8)[0], token_cross_entropy
        net = replicates.stack("net", lambda: Transformer(12, 8, hidden, blocks=1))
    else:
        rows, of = load(replicates, data, valid=100), cross_entropy
        net = replicates.stack("net", lambda: mlp(rows.features, [hidden], rows.classes, norm=norm))
    batches = replicates.batches("batches", len(rows), batch, steps)  # (R, steps, B)
    if lost == "order":
        starts = [
            replicates.batches(f"start at {step}", len(rows), batch, min(every, steps - step))
            for step in range(every, steps, every)
        ]
        batches = torch.cat([batches[:, :every], *starts], 1)
    elif lost == "place":
        batches = batches[:, torch.arange(steps) % every]

    tried = grid(optimizer) if tune else [lr]
    lanes = Lanes(net, rows, batches, of, None, len(tried))
    peaks = torch.tensor(tried, dtype=torch.float64).repeat_interleave(len(replicates))  # (G R,)
    weights = dict(lanes.net.named_parameters())
    share, last = shares(schedule, steps), (steps - 1) // every * every
    watch = Watch(lanes, None, {last + step for step in SINCE} | {steps}, keep=False, sealed=True)
    options = {"betas": (0.9, beta2)} if "adam" in optimizer else {}
    descent = Descent(weights, optimizer, peaks, **options)
    for step in range(steps):
        place = step % every
        if step and place == 0 and lost in ("moments", "both"):
            descent = Descent(weights, optimizer, peaks, **options)
        watch(step)
        rise = min(1.0, (place + 1) / (warmup + 1)) if step >= every else 1.0
        descent.zero_grad()
        lanes.loss_at(step).sum().backward()  # the sum keeps each replicate's gradient its own
        descent.step(rise * share[place if lost in ("schedule", "both") else step])
    watch(steps)

    best = lanes.best()  # (R,): which rate, by the validation rows
    rows.open_test()
    seen = watch.seen(best)[0]
    loss, right = capped(seen["test_loss"], 10.0), seen["test_accuracy"]  # (R, looks)
    after = torch.tensor(watch.steps) - last
    return {
        "since": loss[:, :-1],
        "after": after[:-1],
        "worst": loss[:, after <= 20].amax(1),
        "loss": loss[:, -1],
        "accuracy": right[:, -1],
        "rate": lanes.pick(peaks, best),
        "inside": (best > 0) & (best < len(tried) - 1),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
