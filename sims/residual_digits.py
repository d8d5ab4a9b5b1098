"""Deep networks of 32 units a layer on handwritten digits, with and without skips.

python sims/residual_digits.py --layers 20 --kind plain

https://arxiv.org/abs/1512.03385
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlfaq.sim import Replicates, accuracy, cross_entropy, digits, rows

WIDTH = 32


class Network(nn.Module):
    """A first layer, L hidden layers or residual blocks on the sums before the ReLUs, and a linear output."""

    def __init__(self, kind: str, layers: int) -> None:
        super().__init__()
        self.kind, self.layers = kind, layers
        self.first, self.last = nn.Linear(64, WIDTH), nn.Linear(WIDTH, 10)
        nn.init.kaiming_normal_(self.first.weight, nonlinearity="relu")
        self.hidden = nn.Parameter(torch.randn(layers, WIDTH, WIDTH) * (2 / WIDTH) ** 0.5)  # all layers at He's scale
        self.offsets = nn.Parameter(torch.zeros(layers, WIDTH))
        if kind == "identity":  # a plain network that begins by doing nothing: relu(I relu(h)) = relu(h)
            self.hidden.data = torch.eye(WIDTH) + 0.1 * self.hidden.data
        self.share = nn.Parameter(torch.zeros(layers), requires_grad=kind == "zero")  # a number a block

    def forward(self, x: Tensor, keep: Tensor | None = None) -> Tensor:
        """Logits of a batch; where `keep`, (L,), is False, a layer is left out."""
        h = self.first(x)
        for layer in range(self.layers):
            out = self.block(h, self.hidden[layer], self.offsets[layer], self.share[layer])
            h = out if keep is None else torch.where(keep[layer], out, h)
        return self.last(torch.relu(h))

    def block(self, h: Tensor, weight: Tensor, offset: Tensor, share: Tensor) -> Tensor:
        """One hidden layer or residual block: (B, 32) to (B, 32)."""
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
    optimizer: Literal["sgd", "adam"] = "adam",
    lr: float = 1e-3,
    steps: int = 120,
) -> dict[str, Tensor]:
    """Train on 1200 digits in batches of 32; then leave out the layer in the middle.

    Args:
        replicates: One network and one order of the images each.
        kind: With f(h) = W relu(h), a plain network is `plain` f(h), or `identity`, plain with W = I plus a tenth of the
            usual weights; residual blocks are `sum` h + f(h), `scaled` h + f(h) / sqrt(L),
            `zero` h + a f(h) with a trained number a that starts at 0, and `positive` h + relu(W h) / sqrt(L).
        layers: Hidden layers or blocks L after the first layer, at least 1.
        optimizer: SGD without momentum, or Adam.
        lr: Learning rate.
        steps: Training steps.

    Metrics:
        first_loss: loss on the training images before training, in nats; at most 1000.
        train_accuracy: on the training images, at the end.
        accuracy: on the test images, at the end.
        without_one: the same with the layer in the middle left out.
    """
    data = digits(centred=True)
    scale = data.x.std()
    x, x_test = data.x.to(replicates.device) / scale, replicates.same(data.x_test / scale)  # (1200, 64), (R, 597, 64)
    y, y_test = data.y.to(replicates.device), replicates.same(data.y_test)
    x_train, y_train = replicates.same(x), replicates.same(y)

    net = replicates.stack("net", lambda: Network(kind, layers))
    with torch.no_grad():
        first_loss = cross_entropy(net(x_train), y_train)
    descent = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[optimizer](net.parameters(), lr=lr)
    batches = replicates.batches("batches", len(x), 32, steps)  # (R, steps, 32)
    for step in range(steps):
        index = batches[:, step]  # (R, 32)
        loss = cross_entropy(net(rows(x, index)), y[index])  # (R,)
        descent.zero_grad()
        loss.sum().backward()
        descent.step()
    keep = torch.arange(layers, device=replicates.device) != layers // 2  # (L,)
    with torch.no_grad():
        return {
            "first_loss": first_loss.nan_to_num(1000.0).clamp(max=1000),
            "train_accuracy": accuracy(net(x_train), y_train),
            "accuracy": accuracy(net(x_test), y_test),
            "without_one": accuracy(net(x_test, replicates.same(keep)), y_test),
        }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
