"""SGD under gradient noise with rare huge values, with and without clipping.

python sims/gradient_outliers.py --noise cauchy --clip 1

J. Zhang et al. (2020), Why are adaptive methods good for attention models?, https://arxiv.org/abs/1912.03194
"""

import math
from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates, clip_grad_norm


def gradient_outliers(
    replicates: Replicates,
    noise: Literal["cauchy", "normal"] = "cauchy",
    clip: float = 0.0,
    weights: int = 10,
    lr: float = 0.1,
    steps: int = 400,
) -> dict[str, Tensor]:
    """Minimize half the squared norm of the weights from noisy gradients.

    Args:
        replicates: One noise sequence each.
        noise: Cauchy noise has no variance (a batch now and then is an outlier); normal noise has unit variance.
        clip: Largest norm of a gradient; 0 for no clipping.
        weights: Weights of the model.
        lr: Learning rate.
        steps: Steps of SGD.

    Metrics:
        furthest: largest distance to the minimum on the way.
        typical: median distance to the minimum on the way.
    """
    if noise == "cauchy":  # one outlier moves all weights of a step, in a random direction
        size = torch.tan(math.pi * (replicates.uniform("size", steps, dtype=torch.float64) - 0.5))  # (R, steps)
        direction = replicates.normal("direction", steps, weights, dtype=torch.float64)
        noises = size[..., None] * direction / direction.norm(dim=-1, keepdim=True)  # (R, steps, weights)
    else:
        noises = replicates.normal("noise", steps, weights, dtype=torch.float64) / math.sqrt(weights)
    w = torch.zeros(len(replicates), weights, dtype=torch.float64, device=replicates.device).requires_grad_()
    optimizer = torch.optim.SGD([w], lr=lr)
    distances = []
    for step in range(steps):
        w.grad = w.detach() + noises[:, step]
        if clip:
            clip_grad_norm([w], clip)
        optimizer.step()
        distances.append(w.detach().norm(dim=1))
    path = torch.stack(distances, 1)  # (R, steps)
    return {"furthest": path.amax(1), "typical": path.median(1).values}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
