"""One linear unit behind batch normalization: how its weights turn and find the minimum.

python sims/normalization/norm_unit.py --lr 10

The loop is written out, since it looks at every step from both sides.

https://arxiv.org/abs/1812.03981
"""

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates


def norm_unit(
    replicates: Replicates,
    normalize: bool = True,
    lr: float = 0.1,
    decay: float = 0.0,
    momentum: float = 0.0,
    start: float = 1.0,
    steps: int = 300,
    batch: int = 64,
    inputs: int = 16,
    examples: int = 64,
) -> dict[str, Tensor]:
    """Fit y by norm(X w) with SGD on half the mean squared error, in float64.

    Setting: one linear unit of {inputs} weights on {examples} random examples; SGD at {lr},
        momentum {momentum}, weight decay {decay}, batch {batch}, {steps} steps; |w| is {start} at
        first.

    Args:
        replicates: One data set and one start each.
        normalize: Standardize X w over the batch, without a learned scale; else linear regression.
        lr: Learning rate.
        decay: Weight decay of `torch.optim.SGD`.
        momentum: Its momentum.
        start: Norm of the weights at the start.
        steps: Training steps.
        batch: Examples B of a step; all of them make it gradient descent.
        inputs: Weights d.
        examples: Examples N.

    Metrics:
        norm: |w| at the end.
        rotation: root mean square angle between w before and after a step, in radians, second half.
        excess: loss of all examples at the end, above the lowest that any w has; more than 1000,
            inf and nan count as 1000.
        excesses[step]: the same before each step.
    """
    mixture = (
        torch.eye(inputs, dtype=torch.float64, device=replicates.device)
        + 0.5 * replicates.normal("mixture", inputs, inputs, dtype=torch.float64) / inputs**0.5
    )  # (R, d, d)
    x = replicates.normal("inputs", examples, inputs, dtype=torch.float64) @ mixture  # (R, N, d)
    teacher = replicates.normal("teacher", inputs, 1, dtype=torch.float64)  # (R, d, 1)
    noise = replicates.normal("noise", examples, 1, dtype=torch.float64)  # (R, N, 1)
    y = _standardize(_standardize(x @ teacher) + noise)  # (R, N, 1)
    x = x - x.mean(1, keepdim=True)  # so that linear regression needs no bias
    best = x @ torch.linalg.solve(x.mT @ x, x.mT @ y)  # (R, N, 1): the least-squares fit
    lowest = _loss(_standardize(best) if normalize else best, y)  # (R,)

    w = replicates.normal("w", inputs, 1, dtype=torch.float64)  # (R, d, 1)
    w = nn.Parameter(start * w / w.norm(dim=1, keepdim=True))
    descent = torch.optim.SGD([w], lr=lr, momentum=momentum, weight_decay=decay)
    batches = replicates.batches("batches", examples, batch, steps)  # (R, steps, B)
    excesses, turns = [], []
    for step in range(steps):
        index = batches[:, step, :, None]  # (R, B, 1)
        z = x.gather(1, index.expand(-1, -1, inputs)) @ w  # (R, B, 1)
        loss = _loss(_standardize(z) if normalize else z, y.gather(1, index))  # (R,)
        descent.zero_grad()
        loss.sum().backward()
        with torch.no_grad():
            whole = x @ w
            excesses.append(_loss(_standardize(whole) if normalize else whole, y) - lowest)
            before = w[..., 0].clone()  # (R, d)
            descent.step()
            turns.append(_angle(before, w[..., 0]))
    with torch.no_grad():
        whole = x @ w
        excess = _loss(_standardize(whole) if normalize else whole, y) - lowest
        return {
            "norm": _bounded(w.norm(dim=(1, 2)), 1e9),
            "rotation": _bounded(torch.stack(turns[steps // 2 :], 1)).square().mean(1).sqrt(),
            "excess": _bounded(excess),
            "excesses": _bounded(torch.stack(excesses, 1)),
            "step": torch.arange(steps),
        }


def _standardize(z: Tensor) -> Tensor:
    """Mean 0 and variance 1 over the examples, (R, N, 1); no eps, for the variance is never 0."""
    return (z - z.mean(1, keepdim=True)) / z.std(1, correction=0, keepdim=True)


def _loss(fit: Tensor, y: Tensor) -> Tensor:
    return (fit - y).square().mean((1, 2)) / 2


def _angle(a: Tensor, b: Tensor) -> Tensor:
    """Angle between two vectors, (R, d) each: from the chord, which is exact for small angles."""
    chord = (a / a.norm(dim=1, keepdim=True) - b / b.norm(dim=1, keepdim=True)).norm(dim=1)
    return 2 * torch.asin((chord / 2).clamp(max=1))


def _bounded(x: Tensor, most: float = 1000.0) -> Tensor:
    return x.nan_to_num(nan=most, posinf=most).clamp(max=most)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
