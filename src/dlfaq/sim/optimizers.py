"""PyTorch's optimizers by name, over stacked networks with a learning rate a replicate."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import pairwise

import torch
from torch import Tensor
from torch.optim import Optimizer

OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {
    "sgd": torch.optim.SGD,
    "momentum": partial(torch.optim.SGD, momentum=0.9),
    "nesterov": partial(torch.optim.SGD, momentum=0.9, nesterov=True),
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,  # its decay is 0.01 unless another is given
    "rmsprop": torch.optim.RMSprop,
    "adagrad": torch.optim.Adagrad,
}
_LINEAR = {"sgd", "momentum", "nesterov"}  # a rate times the gradient is a rate times the step
_LOWEST = {"sgd": 3e-3, "adam": 1e-4, "adamw": 1e-4, "rmsprop": 1e-4}  # of the others: 1e-3


def grid(optimizer: str, points: int = 7, factor: float = 3.0) -> list[float]:
    """The learning rates that tuning tries, each `factor` times the one before.

    Plain SGD begins at 0.003 (and so ends at 2.2); momentum, Nesterov and Adagrad at 0.001
    (0.73); Adam, AdamW and RMSprop at 0.0001 (0.073).
    """
    return [_LOWEST.get(optimizer, 1e-3) * factor**point for point in range(points)]


class Descent:
    """One of `torch.optim`'s optimizers over stacked parameters, with a learning rate a replicate.

    Replicates next to each other that have the same rate share a parameter group of the
    optimizer, which holds views of their rows. SGD without decay, whose steps are proportional to
    the gradients, has one group: each replicate's gradient is multiplied by its rate.

    Args:
        weights: Stacked parameters by name, (R, …) each.
        optimizer: A name in OPTIMIZERS.
        lr: Peak learning rates, (R,).
        decay: Weight decay as that optimizer understands it, or that of each parameter by name, 0
            for those left out; None for the optimizer's own default.
        decay_all: Let biases and the parameters of normalizations decay, too: all that has
            fewer than two dimensions in one network.
        options: Further arguments of the optimizer, e.g. `momentum=0.5`.

    Raises:
        ValueError: If there is no optimizer of that name.
    """

    def __init__(
        self,
        weights: Mapping[str, Tensor],
        optimizer: str,
        lr: Tensor,
        *,
        decay: float | Mapping[str, float] | None = None,
        decay_all: bool = False,
        **options: float,
    ) -> None:
        if optimizer not in OPTIMIZERS:
            msg = f"there is no optimizer '{optimizer}'; there are {', '.join(OPTIMIZERS)}"
            raise ValueError(msg)
        self._whole: list[Tensor] = []
        self._views: list[tuple[Tensor, Tensor, slice]] = []  # rows of a parameter, and which
        groups = []
        runs = [*_runs(lr)]
        self._rates = lr if len(runs) > 1 and optimizer in _LINEAR and not decay else None
        if self._rates is not None:
            runs = [(slice(0, len(lr)), 1.0)]
        for rows, rate in runs:
            sorts: dict[float | None, list[Tensor]] = {}  # rows of the parameters by their decay
            for name, weight in weights.items():
                if weight.requires_grad:
                    strength = _decay_of(name, weight, decay, everything=decay_all)
                    sorts.setdefault(strength, []).append(self._rows(weight, rows))
            for strength, views in sorts.items():
                settings = {} if strength is None else {"weight_decay": strength}
                groups.append({"params": views, "lr": rate} | settings)
        self.optimizer = OPTIMIZERS[optimizer](groups, **options)
        self._peaks = [group["lr"] for group in groups]

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for weight in self._whole:
            weight.grad = None

    def step(self, share: float = 1.0, sound: Tensor | None = None) -> None:
        """Update the weights, at this share of the peak learning rates.

        Args:
            share: Of the peak learning rates.
            sound: Which replicates take the step, (R,) of bool; None for all. The weights and the
                optimizer's means of the others stay as they are. Adam's count of steps, which all
                share, goes on.
        """
        for weight in self._whole if self._rates is not None else ():
            if weight.grad is not None:
                rates = self._rates.to(weight)
                weight.grad.mul_(rates.view(-1, *[1] * (weight.dim() - 1)))
        for view, weight, rows in self._views:
            view.grad = None if weight.grad is None else weight.grad[rows]
        for group, peak in zip(self.optimizer.param_groups, self._peaks, strict=True):
            group["lr"] = share * peak
        held = None if sound is None or sound.all() else self._held()
        self.optimizer.step()
        if held is not None:
            self._put_back(held, ~sound)

    @torch.no_grad()
    def _held(self) -> list[tuple[Tensor, Tensor, dict[str, Tensor]]]:
        """Every parameter of the optimizer with a copy of its numbers and of its state."""
        parameters = [one for group in self.optimizer.param_groups for one in group["params"]]
        held = []
        for one in parameters:
            state = self.optimizer.state[one].items()
            kept = {name: value.clone() for name, value in state if isinstance(value, Tensor)}
            held.append((one, one.clone(), kept))
        return held

    @torch.no_grad()
    def _put_back(
        self, held: list[tuple[Tensor, Tensor, dict[str, Tensor]]], left_out: Tensor
    ) -> None:
        """Undo the step of some replicates; a state that was not there before was 0."""
        rows_of = {id(view): rows for view, _, rows in self._views}
        for one, before, state in held:
            rows = left_out[rows_of.get(id(one), slice(None))]
            one[rows] = before[rows]
            for name, value in self.optimizer.state[one].items():
                if isinstance(value, Tensor) and value.shape == one.shape:
                    value[rows] = state[name][rows] if name in state else 0.0

    def _rows(self, weight: Tensor, rows: slice) -> Tensor:
        if not any(weight is one for one in self._whole):
            self._whole.append(weight)
        if rows == slice(0, len(weight)):
            return weight
        view = weight.detach()[rows]
        self._views.append((view, weight, rows))
        return view


def _decay_of(
    name: str, weight: Tensor, decay: float | Mapping[str, float] | None, *, everything: bool
) -> float | None:
    """Of one parameter; None for the optimizer's default. A stacked matrix has 3 dimensions."""
    if isinstance(decay, Mapping):
        return decay.get(name, 0.0)
    return decay if everything or weight.dim() > 2 else 0.0  # noqa: PLR2004


def _runs(lr: Tensor) -> Iterator[tuple[slice, float]]:
    """Runs of equal rates: which rows, and the rate."""
    rates = lr.tolist()
    starts = [row for row, rate in enumerate(rates) if row == 0 or rate != rates[row - 1]]
    for start, stop in pairwise([*starts, len(rates)]):
        yield slice(start, stop), rates[start]
