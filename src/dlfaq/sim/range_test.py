"""The range test: some steps in which the learning rate grows, and the rates that rules read off.

rates, losses = range_test(net, data, order, "adamw")  # 100 rates, losses (R, 100)
suggested(RULES["minimum"], rates, smoothed(losses, 0.98))  # (R,)

The rules are those of fastai's `lr_find`; Lightning's was `steepest` before version 2.5.3.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from dlfaq.sim.optimizers import Descent
from dlfaq.sim.stacked import Stacked
from dlfaq.sim.train import cross_entropy
from dlfaq.sim.training_data import Data

WORSE = 4.0  # times the lowest loss: the test ends


def range_test(
    net: Stacked,
    data: Data,
    order: Tensor,
    optimizer: str,
    lowest: float = 1e-7,
    highest: float = 10.0,
    points: int = 100,
) -> tuple[list[float], Tensor]:
    """Train while the rate grows by the same factor from step to step.

    Args:
        net: R networks; they are changed.
        data: Their training rows.
        order: Rows of each batch, (R, T, B), with T of at least `points`.
        optimizer: A name of `dlfaq.sim.optimizers`.
        lowest: Rate of the first step.
        highest: Rate of the last step.
        points: Steps.

    Returns:
        The rates, and the losses (R, points) before each step.
    """
    net.train()
    rates = [lowest * (highest / lowest) ** (step / (points - 1)) for step in range(points)]
    each = torch.arange(len(order), device=order.device)[:, None]
    peaks = torch.ones(len(order), dtype=torch.float64)
    descent = Descent(net.weights(), optimizer, peaks)
    losses = []
    for step, rate in enumerate(rates):
        now = order[:, step]  # (R, B)
        loss = cross_entropy(net(data.x[each, now]), data.y[each, now])
        descent.zero_grad()
        loss.sum().backward()
        descent.step(rate)
        losses.append(loss.detach())
    return rates, torch.stack(losses, 1)


def smoothed(losses: Tensor, keep: float) -> Tensor:
    """Running means of losses (R, T): `keep` times the old one, made up for the start at 0."""
    mean, found = torch.zeros_like(losses[:, 0]), []
    for step in range(losses.shape[1]):
        mean = keep * mean + (1 - keep) * losses[:, step]
        found.append(mean / (1 - keep ** (step + 1)))
    return torch.stack(found, 1)


def steepest(losses: Sequence[float]) -> int:
    """The step at which the loss falls most to the next, whatever the rates are."""
    falls = [losses[step + 1] - losses[step] for step in range(len(losses) - 1)]
    return falls.index(min(falls))


def lowest(losses: Sequence[float]) -> int:
    """The step of the lowest loss."""
    return losses.index(min(losses))


def valley(losses: Sequence[float]) -> int:
    """The middle of the longest fall: of the most losses in turn each below the one before."""
    count = [1] * len(losses)  # of the longest that ends here
    for i, loss in enumerate(losses):
        count[i] = 1 + max((count[j] for j in range(i) if losses[j] > loss), default=0)
    end, third = count.index(max(count)), max(count) / 3
    return max(end - max(count), 0) + int(third) + int(third / 2)


RULES: dict[str, tuple[Callable[[Sequence[float]], int], float]] = {  # and what divides the rate
    "steepest": (steepest, 1.0),
    "valley": (valley, 1.0),
    "minimum": (lowest, 10.0),
    "blowup": (lambda losses: len(losses) - 1, 10.0),
}


def suggested(rule: str, rates: Sequence[float], losses: Tensor) -> Tensor:
    """The rate (R,) that a rule suggests of losses (R, T).

    They end where one is above four times the lowest before, or NaN. The first tenth is left out,
    and so are the last five but for `blowup`, which reads the very end.
    """
    find, divide = RULES[rule]
    first = len(rates) // 10
    found = []
    for row in losses.tolist():
        end = _end(row)
        last = end if rule == "blowup" else max(end - 5, first + 2)
        found.append(rates[first + find(row[first:last])] / divide)
    return torch.tensor(found, dtype=torch.float64)


def _end(losses: Sequence[float]) -> int:
    """How many steps the test makes: with the one that is too bad."""
    least = losses[0]
    for step, loss in enumerate(losses):
        if not loss <= WORSE * least:  # NaN, too
            return step + 1
        least = min(least, loss)
    return len(losses)
