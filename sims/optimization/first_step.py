"""The very first step of an optimizer, with and without warmup.

python sims/optimization/first_step.py --optimizer adam --scale 0.001

https://arxiv.org/abs/1412.6980
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LinearLR

from dlfaq.sim import Replicates, cross_entropy, digits, rows


def first_step(
    replicates: Replicates,
    optimizer: Literal["adam", "sgd"] = "adam",
    lr: float = 1e-3,
    scale: float = 1.0,
    warmup: int = 0,
    hidden: int = 64,
    batch: int = 32,
) -> dict[str, Tensor]:
    """Show a new network one batch of handwritten digits, and make one step.

    Args:
        replicates: One network and one batch each.
        optimizer: Adam or plain SGD.
        lr: Peak learning rate.
        scale: Factor on the loss, and so on every gradient.
        warmup: Steps over which LinearLR climbs from lr / warmup to lr; 0 begins at lr.
        hidden: Width of the hidden layer; it is a tanh layer, so that hardly a gradient is exactly 0.
        batch: Examples in the batch.

    Metrics:
        gradient: median over the weights of the gradient's absolute value.
        small_step: absolute value of the step, 1st decile over the weights.
        large_step: absolute value of the step, 9th decile over the weights.
        change: root mean square change of the logits on the test images.
    """
    x, y, x_test, _ = (part.to(replicates.device) for part in digits())
    net = replicates.stack(
        "net", lambda: nn.Sequential(nn.Linear(64, hidden), nn.Tanh(), nn.Linear(hidden, 10))
    )
    # by hand, not by dlfaq.sim.training: a single step
    maker = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}[optimizer]
    trainer = maker(net.parameters(), lr=lr)
    if warmup:
        LinearLR(
            trainer, start_factor=1 / warmup, total_iters=warmup
        )  # sets the first rate at once
    x_test = replicates.same(x_test)  # (R, N, 64)
    index = replicates.integers("batch", len(y), batch)  # (R, B)
    logits = net(x_test).detach()  # (R, N, 10)
    weight = dict(net.weights())[
        "2.weight"
    ]  # the last layer's, (R, 10, hidden): every entry has a gradient
    before = weight.detach().clone()

    (scale * cross_entropy(net(rows(x, index)), rows(y, index))).sum().backward()
    trainer.step()

    moved = (weight.detach() - before).abs().flatten(1)  # (R, 10 hidden)
    deciles = torch.quantile(moved, torch.tensor([0.1, 0.9], device=moved.device), dim=1)  # (2, R)
    return {
        "gradient": weight.grad.abs().flatten(1).median(1).values,
        "small_step": deciles[0],
        "large_step": deciles[1],
        "change": (net(x_test).detach() - logits).square().mean((1, 2)).sqrt(),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
