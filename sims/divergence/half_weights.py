"""Adam with weights that are stored in half precision, and what its first steps leave of them.

python sims/divergence/half_weights.py --dtype float16

The loop is written out, since the gradients are given and there is no loss.

https://docs.pytorch.org/docs/stable/generated/torch.optim.AdamW.html
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates


def half_weights(
    replicates: Replicates,
    dtype: Literal["float32", "bfloat16", "float16"] = "float16",
    size: float = 0.001,
    eps: float = 1e-8,
    fused: bool = False,
    lr: float = 0.001,
    inputs: int = 64,
    steps: int = 1,
) -> dict[str, Tensor]:
    """Take steps of PyTorch's AdamW on weights of a given type, with random gradients.

    Setting: {steps} step(s) of AdamW at rate {lr}, eps {eps}, on {inputs} weights in {dtype};
    gradients are normal numbers times {size}.

    Args:
        replicates: The weights and the gradients of each step.
        dtype: In which the weights, and so the gradients and Adam's means, are stored.
        size: Standard deviation of a gradient.
        eps: AdamW's.
        fused: Use PyTorch's fused implementation, which computes each step in float32.
        lr: Learning rate.
        inputs: Weights.
        steps: Steps.

    Metrics:
        broken: share of the weights that are inf or NaN after the steps, in [0, 1].
        moved: largest distance that a finite weight has moved, in learning rates; 0 if none is.
    """
    start = (0.1 * replicates.normal("weights", inputs)).to(getattr(torch, dtype))  # (R, n)
    gradients = size * replicates.normal("gradients", steps, inputs)  # (R, steps, n)
    w = start.clone().requires_grad_()
    optimizer = torch.optim.AdamW([w], lr=lr, eps=eps, fused=fused)
    for step in range(steps):
        w.grad = gradients[:, step].to(w.dtype)
        optimizer.step()
    sound = w.detach().isfinite()  # (R, n)
    moved = (w.detach().float() - start.float()).abs() / lr
    return {
        "broken": (~sound).double().mean(1),
        "moved": torch.where(sound, moved, 0.0).amax(1),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
