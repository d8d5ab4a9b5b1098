"""A learning rate chosen by a range test, a grid or a default, and how well it then trains.

python sims/symptoms/chosen_rate.py --rule steepest --model conv --optimizer sgd

https://arxiv.org/abs/1506.01186
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy, cross_entropy
from dlfaq.sim.copies import load_state, saved_state
from dlfaq.sim.losses import capped
from dlfaq.sim.nets import Transformer, convnet, mlp
from dlfaq.sim.range_test import range_test, smoothed, suggested
from dlfaq.sim.training import train
from dlfaq.sim.training_data import Data, load

POINTS = 100  # steps of the range test


def chosen_rate(
    replicates: Replicates,
    rule: Literal["grid", "given", "steepest", "valley", "minimum", "blowup"] = "grid",
    lr: float = 0.001,
    times: float = 1.0,
    tuning_steps: int = 0,
    tuning_hidden: int = 0,
    lowest: float = 1e-7,
    highest: float = 10.0,
    smoothing: float = 0.98,
    model: Literal["mlp", "conv", "transformer"] = "mlp",
    optimizer: Literal["sgd", "momentum", "adamw"] = "adamw",
    schedule: Literal["constant", "linear", "cosine"] = "constant",
    norm: Literal["none", "batch", "layer"] = "none",
    data: Literal["digits", "cancer", "wine"] = "digits",
    hidden: int = 32,
    batch: int = 32,
    steps: int = 100,
) -> dict[str, Tensor]:
    """Choose a rate by a rule, multiply it, and train from the start at what comes out.

    Setting: {model} of width {hidden} on {data}, {optimizer}, schedule {schedule}, norm: {norm},
        batch {batch}, {steps} steps; rate by the rule {rule}, times {times}

    Args:
        replicates: One choice of rows, one network and one order of the batches each.
        rule: `grid`: best of 7 rates a factor 3 apart on 200 validation rows (fewer in small data).
            `given`: `lr`. The others read the smoothed loss of 100 steps in which the rate grows:
            `steepest`, where it falls most in a step; `valley`, the middle of its longest fall;
            `minimum`, a tenth of where it is lowest; `blowup`, a tenth of where it has become four
            times its lowest.
        lr: The rate of the rule `given`.
        times: What the chosen rate is multiplied by.
        tuning_steps: Steps of each run of the grid; 0 for `steps`.
        tuning_hidden: Width of the network that the grid trains; 0 for `hidden`.
        lowest: First rate of the range test.
        highest: Its last rate.
        smoothing: Weight of the running mean in the next one; 0 for the losses as they are.
        model: Two hidden ReLU layers; two convolutions and a linear layer, a fourth of the width in
            channels; two pre-norm transformer blocks that read the rows of an image as tokens.
        optimizer: PyTorch's, with its default settings but for the rate; momentum is 0.9.
        schedule: Of the rate, in the grid and afterwards; the range test has its own.
        norm: Normalization before each ReLU of the first two models.
        data: What is learnt; the last two need an MLP.
        hidden: Width.
        batch: Rows in a batch.
        steps: Steps of the run at the rate that was chosen.

    Metrics:
        accuracy: on the test rows after the run, in [0, 1].
        loss: the same in nats, at most 10.
        rate: at which the run was made, at least 0.
        inside: 1 if a grid was used and its best rate is not at an end of it, in [0, 1].
    """
    rows = load(replicates, data, valid=200, own=True)
    net = replicates.stack("net", lambda: _network(model, hidden, rows, norm))
    start = saved_state(net)
    order = replicates.batches("batches", len(rows), batch, max(steps, tuning_steps, POINTS))
    how = {"optimizer": optimizer, "schedule": schedule}
    inside = torch.zeros(len(replicates))
    if rule == "grid":
        tried = net
        if tuning_hidden:
            small = lambda: _network(model, tuning_hidden, rows, norm)  # noqa: E731 - a maker
            tried = replicates.stack("small", small)
        run = train(tried, rows, order[:, : tuning_steps or steps], tune=True, **how)
        rate, inside = run.rate, run.inside
    elif rule == "given":
        rate = torch.full((len(replicates),), lr, dtype=torch.float64)
    else:
        seen, losses = range_test(net, rows, order, optimizer, lowest, highest, POINTS)
        rate = suggested(rule, seen, smoothed(losses, smoothing))
    load_state(net, start)
    train(net, rows, order[:, :steps], lr=times * rate, **how)
    x, y = rows.open_test()
    with torch.no_grad():
        z = net(x)
    return {
        "accuracy": accuracy(z.nan_to_num(), y),
        "loss": capped(cross_entropy(z, y), 10.0),
        "rate": times * rate,
        "inside": inside,
    }


def _network(model: str, width: int, rows: Data, norm: str) -> nn.Module:
    if model == "transformer":
        return _Rows(width)
    if model == "conv":
        return convnet(width // 4, rows.classes, norm=norm)
    return mlp(rows.features, [width] * 2, rows.classes, norm=norm)


class _Rows(Transformer):
    """A transformer that reads an image as eight tokens, its rows, and answers at the last."""

    def __init__(self, width: int) -> None:
        super().__init__(tokens=10, length=8, width=width)
        self.embed = nn.Linear(8, width)

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.unflatten(-1, (8, 8)))[..., -1, :]


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
