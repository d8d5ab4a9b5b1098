"""A network that has to classify vectors by their length, or by their direction.

python sims/embeddings/length_label.py --normalize true

https://arxiv.org/abs/1508.02297
"""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.nets import mlp
from dlfaq.sim.training import train
from dlfaq.sim.training_data import Data


def length_label(
    replicates: Replicates,
    label: Literal["length", "direction"] = "length",
    normalize: bool = False,
    features: int = 8,
    examples: int = 200,
    hidden: int = 32,
    steps: int = 150,
    optimizer: Literal["sgd", "momentum", "adam", "adamw", "rmsprop", "adagrad"] = "adam",
    lr: float = 0.02,
) -> dict[str, Tensor]:
    """Train one hidden layer on vectors of random direction and of length 1 or 2.

    Args:
        replicates: One network and one data set each.
        label: What the two classes are: length 1 and length 2, or first entry negative and
            positive.
        normalize: Divide each vector by its length first.
        features: Dimension d of the vectors.
        examples: Vectors N for training; as many are for the test.
        hidden: Width of the hidden layer.
        steps: Training steps, each on all training vectors.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Learning rate.

    Metrics:
        accuracy: on the test vectors, in [0, 1].
    """
    x = F.normalize(replicates.normal("direction", 2 * examples, features), dim=2)  # (R, 2N, d)
    long = replicates.integers("long", 2, 2 * examples)  # (R, 2N): 0 for length 1, 1 for length 2
    x = x * (1 + long)[..., None]
    y = long if label == "length" else (x[..., 0] > 0).long()
    if normalize:
        x = F.normalize(x, dim=2)
    parts = [(x[:, rows], y[:, rows]) for rows in (slice(examples), slice(examples, None))]
    task = Data(*parts, classes=2)
    net = replicates.stack("net", lambda: mlp(features, [hidden], 2))
    train(net, task, steps, optimizer=optimizer, lr=lr)
    x_test, y_test = task.open_test()
    with torch.no_grad():
        return {"accuracy": accuracy(net(x_test), y_test)}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
