"""Small real data sets that a package bundles; nothing is downloaded."""

from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor


class Split(NamedTuple):
    """A data set in two parts. x is (n, features) float32, y is (n,) int64."""

    x: Tensor
    y: Tensor
    x_test: Tensor
    y_test: Tensor


@cache
def digits(train: int = 1200, *, centred: bool = False) -> Split:
    """Handwritten digits: 1797 images of 8 x 8 pixels in [0, 1], 10 classes.

    The rows are shuffled by a fixed permutation: scikit-learn's file is grouped by writer, and its
    order alone moves test accuracy by several points.

    Args:
        train: Rows for training; the others are the test part.
        centred: Subtract each pixel's mean over the training rows.

    Source: E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI,
        doi:10.24432/C50P49.
    """
    from sklearn.datasets import load_digits  # loaded by those who use it

    raw = load_digits()
    order = np.random.default_rng(0).permutation(len(raw.target))
    x = torch.tensor(raw.data[order] / 16, dtype=torch.float32)
    y = torch.tensor(raw.target[order], dtype=torch.int64)
    if centred:
        x = x - x[:train].mean(0)
    return Split(x[:train], y[:train], x[train:], y[train:])
