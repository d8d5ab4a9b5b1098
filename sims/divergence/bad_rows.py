"""Training images that hold a NaN or were not scaled, and what keeps the run alive.

python sims/divergence/bad_rows.py --bad nan --skip true
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.nets import mlp
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load


def bad_rows(
    replicates: Replicates,
    bad: Literal["none", "nan", "large"] = "nan",
    share: float = 0.001,
    size: float = 1000.0,
    clip: float = 0.0,
    skip: bool = False,
    drop: bool = False,
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "sgd",
    lr: float = 0.1,
    tune: bool = False,
    norm: Literal["none", "batch", "layer", "rms"] = "none",
    data: Literal["digits", "cancer", "wine"] = "digits",
    hidden: int = 32,
    batch: int = 32,
    steps: int = 100,
) -> dict[str, Tensor]:
    """Train a classifier on examples of which a few are broken; the others are sound.

    Setting: {steps} steps of {optimizer} at rate {lr}, batch {batch}, two hidden ReLU layers of
    {hidden}, norm: {norm}, on {data}; a share of {share} of the training examples is broken (at
    least one).

    Args:
        replicates: One initialization, one order of the examples and one choice of the broken ones
            each.
        bad: What is wrong with them: nothing, one feature that is NaN, or all features `size` times
            too large.
        share: Share of the training examples that are broken; one at least.
        size: How many times too large.
        clip: Largest norm of a gradient; 0 for no clipping.
        skip: Leave out a step whose gradient has a norm that is inf or NaN.
        drop: Leave out the broken examples before training.
        optimizer: A name of `dlfaq.sim.optimizers`.
        lr: Learning rate; with `tune` each replicate gets its best of a grid instead.
        tune: Choose the rate on 200 validation examples, for each replicate.
        norm: Normalization before each ReLU; `batch` uses its running averages on test examples.
        data: What is learnt.
        hidden: Width of the two hidden layers.
        batch: Examples a step.
        steps: Steps of training.

    Metrics:
        accuracy: on the test examples, in [0, 1]; an output that is inf or NaN counts as wrong.
        skipped: share of the steps whose gradient had a norm that is inf or NaN, in [0, 1].
        peak (ratio): largest loss over the first one; 1e9 where it is larger, inf or NaN.
    """
    examples = load(replicates, data, valid=200)
    n, count = len(examples), max(1, round(share * len(examples)))
    order = replicates.permutation("bad", n)  # (R, n): the first `count` are broken
    broken = torch.zeros_like(order, dtype=torch.bool).scatter(1, order[:, :count], True)[..., None]
    if bad == "nan":
        place = torch.arange(examples.features, device=replicates.device) == examples.features // 2
        examples.x = torch.where(broken & place, torch.nan, examples.x)
    if bad == "large":
        examples.x = torch.where(broken, size * examples.x, examples.x)
    if drop:  # a sound example stands in for each
        each = torch.arange(len(replicates), device=replicates.device)[:, None]
        examples.x[each, order[:, :count]] = examples.x[each, order[:, -count:]]
        examples.y = examples.y.clone()
        examples.y[each, order[:, :count]] = examples.y[each, order[:, -count:]]
    sizes = examples.features, [hidden, hidden], examples.classes
    net = replicates.stack("net", lambda: mlp(*sizes, norm=norm))
    batches = replicates.batches("batches", n, min(batch, n), steps)  # (R, steps, B)
    run = train(
        net,
        examples,
        batches,
        optimizer=optimizer,
        lr=lr,
        tune=tune,
        clip=clip,
        skip=skip,
        norms=True,
    )
    x, y = examples.open_test()
    with torch.no_grad():
        logits = net(x)  # (R, m, k)
    sound = logits.isfinite().all(-1)  # (R, m)
    return {
        "accuracy": accuracy(logits.nan_to_num(), torch.where(sound, y, -1)),
        "skipped": (~run.norm.isfinite()).double().mean(1) * skip,
        "peak": (run.loss / run.loss[:, :1]).nan_to_num(1e9, 1e9).amax(1).clamp(max=1e9),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
