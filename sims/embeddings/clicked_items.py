"""Two towers trained on clicks by dot product: what becomes of popular items without lengths?

python sims/embeddings/clicked_items.py --popularity 0

https://arxiv.org/abs/2403.05440
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.nets import mlp
from dlfaq.sim.training import train
from dlfaq.sim.training_data import Data, load


class Towers(nn.Module):
    """Scores of all items for each query: products of an encoder's vector and the items' own."""

    def __init__(self, similarity: str, factor: float, items: int, hidden: int, norm: str) -> None:
        super().__init__()
        self.query = mlp(64, [hidden], 16, norm=norm)
        self.items = nn.Parameter(torch.randn(items, 16) / 4)
        self.similarity, self.factor = similarity, factor

    def forward(self, x: Tensor) -> Tensor:
        """(B, 64) to (B, items)."""
        query, items = self.query(x), self.items
        if self.similarity == "cosine":
            query, items = self.factor * F.normalize(query, dim=1), F.normalize(items, dim=1)
        return query @ items.T


def clicked_items(
    replicates: Replicates,
    similarity: Literal["dot", "cosine"] = "dot",
    factor: float = 10.0,
    popularity: float = 1.0,
    per_class: int = 5,
    norm: Literal["none", "batch", "layer"] = "none",
    hidden: int = 32,
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "adam",
    lr: float = 0.003,
    tune: bool = False,
    steps: int = 200,
    batch: int = 32,
) -> dict[str, Tensor]:
    """Learn which item is clicked for an image, and guess the clicks of test images.

    Each digit has items of its own. Of these the r-th is clicked with a probability proportional to
    r to the power of -popularity: 0 means that all are equally popular.

    Setting: {per_class} items a digit with popularity r^-{popularity}, {similarity}, an encoder
        with {hidden} hidden units, {optimizer} at {lr}, batch {batch}, {steps} steps.

    Args:
        replicates: One network, one set of clicks and one order of the images each.
        similarity: What the softmax over all items is of: products, or multiples of the cosines.
        factor: What multiplies the cosines, the inverse of a temperature; not used for products.
        popularity: How unequal the items of a digit are.
        per_class: Items of a digit.
        norm: Normalization of the hidden layer.
        hidden: Hidden units.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate the rate of a grid that is best on 200 validation images.
        steps: Training steps.
        batch: Images in a batch.

    Metrics:
        by_dot: share of the test images whose first item by score was clicked, in [0, 1].
        by_cosine: the same with the items' vectors normalized after training, in [0, 1].
        digit_by_dot: share of the test images whose first item is one of their digit, in [0, 1].
        digit_by_cosine: the same with normalized vectors, in [0, 1].
        longer: length of each digit's most popular item over that of its least popular one, mean
            over the digits; at least 0.
        rate: the learning rate.
        inside: 1 if the rate is not at an end of the grid, in [0, 1].
    """
    rows = load(replicates, "digits", valid=200)
    weights = torch.arange(1, per_class + 1, dtype=torch.float64) ** -popularity
    bounds = (weights.cumsum(0) / weights.sum())[:-1]

    def clicks(name: str, y: Tensor) -> Tensor:
        lot = replicates.uniform(name, y.shape[1], dtype=torch.float64)
        return y * per_class + torch.bucketize(lot, bounds.to(lot.device))

    fit = rows.x, clicks("clicks", rows.y)
    none, held = (rows.x[:, :0], rows.y[:, :0]), (rows.x_valid, clicks("held", rows.y_valid))
    clicked = Data(fit, none, held, classes=10 * per_class)
    shape = (similarity, factor, 10 * per_class, hidden, norm)
    net = replicates.stack("net", lambda: Towers(*shape))
    batches = replicates.batches("batches", len(clicked), batch, steps)
    run = train(net, clicked, batches, optimizer=optimizer, lr=lr, tune=tune)

    x, y = rows.open_test()
    test = clicks("test", y)
    lengths = net.weights()["items"].detach().norm(dim=2)  # (R, items)
    with torch.no_grad():
        scores = net(x)  # a query's own length does not change its order
    first = scores.argmax(2)
    without = scores.argmax(2) if similarity == "cosine" else (scores / lengths[:, None]).argmax(2)
    each = lengths.unflatten(1, (10, per_class))
    return {
        "by_dot": (first == test).double().mean(1),
        "by_cosine": (without == test).double().mean(1),
        "digit_by_dot": (first // per_class == y).double().mean(1),
        "digit_by_cosine": (without // per_class == y).double().mean(1),
        "longer": (each[:, :, 0] / each[:, :, -1]).mean(1),
        "rate": run.rate,
        "inside": run.inside,
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
