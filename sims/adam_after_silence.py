"""The step that Adam takes when a parameter gets a gradient again after a long silence.

python sims/adam_after_silence.py --silence 6000

D. P. Kingma and J. Ba (2015), Adam, https://arxiv.org/abs/1412.6980
"""

import torch
from torch import Tensor

from dlfaq.sim import Replicates


def adam_after_silence(
    replicates: Replicates, silence: int = 6000, beta2: float = 0.999, background: float = 0.0, lr: float = 0.001
) -> dict[str, Tensor]:
    """Feed Adam small gradients for a while and then a normal one, and measure the step.

    Args:
        replicates: The size of the normal gradient.
        silence: Steps before it.
        beta2: Decay of the mean squared gradient; that of the mean gradient stays at 0.9.
        background: Gradient during the silence as a multiple of the normal one; 1 for a steady gradient.
        lr: Learning rate.

    Metrics:
        step: size of the step at the normal gradient as a multiple of the learning rate.
    """
    normal = 0.5 + replicates.uniform("gradient", 1, dtype=torch.float64)  # (R, 1)
    w = torch.zeros_like(normal).requires_grad_()
    optimizer = torch.optim.Adam([w], lr=lr, betas=(0.9, beta2))
    for _ in range(silence):
        w.grad = background * normal
        optimizer.step()
    before = w.detach().clone()
    w.grad = normal.clone()
    optimizer.step()
    return {"step": ((w.detach() - before).abs() / lr).squeeze(1)}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
