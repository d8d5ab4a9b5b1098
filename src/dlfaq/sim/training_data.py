"""Data: rows for training, rows for validation, and a test part closed until the last look."""

from collections.abc import Callable
from functools import cache
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from dlfaq.sim.data import Split, digits
from dlfaq.sim.replicates import Replicates

Scale = Literal["standard", "feature", "centred", "unit", "raw"]
_TABLES = {"cancer": "load_breast_cancer", "wine": "load_wine", "diabetes": "load_diabetes"}


class Data:
    """What the networks of R replicates learn from.

    The test part can be opened once, after all training: `train` refuses data that were opened.

    Args:
        train: Inputs (R, n, …) and labels (R, n, …) to train on.
        test: The same, of the test part.
        valid: The same, for validation; none if nothing is tuned or watched.
        classes: Number k of classes; 1 if labels are numbers.

    Attributes:
        x: (R, n, …). Inputs to train on.
        y: (R, n, …). Their labels, int64 classes or float32 numbers.
        x_valid: (R, v, …). Inputs for validation.
        y_valid: (R, v, …). Their labels.
        classes: k.
    """

    def __init__(
        self,
        train: tuple[Tensor, Tensor],
        test: tuple[Tensor, Tensor],
        valid: tuple[Tensor, Tensor] | None = None,
        classes: int = 1,
    ) -> None:
        self.x, self.y = train
        self.x_valid, self.y_valid = valid or (self.x[:, :0], self.y[:, :0])
        self.classes = classes
        self.test_part = test  # for `train` and for `open_test`
        self.opened = False

    def __len__(self) -> int:
        """Rows n to train on, in each replicate."""
        return self.x.shape[1]

    @property
    def features(self) -> int:
        """Size of the last dimension of the inputs."""
        return self.x.shape[-1]

    def open_test(self) -> tuple[Tensor, Tensor]:
        """The last look: inputs (R, m, …) and labels (R, m, …) of the test part.

        Raises:
            RuntimeError: If they were opened before.
        """
        if self.opened:
            msg = "the test data are open already: there is one last look"
            raise RuntimeError(msg)
        self.opened = True
        return self.test_part

    def mapped(self, change: Callable[[Tensor], Tensor]) -> "Data":
        """The same rows with other inputs: `change` maps (R, n, …) to that, in all three parts."""
        x_test, y_test = self.test_part
        held = (change(self.x_valid), self.y_valid)
        return Data((change(self.x), self.y), (change(x_test), y_test), held, self.classes)

    def relabelled(self, change: Callable[[Tensor], Tensor]) -> "Data":
        """The same rows with other labels: `change` maps (R, n) to (R, n, …), in all parts."""
        x_test, y_test = self.test_part
        held = (self.x_valid, change(self.y_valid))
        return Data((self.x, change(self.y)), (x_test, change(y_test)), held, self.classes)


