"""Scripts that save a trained network and load it, sound or with a fault, and the check of a load.

word = check(model, weights, probe, seen, here)
"""

import copy
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from dlfaq.sim.checkpoints import loaded, saved
from dlfaq.sim.copies import state_of
from dlfaq.sim.replicates import Replicates
from dlfaq.sim.setups import Network, Setup
from dlfaq.sim.stacked import Stacked
from dlfaq.sim.training_data import Data

FAULTS = {  # what is wrong, and the word of `check` for it
    "prefix": ("saved from a wrapper, loaded with strict=False", "missing"),
    "nested": ("the whole checkpoint is loaded with strict=False", "missing"),
    "new-head": ("a last layer of another size is left out", "missing"),
    "parameters": ("only named_parameters() were saved, strict=False", "missing"),
    "not-called": ("load_state_dict is not called", "differs"),
    "other-object": ("a copy of the model is loaded", "differs"),
    "init-after": ("the weights are initialized after loading", "differs"),
    "training": ("eval() is not called", "training mode"),
    "transposed": ("square weight matrices were transposed on the way", "changed"),
    "no-activation": ("the new code lacks the activations", "changed"),
    "untrained": ("saved was a model that nobody trained", "never learnt"),
    "ema-early": ("saved was a moving average of decay 0.9999, too early", "never learnt"),
    "old-statistics": ("saved was a copy with the statistics of the first step", "statistics"),
    "renamed": ("classes are numbered in another order", "classes"),
    "small": ("inputs are divided by 255 once more", "inputs"),
    "raw": ("inputs are bytes that nobody standardized", "inputs"),
    "sideways": ("rows and columns of an image are swapped", "inputs"),
}
SOUND = {
    "none": "nothing special",
    "stripped": "saved from a wrapper, whose prefix is removed",
    "bfloat16": "the file is in bfloat16",
    "extra": "the file has one more layer, strict=False",
    "ema": "saved was a moving average of decay 0.9",
}
Rows = tuple[Tensor, Tensor]
State = Mapping[str, Tensor]
ROUNDING = 0.1  # of the stored outputs' standard deviation
HARM = 0.05  # of the accuracy on known examples, by running statistics


def networks(
    replicates: Replicates, name: str, setup: Setup, data: Data
) -> tuple[list[Network], Stacked]:
    """An ordinary network a replicate, and the same as a stack with numbers of its own."""
    made: list[Network] = []

    def make() -> Network:
        made.append(setup._one(data, cut=False))  # noqa: SLF001 - one network, not a stack
        return made[-1]

    net = replicates.stack(name, make)
    return made, net


def unstack(net: Stacked, modules: list[Network]) -> None:
    """Put the numbers of each network of a stack into a module of its own."""
    numbers = {name.replace("__", "."): w.detach() for name, w in state_of(net)}
    for i, one in enumerate(modules):
        one.load_state_dict({name: w[i] for name, w in numbers.items()})


