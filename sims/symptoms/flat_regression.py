"""A regression with one mistake or none: how much its predictions vary, and what checks say.

python sims/symptoms/flat_regression.py --mistake column --model conv

https://docs.pytorch.org/docs/stable/generated/torch.nn.MSELoss.html
"""

from functools import partial
from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates
from dlfaq.sim.copies import repeated
from dlfaq.sim.losses import capped
from dlfaq.sim.regressors import (
    MISTAKES,
    error,
    few_rows,
    glance,
    linear_r2,
    r2,
    regressors,
    rows_of,
)
from dlfaq.sim.setups import Setup
from dlfaq.sim.training import train


def flat_regression(
    replicates: Replicates,
    mistake: Literal[
        "none", "column", "tiny-inputs", "no-inputs", "sigmoid", "raw-targets", "dead",
        "shuffled", "decay", "rate-low", "rate-high",
    ] = "none",
    model: Literal["mlp", "conv", "transformer"] = "mlp",
    loss: Literal["squared", "absolute"] = "squared",
    optimizer: Literal["sgd", "adamw"] = "adamw",
    lr: float = 0.001,
    decay: float = 0.01,
    tune: bool = False,
    norm: Literal["none", "batch", "layer"] = "none",
    hidden: int = 32,
    data: Literal["diabetes", "digits", "parabola"] = "diabetes",
    batch: int = 32,
    steps: int = 200,
    ten: int = 0,
) -> dict[str, Tensor]:  # fmt: skip
    """Train, look at predictions for unseen rows, then go through the checks in their order.

    Setting: a {model} with {hidden} units in each hidden layer of an MLP (mistake: {mistake}) on
        {data}, {loss} error, {optimizer} at {lr} (tuned: {tune}), weight decay {decay}, norm:
        {norm}, {steps} steps with batches of {batch}; {ten} steps on ten rows (0: not tried)

    Args:
        replicates: One network and its training rows each: 200, or 800 digits.
        mistake: What is wrong, a name of `dlfaq.sim.regressors`.
        model: Two hidden layers, two convolutions, or two transformer blocks.
        loss: Squared or absolute error.
        optimizer: Of the script; decay is AdamW's, or an L2 penalty with SGD.
        lr: Its rate; not used if it is tuned.
        decay: Weight decay of all parameters, unless the mistake is in it.
        tune: Choose the rate on 60 other rows.
        norm: Before each ReLU of the first two models.
        hidden: Units of each hidden layer of an MLP.
        data: Diabetes; digits as numbers 0 to 9; or x^2 with noise. The last two models need
            digits. Inputs and targets are standardized.
        batch: Rows a step.
        steps: Steps of the run.
        ten: Steps on ten rows alone, from the start: at the script's rate, a hundredth of it and
            100 times it, and without decay.

    Metrics:
        r2: on the test rows, at least -10.
        spread: standard deviation of predictions over that of targets, test rows, at most 10.
        match: correlation of predictions and targets, test rows, in [-1, 1]; 0 if all are equal.
        from_mean: mean prediction minus mean training target, in their standard deviations, at
            most 10.
        from_median: the same, minus the median training target.
        plateau: mean of the last ten losses over the variance of the training targets, at most 10.
        silent: 1 if no unit of the last hidden layer varies over the training rows, in [0, 1].
        linear: R^2 of linear regression on a quarter of the training rows, at least -10.
        fitted: error on ten rows, trained on them alone, over their variance, at most 10.
        accused: 1 if R^2 is below 0.1 or a look finds something, in [0, 1].
        named: 1 if R^2 is below 0.1 and the first check to find something is right, in [0, 1].
    """
    wrong, setup = MISTAKES[mistake], Setup(model, norm=norm, hidden=hidden)
    rows = rows_of(replicates, data, wrong, valid=60 if tune else 0)
    net = regressors(replicates, setup, rows, wrong)
    start = repeated(net, 1)
    compare = partial(error, squared=loss == "squared", column=wrong.column)
    strength = decay if wrong.decay is None else wrong.decay
    how = {"optimizer": optimizer, "decay": strength, "decay_all": True}
    batches = replicates.batches("batches", len(rows), batch, steps)
    run = train(net, rows, batches, lr=lr * wrong.rate, tune=tune, loss=compare, **how)

    slow, own, fast = few_rows(start, rows, ten, compare, lr * wrong.rate, **how)
    bare = own
    if wrong.decay is not None:
        bare = few_rows(start, rows, ten, compare, lr, **(how | {"decay": 0.0}))[1]
    with torch.no_grad():
        seen = net(rows.x).nan_to_num()
        x, y = rows.open_test()
        told = net(x)[..., 0].nan_to_num()  # (R, m)
    look, linear, fits = glance(seen, rows.x, rows.y), linear_r2(rows.x, rows.y), own < 0.1
    score = r2(told, y).clamp(min=-10)
    signs = {
        "shapes": torch.full_like(fits, wrong.column),
        **look,
        "pairs": fits & (linear < 0.2),
        "decay": ~fits & (bare < 0.1),
        "low": ~fits & (fast < 0.1),
        "high": ~fits & (slow < 0.1),
        "": torch.ones_like(fits),
    }
    first = torch.stack([*signs.values()], 1).double().argmax(1)
    right = torch.tensor([name in wrong.places for name in signs])[first]
    middle, size = rows.y.median(1).values, rows.y.std(1)
    both = torch.stack([told - told.mean(1, keepdim=True), y - y.mean(1, keepdim=True)])
    norms = both.square().mean(2).sqrt()  # (2, R)
    return {
        "r2": score,
        "spread": capped(norms[0] / norms[1], 10.0),
        "match": both.prod(0).mean(1) / norms.prod(0).clamp(min=1e-9),
        "from_mean": capped((told.mean(1) - rows.y.mean(1)) / size, 10.0),
        "from_median": capped((told.mean(1) - middle) / size, 10.0),
        "plateau": capped(run.loss[:, -10:].mean(1) / size.square(), 10.0),
        "silent": look["hidden"].double(),
        "linear": linear.clamp(min=-10),
        "fitted": capped(own, 10.0),
        "accused": ((score < 0.1) | torch.stack([*look.values()]).any(0)).double(),
        "named": ((score < 0.1) & right).double(),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
