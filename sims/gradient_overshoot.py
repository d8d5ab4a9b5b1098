"""Does momentum carry gradient descent past the minimum of a bowl?

python sims/gradient_overshoot.py --momentum 0.9

https://doi.org/10.1016/0041-5553(64)90137-5
"""

import torch
from torch import Tensor

from dlfaq.sim import Replicates


def gradient_overshoot(
    replicates: Replicates, momentum: float = 0.9, rate: float = 0.01, steps: int = 3000
) -> dict[str, Tensor]:
    """Minimize w^2 / 2, whose curvature is 1, with `torch.optim.SGD` in float64.

    Args:
        replicates: One start between 1 and 2 each.
        momentum: beta of SGD.
        rate: Learning rate, which here is learning rate times curvature. Descent converges below 2 (1 + beta).
        steps: Steps of SGD.

    Metrics:
        overshoot: how far w got on the other side of the minimum, as a share of its distance at the start.
        left: largest distance from the minimum over the last tenth of the steps, as a share of that at the start.
        largest_gradient: largest gradient on the way, as a share of the first.
    """
    w = (1 + replicates.uniform("start", dtype=torch.float64)).requires_grad_()  # (R,)
    start = w.detach().clone()
    optimizer = torch.optim.SGD([w], lr=rate, momentum=momentum)
    path = [torch.ones_like(start)]
    for _ in range(steps):
        optimizer.zero_grad()
        (w.square() / 2).sum().backward()  # a gradient of w, each replicate its own
        optimizer.step()
        path.append(w.detach() / start)
    path = torch.stack(path, 1)  # (R, steps + 1): where each is, in distances at the start
    return {
        "overshoot": (-path).amax(1).clamp(min=0),
        "left": path[:, -steps // 10 :].abs().amax(1),
        "largest_gradient": path.abs().amax(1),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
