"""A network on real data whose loss becomes NaN, because the learning rate is too high.

python sims/network_divergence.py --lr 1 --clip 1
"""

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, clip_grad_norm, digits


def network_divergence(
    replicates: Replicates, lr: float = 0.01, clip: float = 0.0, hidden: int = 32, batch: int = 32, steps: int = 100
) -> dict[str, Tensor]:
    """Predict which digit an image shows as a number, with squared error and SGD.

    Args:
        replicates: One initialization and one order of the images each.
        lr: Learning rate.
        clip: Largest norm of a gradient; 0 for no clipping.
        hidden: Width of the two hidden ReLU layers.
        batch: Images a step.
        steps: Steps of SGD.

    Metrics:
        diverged: 1 if the loss ever was inf, NaN or more than 1000 times the first, else 0.
        best: smallest loss of the last ten steps over that of the first; 1000 where it is larger or not finite.
    """
    data = digits()
    x = data.x.to(replicates.device)  # (n, 64)
    target = ((data.y - data.y.double().mean()) / data.y.double().std()).float().to(replicates.device)  # (n,)
    net = replicates.stack(
        "net",
        lambda: nn.Sequential(
            nn.Linear(64, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, 1)
        ),
    )
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    batches = replicates.batches("batches", len(x), batch, steps)  # (R, steps, B)
    losses = []
    for step in range(steps):
        rows = batches[:, step]  # (R, B)
        loss = (net(x[rows]).squeeze(-1) - target[rows]).square().mean(1)  # (R,)
        optimizer.zero_grad()
        loss.sum().backward()
        if clip:
            clip_grad_norm(net.parameters(), clip)
        optimizer.step()
        losses.append(loss.detach())
    path = torch.stack(losses, 1)  # (R, steps)
    return {
        "diverged": (~(path < 1000 * path[:, :1])).any(1),  # not (a < b): true for NaN too
        "best": (path[:, -10:] / path[:, :1]).nan_to_num(1e3, 1e3).amin(1).clamp(max=1e3),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
