"""A plain deep ReLU network on handwritten digits, with and without normalization.

python sims/norm_digits.py --normalize batch --layers 8 --lr 1

https://arxiv.org/abs/1502.03167
"""

import itertools
from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy, cross_entropy, digits, rows

NORMS = {"none": nn.Identity, "batch": nn.BatchNorm1d, "layer": nn.LayerNorm}


def norm_digits(
    replicates: Replicates,
    normalize: Literal["none", "batch", "layer"] = "batch",
    layers: int = 8,
    gain: float = 1.4142135,
    skip: bool = False,
    lr: float = 0.3,
    steps: int = 60,
    batch: int = 64,
) -> dict[str, Tensor]:
    """Train on 1200 standardized digits, then test with what the network has stored of its batches.

    Args:
        replicates: One network and one order of the images each.
        normalize: What stands between each hidden linear layer and its ReLU.
        layers: Hidden layers of 32 units; with 0 it is logistic regression, without any normalization.
        gain: The hidden weights' standard deviation times the root of a layer's inputs: the root of 2 is He's scale. The
            output layer always has Xavier's, 1.
        skip: Add the input of every hidden layer after the first to its output.
        lr: Learning rate of SGD without momentum.
        steps: Training steps.
        batch: Images B in a batch.

    Metrics:
        accuracy: on the test images, at the end, in evaluation mode.
        loss[step]: mean loss of each batch, in nats; more than 10, inf and nan count as 10.
        steps_to_half: first step whose batch has a loss below 0.5; `steps` + 1 if there is none.
    """
    data = digits(centred=True)
    spread = data.x.std()
    x, y = data.x.to(replicates.device) / spread, data.y.to(replicates.device)  # (1200, 64), (1200,)
    x_test, y_test = replicates.same(data.x_test / spread), replicates.same(data.y_test)  # (R, 597, 64), (R, 597)

    net = replicates.stack("net", lambda: _network(normalize, layers, gain, skip=skip))
    descent = torch.optim.SGD(net.parameters(), lr=lr)
    batches = replicates.batches("batches", len(x), batch, steps)  # (R, steps, B)
    losses = []
    for step in range(steps):
        index = batches[:, step]  # (R, B)
        loss = cross_entropy(net(rows(x, index)), y[index])  # (R,)
        descent.zero_grad()
        loss.sum().backward()
        descent.step()
        losses.append(loss.detach())
    losses = torch.stack(losses, 1).nan_to_num(nan=10.0).clamp(max=10.0)  # (R, steps)

    low = torch.cat([losses < 0.5, torch.ones_like(losses[:, :1], dtype=torch.bool)], 1)  # (R, steps + 1)
    net.eval()  # from here on the running averages take the place of the batch's mean and variance
    with torch.no_grad():
        tested = accuracy(net(x_test), y_test)
    return {
        "accuracy": tested,
        "loss": losses,
        "step": torch.arange(1, steps + 1),
        "steps_to_half": low.int().argmax(1) + 1,
    }


def _network(normalize: str, layers: int, gain: float, *, skip: bool) -> nn.Module:
    """64 inputs, hidden layers of 32 units, 10 logits; biases start at 0."""
    blocks = []
    for inputs, width in itertools.pairwise([64, *[32] * layers]):
        linear = nn.Linear(inputs, width)
        nn.init.normal_(linear.weight, std=gain / inputs**0.5)
        nn.init.zeros_(linear.bias)
        block = nn.Sequential(linear, NORMS[normalize](width), nn.ReLU())
        blocks.append(_Around(block) if skip and inputs == width else block)
    output = nn.Linear(32 if layers else 64, 10)
    nn.init.normal_(output.weight, std=output.in_features**-0.5)
    nn.init.zeros_(output.bias)
    return nn.Sequential(*blocks, output)


class _Around(nn.Module):
    """A block with a path around it."""

    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        self.block = block

    def forward(self, h: Tensor) -> Tensor:
        """(N, n) to (N, n)."""
        return h + self.block(h)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
