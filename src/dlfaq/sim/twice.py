"""A seeded training script that is run twice, and the line by line comparison of what it prints.

one, other = (run(Script(seed=7, before=state, case="numpy"), data) for state in (1, 2))
word(one.lines, other.lines)  # "augmentation"
"""

import random
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

from dlfaq.sim.optimizers import OPTIMIZERS
from dlfaq.sim.repeats import network
from dlfaq.sim.setups import RATES
from dlfaq.sim.training_data import Data

CAUSES = {  # why two runs differ, and the word that the first different line stands for
    "unseeded": "weights",  # no seed at all
    "seed-late": "weights",  # the model is built before the seed is set
    "loader": "order",  # the loader's generator has another seed in each run
    "numpy": "augmentation",  # numpy is not seeded
    "python": "augmentation",  # nor is Python
    "workers": "augmentation",  # workers draw other numbers than the main process
    "numbering": "numbering",  # classes are numbered in another order, as a set lists them
    "extra-draw": "forward",  # something else draws random numbers before the forward pass
    "sum-order": "backward",  # the backward pass sums the rows in another order
}
BATCH = 32


def checksum(tensors: Sequence[Tensor]) -> int:
    """A number that is the same if all bits are, in float32."""
    return zlib.crc32(b"".join(t.detach().cpu().float().numpy().tobytes() for t in tensors))


@dataclass(frozen=True)
class Script:
    """What a script is like.

    Attributes:
        seed: Its seed.
        before: Where all generators stand when it starts, as in a new process.
        case: A key of CAUSES, `none`, or `more-layers`.
        second: Whether it is the second run; cases that compare two scripts change this one.
        own: Whether the loader has a generator of its own, with the script's seed.
        model: A name that `network` knows.
        optimizer: A name in RATES.
        steps: Steps.
    """

    seed: int
    before: int
    case: str = "none"
    second: bool = False
    own: bool = False
    model: str = "mlp"
    optimizer: str = "adamw"
    steps: int = 5


@dataclass
class Log:
    """What a run prints, step by step, and how it ends.

    Attributes:
        lines: (name, checksum) of weights, inputs, labels, loss and gradient in each step.
        rows: Numbers of the first batch's rows.
        weights: All parameters at the end.
    """

    lines: list[tuple[str, int]]
    rows: list[int]
    weights: list[Tensor]


class Noisy(Dataset):
    """Images with a little noise from numpy, Python and torch, their labels and their numbers."""

    def __init__(self, x: Tensor, y: Tensor) -> None:
        self.x, self.y = x, y

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, row: int) -> tuple[Tensor, Tensor, int]:
        scale = 1 + 0.1 * (np.random.rand() + random.random())  # noqa: S311 - as scripts do
        return self.x[row] * scale + 0.1 * torch.rand(()), self.y[row], row


def run(script: Script, data: Data) -> Log:
    """Run it. The global generators of torch, numpy and Python are left as they were."""
    held = np.random.get_state(), random.getstate()
    try:
        with torch.random.fork_rng(devices=[]):
            return _run(script, data)
    finally:
        np.random.set_state(held[0])
        random.setstate(held[1])


def word(one: list[tuple[str, int]], other: list[tuple[str, int]]) -> str:
    """What the first lines that differ stand for; nothing if all are the same."""
    for at in range(0, len(one), 5):
        pairs = zip(one[at : at + 5], other[at : at + 5], strict=True)
        differ = [a[0] for a, b in pairs if a != b]
        if "weights" in differ:
            return "weights"
        if {"inputs", "labels"} <= set(differ):
            return "order"
        if differ:
            words = {"inputs": "augmentation", "labels": "numbering"}
            return (words | {"loss": "forward", "gradient": "backward"})[differ[0]]
    return ""


def _seed_all(seed: int, names: Sequence[str] = ("torch", "numpy", "python")) -> None:
    setters = {"torch": torch.manual_seed, "numpy": np.random.seed, "python": random.seed}
    for name in names:
        setters[name](seed)


def _run(script: Script, data: Data) -> Log:
    case, chance = script.case, torch.Generator().manual_seed(script.before)
    _seed_all(script.before)
    names = [name for name in ("torch", "numpy", "python") if name != case]
    if case not in {"unseeded", "seed-late"}:
        _seed_all(script.seed, names)
    layers = [nn.Dropout(0.1), network(script.model, data, 32)]
    if case == "more-layers" and script.second:
        layers.append(nn.Linear(data.classes, data.classes))
    model = nn.Sequential(*layers)
    if case == "seed-late":
        _seed_all(script.seed)
    loader = _loader(script, data)
    numbers = torch.arange(data.classes)
    if case == "numbering":
        numbers = torch.randperm(data.classes, generator=chance)
    rate = RATES[script.model, script.optimizer]
    optimizer = OPTIMIZERS[script.optimizer](model.parameters(), lr=rate)
    log = Log([], [], [])
    for _, (x, labels, rows) in zip(range(script.steps), loader, strict=False):
        y = numbers[labels]
        log.rows = log.rows or rows.tolist()
        log.lines.append(("weights", checksum([*model.parameters()])))
        if case == "extra-draw":
            torch.rand(script.before % 997)
        logits = model(x)
        loss = F.cross_entropy(logits, y)
        optimizer.zero_grad()
        if case == "sum-order":
            for some in torch.randperm(len(x), generator=chance).chunk(4):
                part = F.cross_entropy(logits[some], y[some], reduction="sum") / len(x)
                part.backward(retain_graph=True)
        else:
            loss.backward()
        log.lines += [("inputs", checksum([x])), ("labels", checksum([y]))]
        log.lines.append(("loss", checksum([loss])))
        log.lines.append(("gradient", checksum([p.grad for p in model.parameters()])))
        optimizer.step()
    log.weights = [p.detach() for p in model.parameters()]
    return log


def _loader(script: Script, data: Data) -> DataLoader:
    generator = None
    if script.own or script.case == "loader":
        generator = torch.Generator()
        generator.manual_seed(script.before if script.case == "loader" else script.seed)
    more = {}
    if script.case == "workers" and script.second:
        # forked: a new interpreter could not import this file by its name
        more = {"num_workers": 2, "multiprocessing_context": "fork"}
    noisy = Noisy(data.x[0], data.y[0])
    return DataLoader(noisy, BATCH, shuffle=True, generator=generator, **more)
