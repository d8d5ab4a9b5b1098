"""A small convolutional network on handwritten digits, with max or average pooling, or with a stride instead.

python sims/pool_digits.py --pool average

https://arxiv.org/abs/1412.6806
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy, cross_entropy, digits, rows

POOLS = {"max": nn.MaxPool2d, "average": nn.AvgPool2d}


def pool_digits(
    replicates: Replicates,
    pool: Literal["max", "average", "stride"] = "max",
    window: int = 2,
    steps: int = 80,
    lr: float = 1e-2,
    channels: int = 8,
    batch: int = 16,
) -> dict[str, Tensor]:
    """Train two convolutions, with pooling behind the first, by Adam.

    Args:
        replicates: One network and one order of the images each.
        pool: Pooling layer behind the first convolution; or none, and a stride of the window's side in the second.
        window: Side of a window, and the step from one to the next: 1, 2, 4 or 8.
        steps: Training steps, at least 1.
        lr: Learning rate.
        channels: Channels of both convolutions.
        batch: Images in a batch.

    Metrics:
        accuracy: share of the 597 test images that are classified correctly.
    """
    data = digits(centred=True)
    x, y, x_test, y_test = (values.to(replicates.device) for values in data)
    x, x_test = x.view(-1, 1, 8, 8), x_test.view(-1, 1, 8, 8)  # one channel of 8 x 8 pixels
    stride = window if pool == "stride" else 1
    side = 8 // window

    def network() -> nn.Module:
        return nn.Sequential(
            nn.Conv2d(1, channels, 3, padding=1),
            nn.ReLU(),
            nn.Identity() if pool == "stride" else POOLS[pool](window),
            nn.Conv2d(channels, channels, 3, padding=1, stride=stride),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(channels * side * side, 10),
        )

    net = replicates.stack("net", network)
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    batches = replicates.batches("batches", len(x), batch, steps)  # (R, steps, B)
    for step in range(steps):
        index = batches[:, step]
        loss = cross_entropy(net(rows(x, index)), y[index])  # (R,)
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
    with torch.no_grad():
        return {"accuracy": accuracy(net(replicates.same(x_test)), replicates.same(y_test))}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
