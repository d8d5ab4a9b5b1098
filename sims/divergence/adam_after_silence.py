"""The step that Adam takes when a parameter gets a gradient again after a long silence.

python sims/divergence/adam_after_silence.py --silence 10000

The loop is written out, since the gradients are given and there is no loss.

D. P. Kingma and J. Ba (2015), Adam, https://arxiv.org/abs/1412.6980
"""

import torch
from torch import Tensor

from dlfaq.sim import Replicates


def adam_after_silence(
    replicates: Replicates,
    active: int = 500,
    silence: int = 10000,
    aligned: bool = True,
    beta2: float = 0.999,
    lr: float = 0.001,
) -> dict[str, Tensor]:
    """Feed Adam gradients of one size, then none, then the same again, and measure the steps.

    Setting: one weight; {active} gradients, {silence} steps without one, then 30 gradients of the
    old size.

    Args:
        replicates: The size of the gradient, and its signs after the silence.
        active: Steps with the gradient before the silence.
        silence: Steps without one.
        aligned: Whether all gradients after the silence have one sign, the worst case; else each
            sign is a coin's.
        beta2: Decay of the mean squared gradient; that of the mean gradient stays at 0.9.
        lr: Learning rate.

    Metrics:
        step: size of the first step after the silence, as a multiple of the learning rate.
        largest: size of the largest of the 30 steps after the silence, likewise.
    """
    normal = 0.5 + replicates.uniform("gradient", 1, dtype=torch.float64)  # (R, 1)
    w = torch.zeros_like(normal).requires_grad_()
    optimizer = torch.optim.Adam([w], lr=lr, betas=(0.9, beta2))
    signs = torch.ones(
        len(replicates), active + silence + 30, device=replicates.device
    )  # (R, steps)
    if not aligned:
        signs[:, -30:] = 2.0 * replicates.integers("signs", 2, 30) - 1
    path = []
    for t in range(active + silence + 30):
        path.append(w.detach().clone())
        w.grad = normal * signs[:, t : t + 1] * (not active <= t < active + silence)
        optimizer.step()
    path = torch.cat([*path, w.detach()], 1)[:, -31:]  # (R, 31)
    steps = path.diff(dim=1).abs() / lr  # (R, 30)
    return {"step": steps[:, 0], "largest": steps.amax(1)}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
