"""Deep networks on handwritten digits or tables, with and without skips.

python sims/depth/residual_digits.py --layers 20 --kind plain

https://arxiv.org/abs/1512.03385
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlfaq.sim import Replicates, accuracy, cross_entropy
from dlfaq.sim.losses import capped
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load


class Network(nn.Module):
    """A first layer, L hidden layers or blocks on the sums before the ReLUs, a linear output."""

    def __init__(self, kind: str, layers: int, sizes: tuple = (64, 32, 10)) -> None:
        super().__init__()
        inputs, width, classes = sizes
        self.kind, self.layers = kind, layers
        self.first, self.last = nn.Linear(inputs, width), nn.Linear(width, classes)
        nn.init.kaiming_normal_(self.first.weight, nonlinearity="relu")
        weights = torch.randn(layers, width, width) * (2 / width) ** 0.5  # all at He's scale
        self.hidden = nn.Parameter(weights)
        self.offsets = nn.Parameter(torch.zeros(layers, width))
        if kind == "identity":  # plain, but begins by doing nothing: relu(I relu(h)) = relu(h)
            self.hidden.data = torch.eye(width) + 0.1 * self.hidden.data
        self.share = nn.Parameter(torch.zeros(layers), requires_grad=kind == "zero")

    def forward(self, x: Tensor, keep: Tensor | None = None) -> Tensor:
        """Logits of a batch; where `keep`, (L,), is False, a layer is left out."""
        h = self.first(x)
        for layer in range(self.layers):
            out = self.block(h, self.hidden[layer], self.offsets[layer], self.share[layer])
            h = out if keep is None else torch.where(keep[layer], out, h)
        return self.last(torch.relu(h))

    def block(self, h: Tensor, weight: Tensor, offset: Tensor, share: Tensor) -> Tensor:
        """One hidden layer or residual block: (B, width) to (B, width)."""
        if self.kind == "positive":
            return h + torch.relu(F.linear(h, weight, offset)) / self.layers**0.5
        f = F.linear(torch.relu(h), weight, offset)
        match self.kind:
            case "sum":
                return h + f
            case "scaled":
                return h + f / self.layers**0.5
            case "zero":
                return h + share * f
        return f


def residual_digits(
    replicates: Replicates,
    kind: Literal["plain", "identity", "sum", "scaled", "zero", "positive"] = "scaled",
    layers: int = 6,
    hidden: int = 32,
    optimizer: Literal["sgd", "momentum", "adam", "adamw", "rmsprop", "adagrad"] = "adam",
    lr: float = 1e-3,
    tune: bool = False,
    steps: int = 120,
    data: Literal["digits", "cancer", "wine"] = "digits",
) -> dict[str, Tensor]:
    """Train in batches of 32; then leave out the layer in the middle.

    Setting: {layers} hidden layers of {hidden} units, {kind}, on {data}; {optimizer} at {lr},
    batch 32, {steps} steps.

    Args:
        replicates: One network and one order of the rows each.
        kind: With f(h) = W relu(h), a plain network is `plain` f(h), or `identity`, plain with
            W = I plus a tenth of the usual weights; residual blocks are `sum` h + f(h),
            `scaled` h + f(h) / sqrt(L), `zero` h + a f(h) with a trained number a that starts
            at 0, and `positive` h + relu(W h) / sqrt(L).
        layers: Hidden layers or blocks L after the first layer, at least 1.
        hidden: Units of each.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate its best rate of a grid, by 200 rows kept for validation.
        steps: Training steps.
        data: Which data set.

    Metrics:
        first_loss: loss on the training rows before training, in nats; at most 1000.
        train_accuracy: on the training rows, at the end, in [0, 1].
        accuracy: on the test rows, at the end, in [0, 1].
        without_one: the same with the layer in the middle left out.
    """
    task = load(replicates, data, valid=200 if tune else 0)
    sizes = (task.features, hidden, task.classes)
    net = replicates.stack("net", lambda: Network(kind, layers, sizes))
    with torch.no_grad():
        first_loss = cross_entropy(net(task.x), task.y)
    batches = replicates.batches("batches", len(task), 32, steps)  # (R, steps, 32)
    train(net, task, batches, optimizer=optimizer, lr=lr, tune=tune)
    keep = torch.arange(layers, device=replicates.device) != layers // 2  # (L,)
    x, y = task.open_test()
    with torch.no_grad():
        return {
            "first_loss": capped(first_loss, 1000.0),
            "train_accuracy": accuracy(net(task.x), task.y),
            "accuracy": accuracy(net(x), y),
            "without_one": accuracy(net(x, replicates.same(keep)), y),
        }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
