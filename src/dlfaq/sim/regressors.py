"""Regressions as people write them, sound or with a mistake; and what a look at them shows.

rows = rows_of(replicates, "diabetes", MISTAKES["dead"])
net = regressors(replicates, Setup(hidden=32), rows, MISTAKES["dead"])
signs = glance(net(rows.x), rows.x, rows.y)
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from dlfaq.sim.copies import repeated
from dlfaq.sim.nets import RowsTransformer, convnet, mlp
from dlfaq.sim.replicates import Replicates
from dlfaq.sim.setups import Setup
from dlfaq.sim.stacked import Stacked
from dlfaq.sim.training import descend
from dlfaq.sim.training_data import Data, load

MEAN, SPREAD = 152.0, 77.0  # of the diabetes data's targets, in their own units
ROWS = {"diabetes": 200, "digits": 800}  # to train on, other ones for each replicate


@dataclass(frozen=True)
class Mistake:
    """What one mistake changes in a regression.

    Attributes:
        says: What was done, in one line.
        places: What the checks may say of it.
        inputs: Factor of the standardized inputs.
        raw: Whether targets keep the units of the diabetes data.
        column: Whether outputs (N, 1) meet targets (N,) in the loss.
        shuffled: Whether each input has the target of another one.
        output: What stands behind the last layer.
        rate: Factor of the learning rate.
        decay: Weight decay; None for the optimizer's default.
        dead: Whether the last hidden units start below 0 for every input.
    """

    says: str
    places: frozenset[str] = frozenset()
    inputs: float = 1.0
    raw: bool = False
    column: bool = False
    shuffled: bool = False
    output: Callable[[], nn.Module] = nn.Identity
    rate: float = 1.0
    decay: float | None = None
    dead: bool = False


def _of(says: str, *places: str, **changes: object) -> Mistake:
    return Mistake(says, frozenset(places), **changes)


MISTAKES = {
    "none": _of("a sound script"),
    "column": _of("outputs (N, 1) meet targets (N,) in the loss", "shapes", column=True),
    "tiny-inputs": _of("inputs divided by 255 once more", "inputs", inputs=1 / 255),
    "no-inputs": _of("all inputs are 0", "inputs", inputs=0.0),
    "sigmoid": _of("a sigmoid at the end, raw targets", "output", output=nn.Sigmoid, raw=True),
    "raw-targets": _of("targets around 152, their standard deviation 77", "targets", raw=True),
    "dead": _of("all units of the last hidden layer start dead", "hidden", dead=True),
    "shuffled": _of("each input has the target of another one", "pairs", shuffled=True),
    "decay": _of("a weight decay of 30", "decay", decay=30.0),
    "rate-low": _of("a learning rate 100 times too low", "low", rate=0.01),
    "rate-high": _of("a learning rate 3,000 times too high", "high", "hidden", rate=3000.0),
}


class Regressor(nn.Module):
    """A body, a linear layer to one number, and what stands behind it.

    Its output (N, 2 + h) holds the prediction, the number before the last activation, and what
    the linear layer got.
    """

    def __init__(self, body: nn.Module, width: int, output: nn.Module) -> None:
        super().__init__()
        self.body, self.head, self.output = body, nn.Linear(width, 1), output

    def forward(self, x: Tensor) -> Tensor:
        """Inputs (N, …) to (N, 2 + h)."""
        h = self.body(x)
        z = self.head(h)
        return torch.cat([self.output(z), z, h], 1)


def rows_of(replicates: Replicates, name: str, mistake: Mistake, valid: int = 0) -> Data:
    """What the script feeds: diabetes, digits as numbers or a noisy parabola, standardized."""
    if name == "parabola":
        x = 4 * replicates.uniform("x", 500, 1) - 2  # (R, 500, 1)
        y = x[..., 0].square() + 0.1 * replicates.normal("noise", 500)
        y = (y - 4 / 3) / 1.2  # mean 0, standard deviation 1
        parts = [slice(200), slice(200, 200 + valid), slice(300, 500)]
        fit, held, test = ((x[:, part], y[:, part]) for part in parts)
        rows = Data(fit, test, held)
    else:
        rows = load(replicates, name, train=ROWS[name], valid=valid, own=True, numbers=True)
    rows = rows.mapped(lambda x: x * mistake.inputs)
    if mistake.raw:
        rows = rows.relabelled(lambda y: MEAN + SPREAD * y)
    if mistake.shuffled:
        rows.y = rows.y.gather(1, replicates.permutation("pairs", len(rows)))
    return rows


def regressors(replicates: Replicates, setup: Setup, data: Data, mistake: Mistake) -> Stacked:
    """Networks as PyTorch initializes them, with what the mistake changes in them."""

    def make() -> nn.Module:
        if setup.model == "transformer":
            body, width = RowsTransformer(), 32
            body.answer = nn.Identity()
        elif setup.model == "conv":
            body, width = convnet(8, 1, norm=setup.norm)[:-1], 8 * 16
        else:
            hidden = [setup.hidden] * 2
            body, width = mlp(data.features, hidden, 1, norm=setup.norm)[:-1], setup.hidden
        if mistake.dead:
            last = [w for name, w in body.named_parameters() if name.endswith("bias")][-1]
            nn.init.constant_(last, -100.0)
        return Regressor(body, width, mistake.output())

    return replicates.stack("net", make)


def glance(seen: Tensor, x: Tensor, y: Tensor) -> dict[str, Tensor]:
    """What a look at the training rows shows, bool (R,) by its name in `Mistake.places`.

    Args:
        seen: What the networks say of them, (R, N, 2 + h).
        x: Inputs (R, N, d).
        y: Targets (R, N).
    """
    spread = y.std(1)
    return {
        "inputs": x.std(1).amax(1) < 0.1,  # noqa: PLR2004 - limits, as the page prints them
        "output": seen[..., 0].std(1) < 0.02 * seen[..., 1].std(1),
        "targets": (spread < 0.1) | (spread > 10),  # noqa: PLR2004
        "hidden": seen[..., 2:].std(1).amax(1) < 0.001,  # noqa: PLR2004
    }


def linear_r2(x: Tensor, y: Tensor) -> Tensor:
    """R^2 of linear regression, fitted to three quarters of the rows, on the last quarter, (R,)."""
    rows = torch.cat([x.flatten(2), torch.ones_like(y)[..., None]], 2).double()
    cut = y.shape[1] * 3 // 4
    fit = torch.linalg.lstsq(rows[:, :cut], y[:, :cut, None].double(), driver="gelsd").solution
    return r2((rows[:, cut:] @ fit)[..., 0], y[:, cut:].double())


def r2(told: Tensor, y: Tensor) -> Tensor:
    """1 minus the mean squared error over the variance, of (R, N) and (R, N): (R,)."""
    return 1 - (told - y).square().mean(1) / y.var(1, correction=0)


def error(outputs: Tensor, y: Tensor, *, squared: bool = True, column: bool = False) -> Tensor:
    """Mean error (R,) of outputs (R, N, 1 + …) and targets (R, N).

    `column` compares each output with each target, as shapes (N, 1) and (N,) do.
    """
    gap = outputs[..., :1] - (y[:, None, :] if column else y[..., None])
    return (gap.square() if squared else gap.abs()).mean((1, 2))


def few_rows(
    nets: Stacked, rows: Data, steps: int, loss: Callable[..., Tensor], lr: float, **how: object
) -> Tensor:
    """Learn the first ten rows alone: squared error over variance, (3, R).

    Args:
        nets: R networks at their start; they stay as they are.
        rows: Their training rows.
        steps: Steps; for 0 all errors are infinite.
        loss: Of outputs and targets.
        lr: The script's rate. Tried are a hundredth of it, itself, and 100 times it.
        how: Optimizer and decay, as `descend` has them.
    """
    count = len(rows.x)
    if not steps:
        return torch.full((3, count), torch.inf, device=rows.x.device)
    each, x, y = repeated(nets, 3), rows.x[:, :10].repeat(3, 1, 1), rows.y[:, :10].repeat(3, 1)
    rates = lr * torch.tensor([0.01, 1.0, 100.0]).repeat_interleave(count)
    each.train()
    descend(dict(each.named_parameters()), lambda _: loss(each(x), y), steps, lr=rates, **how)
    with torch.no_grad():
        return (1 - r2(each.eval()(x)[..., 0], y)).view(3, count)
