"""One gradient that overflows in a loop with GradScaler, with and without `zero_grad`.

python sims/symptoms/lasting_overflow.py --cleared False

The loop is written out, since where it clears gradients is the point.

https://docs.pytorch.org/docs/stable/notes/amp_examples.html
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlfaq.sim import Replicates


def lasting_overflow(
    replicates: Replicates,
    cleared: bool = False,
    optimizer: Literal["sgd", "adamw"] = "sgd",
    overflow: bool = True,
    steps: int = 20,
    features: int = 16,
) -> dict[str, Tensor]:
    """Train a linear layer with GradScaler; the loss of the fourth step is infinite.

    Setting: a linear layer of {features} features, {optimizer} with GradScaler, {steps} steps, an
    infinite loss at the fourth: {overflow}, gradients cleared at each step: {cleared}

    Args:
        replicates: One layer and one batch each.
        cleared: Call `zero_grad` before each `backward`.
        optimizer: Of PyTorch, at a rate of 0.01.
        overflow: Whether the loss of the fourth step overflows.
        steps: Training steps, more than 4.
        features: Inputs of the layer.

    Metrics:
        skipped: share of the steps after the fourth in which GradScaler left the weights as they
            were, in [0, 1].
        fell: factor by which its scale fell in all steps, at least 1.
    """
    x = replicates.normal("inputs", 32, features)  # (R, N, d)
    made = replicates.stack("net", lambda: nn.Linear(features, 1))
    weights = zip(*made.parameters(), x.unbind(), strict=True)
    bad = 3 if overflow else steps
    told = [
        _one(weight, bias, one, cleared, optimizer, bad, steps) for weight, bias, one in weights
    ]
    return {name: torch.tensor([one[name] for one in told]) for name in told[0]}


def _one(
    weight: Tensor, bias: Tensor, x: Tensor, cleared: bool, kind: str, bad: int, steps: int
) -> dict[str, float]:
    """The loop as one types it."""
    model = nn.Linear(*weight.shape[::-1], device=x.device)
    model.load_state_dict({"weight": weight, "bias": bias})
    make = {"sgd": torch.optim.SGD, "adamw": torch.optim.AdamW}[kind]
    optimizer = make(model.parameters(), lr=0.01)
    scaler = torch.amp.GradScaler(x.device.type)
    scales, skipped = [], 0
    for step in range(steps):
        if cleared:
            optimizer.zero_grad()
        loss = F.mse_loss(model(x), x[:, :1])
        before = model.weight.detach().clone()
        scaler.scale(loss * torch.inf if step == bad else loss).backward()
        scales.append(scaler.get_scale())
        scaler.step(optimizer)
        scaler.update()
        skipped += step > 3 and torch.equal(before, model.weight)
    return {"skipped": skipped / (steps - 4), "fell": scales[0] / scaler.get_scale()}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
