"""Linear layers without activations between them are one linear layer.

python sims/activations/linear_stack.py --layers 10 --narrowest 5

https://arxiv.org/abs/1312.6120
"""

import itertools
from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates
from dlfaq.sim.training import descend


class Stack(nn.Module):
    """Linear layers with biases, in float64; the middle one may be narrower."""

    def __init__(self, layers: int, width: int, narrowest: int, activation: str) -> None:
        super().__init__()
        sizes = [width] * (layers + 1)
        sizes[layers // 2] = narrowest
        self.linear = nn.ModuleList(
            nn.Linear(a, b, dtype=torch.float64) for a, b in itertools.pairwise(sizes)
        )
        self.bend = {"identity": nn.Identity(), "relu": nn.ReLU()}[activation]
        for layer in self.linear:
            nn.init.orthogonal_(layer.weight)  # so that a long product neither grows nor shrinks

    def forward(self, x: Tensor) -> Tensor:
        """All layers, the activation only after the first."""
        h = self.bend(self.linear[0](x))
        for layer in self.linear[1:]:
            h = layer(h)
        return h


def linear_stack(
    replicates: Replicates,
    activation: Literal["identity", "relu"] = "identity",
    layers: int = 3,
    width: int = 20,
    narrowest: int = 20,
    steps: int = 200,
    lr: float = 0.05,
    examples: int = 64,
) -> dict[str, Tensor]:
    """Compare a stack of linear layers with the matrix they multiply to, before and after training.

    The stack is trained by full-batch gradient descent with momentum 0.9 to predict
    tanh(5 x A) / 2, A random, from standard normal x.

    Args:
        replicates: One stack and one data set each.
        activation: What follows the first layer.
        layers: Linear layers, at least 2.
        width: Inputs, outputs, and width of all layers but the middle one.
        narrowest: Width of the middle layer.
        steps: Training steps.
        lr: Learning rate.
        examples: Training examples N.

    Metrics:
        difference: largest difference between the stack's output and the product's, before
            training, divided by the largest output.
        rank: rank of that product.
        start_loss: mean squared error before training, divided by that of the best linear map
            (ordinary least squares).
        loss: the same after training.
        loss_at[step]: the same before each step and after the last.
    """
    net = replicates.stack("net", lambda: Stack(layers, width, narrowest, activation))
    x = replicates.normal("x", examples, width, dtype=torch.float64)  # (R, N, width)
    map_ = replicates.normal("target", width, width, dtype=torch.float64)
    target = torch.tanh(5 * x @ map_) / 2  # (R, N, width)

    def product() -> tuple[Tensor, Tensor]:
        weights = net.weights()
        matrix = replicates.same(torch.eye(width, dtype=torch.float64))
        bias = x.new_zeros(len(replicates), 1, width)
        for number in range(layers):
            w, b = weights[f"linear.{number}.weight"], weights[f"linear.{number}.bias"]
            # rows are examples: y = x W' + b
            matrix, bias = matrix @ w.mT, bias @ w.mT + b[:, None]
        return matrix, bias

    with torch.no_grad():
        output = net(x)
        matrix, bias = product()
        rank = torch.linalg.matrix_rank(matrix, rtol=1e-9)
        difference = (output - x @ matrix - bias).abs().amax((1, 2)) / output.abs().amax((1, 2))

        ones = torch.cat([x, torch.ones_like(x[..., :1])], 2)  # a last column of ones is the bias
        # the normal equations: 64 random rows of 20 numbers are far from dependent
        best = ones @ torch.linalg.solve(ones.mT @ ones, ones.mT @ target)
        least = (best - target).square().mean((1, 2))  # (R,)

    def loss_at(_: int) -> Tensor:
        return width * (net(x) - target).square().mean((1, 2))  # summed over outputs, (R,)

    path, _ = descend(net.weights(), loss_at, steps, optimizer="momentum", lr=lr)  # (R, steps)
    with torch.no_grad():
        last = loss_at(steps)
    losses = torch.cat([path, last[:, None]], 1) / (width * least[:, None])  # (R, steps + 1)
    return {
        "difference": difference,
        "rank": rank,
        "start_loss": losses[:, 0],
        "loss": losses[:, -1],
        "loss_at": losses,
        "step": torch.arange(steps + 1),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
