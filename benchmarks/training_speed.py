"""How much faster the training kit is than a loop over networks and than stacks trained by hand.

python benchmarks/training_speed.py [--simulations pool_digits] [--replicates 32] [--plain 4]

Every simulation that calls `dlfaq.sim.training.train` runs once with its defaults and, if it can,
once with its learning rate tuned; what it trains is recorded, and trained again in three ways, on
one core, in CPU seconds:

kit      all replicates, and all rates of a grid, at once: `train`
stacked  all replicates at once by `torch.optim`, one rate after another: the loop that simulations
         used to write
plain    one network and one rate after another: `nn.Module`, `DataLoader`, `torch.optim`, the loop
         that everyone writes; timed on a few replicates and multiplied

Looks at the networks during training are left out of all three.
"""

import argparse
import copy
import importlib
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from dlfaq.knowledge.simulations import read_simulation, simulation_names
from dlfaq.sim import Replicates, Stacked, cross_entropy
from dlfaq.sim.copies import repeated
from dlfaq.sim.losses import square_error, token_cross_entropy
from dlfaq.sim.optimizers import OPTIMIZERS, grid
from dlfaq.sim.rates import shares
from dlfaq.sim.training import train
from dlfaq.sim.training_data import Data

ROOT = Path(__file__).parents[1]
LOOKS = {"look", "look_at", "keep", "sealed"}


@dataclass(frozen=True)
class Training:
    """What a simulation gave to `train`: the networks as they were, data, batches and the rest."""

    net: Stacked
    data: Data
    batches: Tensor | int
    given: dict

    @property
    def rates(self) -> list:
        """The learning rates that are tried, one after another where they are not at once."""
        optimizer = self.given.get("optimizer", "sgd")
        if self.given.get("tune"):
            return [*(self.given.get("rates") or grid(optimizer))]
        return [self.given.get("lr", 0.1)]

    def shares(self) -> list[float]:
        """The schedule."""
        steps = self.batches if isinstance(self.batches, int) else self.batches.shape[1]
        schedule = self.given.get("schedule", "constant")
        return shares(schedule, steps, self.given.get("horizon", 0), self.given.get("warmup", 0))


def recorded(name: str, replicates: int, **given: object) -> list[Training]:
    """Run a simulation and keep what it trains."""
    module = importlib.import_module(f"sims.{name}")
    found = []

    def recorder(net: Stacked, data: Data, batches: Tensor | int, **rest: object) -> object:
        kept = {key: value for key, value in rest.items() if key not in LOOKS}
        found.append(Training(repeated(net, 1), data, batches, kept))
        return train(net, data, batches, **rest)

    module.train = recorder
    try:
        getattr(module, name)(Replicates(name, range(replicates)), **given)
    finally:
        module.train = train
    return found


def by_kit(one: Training) -> None:
    """As the simulation does."""
    one.data.opened = False
    train(repeated(one.net, 1), one.data, one.batches, **one.given)


def by_hand(one: Training) -> None:
    """Stacked networks, `torch.optim`, a loop over rates and steps."""
    loss = one.given.get("loss", cross_entropy)
    prepare = one.given.get("prepare") or (lambda x: x)
    each = torch.arange(len(one.data.x))[:, None]
    for rate in one.rates:
        net = repeated(one.net, 1)
        optimizer = _optimizer(one, net, rate)
        for step, share in enumerate(one.shares()):
            index = one.batches[:, step] if isinstance(one.batches, Tensor) else slice(None)
            rows = (each, index) if isinstance(one.batches, Tensor) else slice(None)
            optimizer.zero_grad()
            loss(net(prepare(one.data.x[rows])), one.data.y[rows]).sum().backward()
            _scale(optimizer, rate, share)
            optimizer.step()


def by_everyone(one: Training, count: int) -> None:
    """One network after another, for the first replicates."""
    prepare = one.given.get("prepare") or (lambda x: x)
    loss = _loss_of_one(one.given.get("loss", cross_entropy))
    for r in range(count):
        for rate in one.rates:
            net = _ordinary(one.net, r)
            optimizer = _optimizer(one, net, rate)
            for share, (x, y) in zip(one.shares(), _loader(one, r), strict=True):
                optimizer.zero_grad()
                loss(net(prepare(x)), y).backward()
                if one.given.get("clip"):
                    nn.utils.clip_grad_norm_(net.parameters(), one.given["clip"])
                _scale(optimizer, rate, share)
                optimizer.step()