def load(
    replicates: Replicates,
    name: str = "digits",
    *,
    train: int = 0,
    valid: int = 0,
    scale: Scale = "standard",
    own: bool = False,
    numbers: bool = False,
) -> Data:
    """A small real data set.

    Its rows are in a fixed random order, and its test part is always the same: the last third.

    Args:
        replicates: Those who learn.
        name: `digits` (1200 + 597 images of 8 x 8, 10 classes), `parity` (the same images: is the
            digit odd?), `cancer` (breast cancer, 379 + 190
            rows, 30 features, 2 classes), `wine` (119 + 59, 13 features, 3 classes) or `diabetes`
            (295 + 147, 10 features, a number to predict).
        train: Training rows n; 0 for all that validation leaves.
        valid: Rows for validation, which follow those for training; at most a third of both.
        scale: `standard`: each feature has mean 0, and then standard deviation 1; digits are
            divided by one standard deviation of all pixels together. `feature`: each feature by
            itself, digits too (a pixel that is always 0 stays 0). `centred`: mean 0 only. `unit`:
            from 0 to 1. `raw`: as it comes, digits from 0 to 16. Test rows never count for it.
        own: Let each replicate choose rows of its own for training and validation, by a draw
            called `images`; otherwise all have the first ones.
        numbers: Make labels numbers of mean 0 and standard deviation 1, for regression.
    """
    split = _scaled("digits" if name == "parity" else name, scale)
    if name == "parity":
        split = split._replace(y=split.y % 2, y_test=split.y_test % 2)
    split = Split(*(part.to(replicates.device) for part in split))
    room = len(split.x)
    valid = min(valid, room // 3)
    train = min(train, room - valid) or room - valid
    y, y_test = split.y, split.y_test
    classes = 1 if y.is_floating_point() else int(y.max()) + 1
    if numbers or classes == 1:
        classes, mean, spread = 1, y.double().mean(), y.double().std()
        y, y_test = (((part - mean) / spread).float() for part in (y, y_test))
    if own:
        order = replicates.permutation("images", room)  # (R, room)
        here, there = order[:, :train], order[:, train : train + valid]
        fit, held = (split.x[here], y[here]), (split.x[there], y[there])
    else:
        here, there = slice(train), slice(train, train + valid)
        fit = replicates.same(split.x[here]), replicates.same(y[here])
        held = replicates.same(split.x[there]), replicates.same(y[there])
    return Data(fit, (replicates.same(split.x_test), replicates.same(y_test)), held, classes)


def in_order(data: Data, batch: int) -> Tensor:
    """Batches that take the training rows one after another, each once: (R, n / B, B), int64."""
    steps = len(data) // batch
    rows = torch.arange(steps * batch, device=data.x.device).view(steps, batch)
    return rows.expand(len(data.x), steps, batch)


@cache
def _scaled(name: str, scale: str) -> Split:
    """The data set in two parts, its features scaled by what the first part is like."""
    split = digits() if name == "digits" else _table(name)
    x, x_test = split.x, split.x_test
    if scale == "raw":
        factor = 16 if name == "digits" else 1
        return split._replace(x=x * factor, x_test=x_test * factor)
    if scale == "unit":
        if name == "digits":
            return split
        low, width = x.amin(0), x.amax(0) - x.amin(0)
        return split._replace(x=(x - low) / width, x_test=(x_test - low) / width)
    mean = x.mean(0)
    x, x_test = x - mean, x_test - mean
    if scale == "standard" and name == "digits":
        spread = x.std()
    elif scale in ("standard", "feature"):
        spread = x.std(0)
        spread = torch.where(spread > 0, spread, 1.0)
    else:
        spread = torch.ones(())
    return split._replace(x=x / spread, x_test=x_test / spread)


@cache
def _table(name: str) -> Split:
    """A table that scikit-learn bundles, shuffled; two thirds are for training and validation.

    Sources, as scikit-learn names them: UCI's Breast Cancer Wisconsin (Diagnostic) by Wolberg,
    Street and Mangasarian; UCI's Wine by Aeberhard, Coomans and de Vel; the diabetes data of Efron,
    Hastie, Johnstone and Tibshirani (2004), Least Angle Regression.
    """
    from sklearn import datasets  # loaded by those who use it

    if name not in _TABLES:
        msg = f"there is no data set '{name}'; there are digits, parity, {', '.join(_TABLES)}"
        raise ValueError(msg)
    raw = getattr(datasets, _TABLES[name])()
    order = np.random.default_rng(0).permutation(len(raw.target))
    x = torch.tensor(raw.data[order], dtype=torch.float32)
    kind = torch.float32 if name == "diabetes" else torch.int64
    y = torch.tensor(raw.target[order], dtype=kind)
    room = round(len(y) * 2 / 3)  # cancer: 379, wine: 119, diabetes: 295
    return Split(x[:room], y[:room], x[room:], y[room:])
