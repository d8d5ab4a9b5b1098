"""The training loop: all replicates at once, and all learning rates of a grid at once.

data = load(replicates, "digits", valid=200)
net = replicates.stack("net", lambda: mlp(64, [32], 10))
batches = replicates.batches("batches", len(data), 32, steps)
run = train(net, data, batches, optimizer="adam", tune=True)
x, y = data.open_test()  # the last look
return {"accuracy": accuracy(net(x), y), "rate": run.rate}
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import InitVar, dataclass

import torch
from torch import Tensor

from dlfaq.sim.copies import load_state, saved_state
from dlfaq.sim.lanes import Lanes, Look, Loss, Watch
from dlfaq.sim.optimizers import Descent, grid
from dlfaq.sim.rates import shares
from dlfaq.sim.stacked import Stacked
from dlfaq.sim.train import clip_grad_norm, cross_entropy, grad_norm
from dlfaq.sim.training_data import Data


@dataclass
class Trained:
    """What training tells of R replicates, each at its own best rate, in T steps and L looks.

    Attributes:
        loss: (R, T). Loss of each batch before its update; inf or NaN if it was.
        norm: (R, T). Norm of the gradient before clipping, if `norms`, `clip` or `skip` asked for
            it.
        rate: (R,) float64. The learning rate.
        inside: (R,) bool. Whether it is neither the lowest nor the highest of the grid; False
            if nothing was tuned.
        survived: (R,) bool. Whether every loss and every weight at the end is finite.
        steps: (L,) int64. Steps made before each look.
        looks: (R, L, …) by name. What `look` returned.
        nets: The networks as they were at each look, if `keep` asked for them, in evaluation mode.
    """

    loss: Tensor
    norm: Tensor | None
    rate: Tensor
    inside: Tensor
    survived: Tensor
    steps: Tensor
    looks: dict[str, Tensor]
    nets: list[Stacked]
    curves: InitVar[dict[str, Tensor]]
    data: InitVar[Data]

    def __post_init__(self, curves: dict[str, Tensor], data: Data) -> None:
        self._curves, self._data = curves, data

    @property
    def valid_loss(self) -> Tensor:
        """(R, L). Loss on the validation rows at each look."""
        return self._curves["valid_loss"]

    @property
    def valid_accuracy(self) -> Tensor:
        """(R, L). The same for the accuracy."""
        return self._curves["valid_accuracy"]

    @property
    def test_loss(self) -> Tensor:
        """(R, L). Loss on the test rows at each look, with `sealed`, once they are open."""
        return self._test("test_loss")

    @property
    def test_accuracy(self) -> Tensor:
        """(R, L). The same for the accuracy."""
        return self._test("test_accuracy")

    def _test(self, what: str) -> Tensor:
        if not self._data.opened:
            msg = "this curve is sealed until the test data are opened"
            raise RuntimeError(msg)
        return self._curves[what]


def descend(
    weights: Mapping[str, Tensor],
    loss_at: Callable[[int], Tensor],
    steps: int,
    *,
    optimizer: str = "sgd",
    lr: float | Tensor = 0.1,
    schedule: str = "constant",
    warmup: int = 0,
    horizon: int = 0,
    clip: float = 0.0,
    norms: bool = False,
    skip: bool = False,
    decay: float | Mapping[str, float] | None = None,
    decay_all: bool = False,
    after: Callable[[int], None] | None = None,
    **options: float,
) -> tuple[Tensor, Tensor | None]:
    """Let stacked weights descend any loss, a replicate at a time: the loop under `train`.

    Args:
        weights: Stacked parameters by name, (R, …) each; they are changed in place.
        loss_at: The losses (R,) at a step, 0, 1, 2 …
        steps: Steps T.
        optimizer: A name of `dlfaq.sim.optimizers`.
        lr: Peak learning rate, one or (R,).
        schedule: A name of `dlfaq.sim.schedules`.
        warmup: Steps in which the rate first rises.
        horizon: Steps that the schedule is made for; 0 for `steps`.
        clip: Largest norm of a replicate's gradient; 0 for no clipping.
        norms: Record the gradients' norms without clipping, too.
        skip: Leave out the step of a replicate whose gradient's norm is inf or NaN.
        decay: Weight decay, or that of each weight by name; None for the optimizer's default.
        decay_all: Let biases and normalizations decay, too.
        after: Called with the number of steps made after each of them.
        options: Further arguments of the optimizer, such as `momentum=0.5`.

    Returns:
        Losses (R, T) before each update, and norms (R, T) before clipping or None.
    """
    parameters = [weight for weight in weights.values() if weight.requires_grad]
    count = len(parameters[0])
    rates = torch.as_tensor(lr, dtype=torch.float64).expand(count)
    descent = Descent(weights, optimizer, rates, decay=decay, decay_all=decay_all, **options)
    losses, found = [], []
    for step, share in enumerate(shares(schedule, steps, horizon, warmup)):
        loss = loss_at(step)  # (R,)
        descent.zero_grad()
        loss.sum().backward()  # the sum keeps each replicate's gradient its own
        if clip:
            found.append(clip_grad_norm(parameters, clip))
        elif norms or skip:
            found.append(grad_norm(parameters))
        descent.step(share, found[-1].isfinite() if skip else None)
        losses.append(loss.detach())
        if after:
            after(step + 1)
    none = parameters[0].new_zeros(count, 0)
    path = torch.stack(losses, 1) if losses else none
    return path, torch.stack(found, 1) if found else (none if clip or norms or skip else None)


def train(
    net: Stacked,
    data: Data,
    batches: Tensor | int,
    *,
    optimizer: str = "sgd",
    lr: float | Tensor = 0.1,
    tune: bool = False,
    rates: Sequence[float] = (),
    loss: Loss = cross_entropy,
    prepare: Callable[[Tensor], Tensor] | None = None,
    look: Look | None = None,
    look_at: Iterable[int] = (),
    keep: bool = False,
    sealed: bool = False,
    **settings: object,
) -> Trained:
    """Train the networks of all replicates on the training rows of their data.

    Afterwards `net` holds the trained weights and is in evaluation mode. With `tune`, every rate
    of the grid starts from the same weights and sees the same batches, and each replicate keeps
    the network of the rate that is best on its validation rows: by accuracy, equal ones by loss,
    and by loss alone if labels are numbers. A network that is not finite is never the best.

    Args:
        net: R networks.
        data: Their training and validation rows.
        batches: Rows of each step's batch, (R, T, B), as `replicates.batches` draws them; or a
            number of steps T, each on all training rows.
        optimizer: `sgd`, `momentum`, `nesterov` (both 0.9), `adam`, `adamw`, `rmsprop`, `adagrad`.
        lr: Learning rate, one or (R,); not used with `tune`.
        tune: Choose the learning rate on the validation rows, for each replicate.
        rates: The grid, ascending; none for that of `dlfaq.sim.optimizers.grid`.
        loss: Of outputs (R, B, …) and labels (R, B, …), to (R,).
        prepare: Makes the network's inputs of a batch's rows of x, if x itself is not the input.
        look: Measures on the R networks in evaluation mode, (R, …) by name.
        look_at: Steps made before each look, 0 … T; a look takes the validation loss, too.
        keep: Keep the networks of every look.
        sealed: Looks take loss and accuracy on the test rows, too; to be read once they are open.
        settings: `schedule`, `warmup`, `horizon`, `clip`, `norms`, `skip`, `decay`, `decay_all` and
            further arguments of the optimizer, as `descend` has them.

    Raises:
        RuntimeError: If the test part of the data was opened before.
        ValueError: If there is something to tune and no row for validation.
    """
    _check(data, tune=tune)
    tried = [*(rates or grid(optimizer))] if tune else []
    lanes = Lanes(net, data, batches, loss, prepare, max(len(tried), 1))
    watch = Watch(lanes, look, set(look_at), keep=keep, sealed=sealed)
    watch(0)
    peaks = torch.tensor(tried, dtype=torch.float64).repeat_interleave(len(data.x)) if tune else lr
    peaks = torch.as_tensor(peaks, dtype=torch.float64).expand(lanes.count * len(data.x))
    weights = dict(lanes.net.named_parameters())
    path, norm = descend(
        weights, lanes.loss_at, lanes.steps, optimizer=optimizer, lr=peaks, after=watch, **settings
    )
    return _told(net, lanes, watch, peaks, path, norm)


def _check(data: Data, *, tune: bool) -> None:
    if data.opened:
        msg = "the test data were opened: train first, look last"
        raise RuntimeError(msg)
    if tune and not data.x_valid.shape[1]:
        msg = "a learning rate is tuned on validation rows; load the data with valid=…"
        raise ValueError(msg)


def _told(
    net: Stacked, lanes: Lanes, watch: Watch, peaks: Tensor, path: Tensor, norm: Tensor | None
) -> Trained:
    """Put the best network of each replicate into `net`, and tell what training was like there."""
    best = lanes.best()  # (R,): which rate
    finite = [weight.isfinite().flatten(1).all(1) for weight in lanes.net.parameters()]
    load_state(net, lanes.pick_state(saved_state(lanes.net), best))
    net.eval()
    curves, looks, nets = watch.seen(best)
    return Trained(
        loss=lanes.pick(path, best),
        norm=None if norm is None else lanes.pick(norm, best),
        rate=lanes.pick(peaks.to(best.device), best),
        inside=(best > 0) & (best < lanes.count - 1),
        survived=lanes.pick(torch.stack(finite).all(0) & path.isfinite().all(1), best),
        steps=torch.tensor(watch.steps, device=best.device),
        looks=looks,
        nets=nets,
        curves=curves,
        data=lanes.data,
    )