def _loader(one: Training, replicate: int) -> Iterable:
    """The batches of one network: a `DataLoader`, or all rows at every step."""
    x, y = one.data.x[replicate], one.data.y[replicate]
    if isinstance(one.batches, int):
        return [(x, y)] * one.batches
    return DataLoader(TensorDataset(x, y), batch_sampler=one.batches[replicate].tolist())


def _ordinary(net: Stacked, replicate: int) -> nn.Module:
    """One of the stacked networks as the module it was."""
    module = copy.deepcopy(net._template[0]).to_empty(device="cpu").train()  # noqa: SLF001
    for name, value in [*module.named_parameters(), *module.named_buffers()]:
        value.data = getattr(net, name.replace(".", "__"))[replicate].detach().clone()
    return module


def _optimizer(one: Training, net: nn.Module, rate: object) -> torch.optim.Optimizer:
    trained = [weight for weight in net.parameters() if weight.requires_grad]
    lr = rate.mean().item() if isinstance(rate, Tensor) else rate
    return OPTIMIZERS[one.given.get("optimizer", "sgd")](trained, lr=lr)


def _scale(optimizer: torch.optim.Optimizer, rate: object, share: float) -> None:
    if share != 1:
        for group in optimizer.param_groups:
            group["lr"] = rate * share


def _loss_of_one(loss: Callable) -> Callable:
    """The loss as one writes it for one network."""
    usual = {
        cross_entropy: F.cross_entropy,
        token_cross_entropy: lambda z, y: F.cross_entropy(z.flatten(0, 1), y.flatten()),
        square_error: lambda z, y: F.mse_loss(z.view(y.shape), y),
    }

    def other(outputs: Tensor | tuple[Tensor, ...], y: Tensor) -> Tensor:
        more = outputs[None] if isinstance(outputs, Tensor) else tuple(one[None] for one in outputs)
        return loss(more, y[None])[0]

    return usual.get(loss, other)


def trainings(wanted: set[str], replicates: int) -> Iterator[tuple[str, Training]]:
    """Every training of every simulation on the kit, with defaults and tuned."""
    for name in simulation_names(ROOT):
        signature = read_simulation(ROOT, name)
        if "import train\n" not in signature.source or (wanted and name not in wanted):
            continue
        for given in ({}, {"tune": True}) if "tune" in signature.parameters else ({},):
            for one in recorded(name, replicates, **given):
                yield name + (" tuned" if given else ""), one


def seconds(what: Callable[..., None], *given: object) -> float:
    """CPU seconds of a call, the quicker of two."""
    taken = []
    for _ in range(2):
        start = time.process_time()
        what(*given)
        taken.append(time.process_time() - start)
    return min(taken)


def main() -> None:
    """Print one line a training and the ratios over all of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--simulations", default="")
    parser.add_argument("--replicates", type=int, default=32)
    parser.add_argument(
        "--plain", type=int, default=4, help="replicates that the plain loop is timed on"
    )
    options = parser.parse_args()
    torch.set_num_threads(1)
    sums = [0.0, 0.0, 0.0]
    head = f"{'simulation':28} {'kit':>8} {'stacked':>8} {'plain':>8}   stacked/kit plain/kit"
    print(head)
    wanted = set(filter(None, options.simulations.split(",")))
    for name, one in trainings(wanted, options.replicates):
        some = replace(one)
        factor = options.replicates / options.plain
        taken = [seconds(by_kit, some), seconds(by_hand, some)]
        taken.append(seconds(by_everyone, some, options.plain) * factor)
        sums = [a + b for a, b in zip(sums, taken, strict=True)]
        print(_line(name, taken), flush=True)
    print(_line("all", sums))


def _line(name: str, taken: list[float]) -> str:
    kit, stacked, plain = taken
    numbers = f"{kit:8.3f} {stacked:8.3f} {plain:8.3f}"
    return f"{name:28} {numbers}   {stacked / kit:10.2f}x {plain / kit:8.1f}x"


if __name__ == "__main__":
    main()
