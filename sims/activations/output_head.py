"""Regression with and without an activation on the output.

python sims/activations/output_head.py --head tanh --centre 6

https://www.deeplearningbook.org/contents/mlp.html
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates
from dlfaq.sim.losses import square_error
from dlfaq.sim.training import train
from dlfaq.sim.training_data import Data


def output_head(
    replicates: Replicates,
    head: Literal["identity", "tanh", "sigmoid", "relu"] = "identity",
    centre: float = 6.0,
    noise: float = 0.1,
    steps: int = 400,
    lr: float = 0.03,
    hidden: int = 16,
    examples: int = 128,
) -> dict[str, Tensor]:
    """Fit y = centre + sin(2 x) / 2 + noise by a network with one tanh hidden layer, with Adam.

    Args:
        replicates: One data set and one network each.
        head: What is applied to the last linear layer's output.
        centre: Mean of the targets.
        noise: Standard deviation of the noise in the targets.
        steps: Training steps, each on all examples.
        lr: Adam's learning rate.
        hidden: Width of the hidden layer.
        examples: Training examples N; x is uniform on [-2, 2].

    Metrics:
        loss: mean squared error on the training examples, at the end.
        bound_loss: mean squared error of the best constant among the numbers between -1 and 1.
    """
    heads = {"identity": nn.Identity, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "relu": nn.ReLU}
    net = replicates.stack(
        "net",
        lambda: nn.Sequential(nn.Linear(1, hidden), nn.Tanh(), nn.Linear(hidden, 1), heads[head]()),
    )
    x = 4 * replicates.uniform("x", examples, 1) - 2  # (R, N, 1)
    y = centre + torch.sin(2 * x) / 2 + noise * replicates.normal("noise", examples, 1)
    targets = y[..., 0]  # (R, N)
    train(net, Data((x, targets), (x, targets)), steps, optimizer="adam", lr=lr, loss=square_error)
    bounded = y.mean((1, 2), keepdim=True).clamp(-1, 1)  # (R, 1, 1)
    with torch.no_grad():
        return {
            "loss": (net(x) - y).square().mean((1, 2)),
            "bound_loss": (bounded - y).square().mean((1, 2)),
        }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