class Wrapper(nn.Module):
    """What DistributedDataParallel, or a module that holds the model, makes of its names."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.module = model


def file_of(case: str, model: nn.Module) -> dict:
    """What the saving script writes of a model and `torch.load` reads."""
    weights = model.state_dict()
    if case in {"prefix", "stripped"}:
        weights = Wrapper(model).state_dict()
    elif case == "parameters":
        weights = dict(model.named_parameters())
    elif case == "bfloat16":
        weights = copy.deepcopy(model).bfloat16().state_dict()
    elif case == "extra":
        weights = {**weights, "head2.weight": weights["head.weight"].clone()}
    elif case == "transposed":
        weights = {n: w.transpose(0, 1) if _square(w) else w for n, w in weights.items()}
    return loaded(saved({"model": dict(weights), "epoch": 3}))


def load_as(case: str, model: nn.Module, file: dict, fresh: nn.Module) -> tuple[State, bool]:
    """Load a file into a model that was just built, as the predicting script does in one case.

    Args:
        case: A name in FAULTS or SOUND.
        model: Who is to predict.
        file: What was read.
        fresh: One of the same shapes, whose weights stand for those of a new initialization.

    Returns:
        The weights that the script has, and whether `load_state_dict` named any key.
    """
    weights = file if case == "nested" else file["model"]
    if case == "stripped":
        weights = {name.removeprefix("module."): w for name, w in weights.items()}
    if case == "new-head":
        weights = {name: w for name, w in weights.items() if not name.startswith("head")}
    into = copy.deepcopy(model) if case == "other-object" else model
    told = case != "not-called" and any(into.load_state_dict(weights, strict=False))
    if case == "init-after":
        for layer, drawn in zip(model.modules(), fresh.modules(), strict=True):
            if isinstance(layer, nn.Linear | nn.Conv2d):
                layer.load_state_dict(drawn.state_dict())
    if case == "no-activation":
        _drop_activations(model)
    model.train(case == "training")
    return weights, told


def inputs_of(case: str, x: Tensor, raw: Tensor) -> Tensor:
    """Test inputs (…, d) as the predicting script prepares them; `raw` are those from 0 to 1."""
    if case == "small":
        return x / 255
    if case == "raw":
        return raw * 255
    return x.unflatten(-1, (8, 8)).mT.flatten(-2) if case == "sideways" else x


def labels_of(case: str, y: Tensor, classes: int) -> Tensor:
    """Test labels as the predicting script numbers them: for digits by the order of their names.

    Training numbers digits 0, 1, 2 …; eight, five, four … are in the order of the alphabet, in
    which six alone keeps its number. Fewer classes are numbered from the end.
    """
    if case != "renamed":
        return y
    digits = torch.tensor([9, 4, 8, 7, 2, 1, 6, 5, 0, 3], device=y.device)  # of zero, one, two …
    return digits[y] if classes == len(digits) else classes - 1 - y


@torch.no_grad()
def check(model: nn.Module, weights: State, probe: Rows, seen: Rows, here: Rows) -> str:
    """The first thing that is wrong with a model that was loaded, or `sound`.

    Args:
        model: As it predicts.
        weights: What it was to load.
        probe: Inputs and the outputs that the saving script stored for them.
        seen: Training examples (N, …) and classes (N,), as the training script has them.
        here: Examples and classes, as the predicting script has them.
    """
    word = _of_tensors(model, weights)
    if not word and not agree(model(probe[0]), probe[1]):
        word = "changed"
    known, moving = (_right(copy.deepcopy(model).train(on), *seen) for on in (False, True))
    half = (1 + seen[1].bincount().max() / len(seen[1])) / 2  # of the way from chance to 1
    if not word and moving - known > HARM:
        word = "statistics"
    if not word and known < half:
        word = "never learnt"
    if word or _right(model, *here) > half:
        return word or "sound"
    return "classes" if _renamed(model, *here) > half else "inputs"


def _of_tensors(model: nn.Module, weights: State) -> str:
    """What names, numbers and modes say, if anything."""
    mine = model.state_dict()
    if mine.keys() - weights.keys():
        return "missing"
    if not all(same(w, weights[name]) for name, w in mine.items()):
        return "differs"
    return "training mode" if any(part.training for part in model.modules()) else ""


def same(mine: Tensor, stored: Tensor) -> bool:
    """Whether a tensor of the model is that of the file, in the model's type."""
    return mine.shape == stored.shape and torch.equal(mine, stored.to(mine))


def agree(outputs: Tensor, stored: Tensor) -> bool:
    """Whether outputs are those that were stored, but for rounding."""
    return bool((outputs - stored).abs().max() < ROUNDING * stored.std())


def _right(model: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    """Share of the examples that are recognized."""
    return (model(x).argmax(-1) == y).double().mean()


def _renamed(model: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    """The same, if each answer is given the class that it meets most often."""
    said = model(x).argmax(-1)
    k = int(torch.maximum(said.max(), y.max())) + 1
    table = (said * k + y).bincount(minlength=k * k).view(k, k)
    return table.amax(1).sum() / len(y)


def _square(w: Tensor) -> bool:
    return w.dim() > 1 and w.shape[0] == w.shape[1]


def _drop_activations(module: nn.Module) -> None:
    for name, child in module.named_children():
        if isinstance(child, nn.ReLU | nn.GELU):
            setattr(module, name, nn.Identity())
        _drop_activations(child)
