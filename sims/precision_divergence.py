"""At which learning rate a number leaves its range, in float32, bfloat16 and float16.

python sims/precision_divergence.py --precision float16 --lr 0.3 --inputs 16

https://docs.pytorch.org/docs/stable/amp.html
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, digits


def precision_divergence(
    replicates: Replicates,
    lr: float = 0.1,
    precision: Literal["float32", "bfloat16", "float16", "float16-scaled"] = "float32",
    inputs: float = 1.0,
    hidden: int = 16,
    batch: int = 32,
    steps: int = 20,
) -> dict[str, Tensor]:
    """Predict which digit an image shows as a number, with squared error and SGD, under `torch.autocast`.

    Autocast keeps the weights in float32, multiplies matrices in the given precision, and leaves their products in it; the
    loss is computed in float32, as it does for `mse_loss`. Loss scaling is what
    `torch.amp.GradScaler` does, for each replicate on its own: the loss is multiplied before the backward pass and the
    gradient divided after it; a step whose gradient is not finite is left out, and the factor is halved.

    Args:
        replicates: One initialization and one order of the images each.
        lr: Learning rate.
        precision: Of the forward and the backward pass; `float16-scaled` is float16 with loss scaling.
        inputs: Largest value of a pixel; 16 is the data as it comes.
        hidden: Width of the two hidden ReLU layers.
        batch: Images a step.
        steps: Steps of SGD.

    Metrics:
        broken: 1 if the loss ever was inf or NaN, else 0.
        ruined: 1 if a weight is inf or NaN at the end, else 0.
        skipped: share of the steps that were left out for their gradient.
    """
    data = digits()
    x = inputs * data.x.to(replicates.device)  # (n, 64)
    target = ((data.y - data.y.double().mean()) / data.y.double().std()).float().to(replicates.device)  # (n,)
    net = replicates.stack(
        "net",
        lambda: nn.Sequential(
            nn.Linear(64, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, 1)
        ),
    )
    number = getattr(torch, precision.removesuffix("-scaled"))
    scaled = precision.endswith("-scaled")
    scale = torch.full((len(replicates),), 2.0**16 if scaled else 1.0, device=replicates.device)  # (R,)
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    batches = replicates.batches("batches", len(x), batch, steps)  # (R, steps, B)
    broken = torch.zeros(len(replicates), dtype=torch.bool, device=replicates.device)
    skipped = torch.zeros(len(replicates), device=replicates.device)
    for step in range(steps):
        rows = batches[:, step]  # (R, B)
        with torch.autocast(x.device.type, dtype=number, enabled=precision != "float32"):
            output = _forward(net.weights(), x[rows])  # (R, B), in the given precision
        loss = (output.float() - target[rows]).square().mean(1)  # (R,)
        broken |= ~loss.detach().isfinite()
        optimizer.zero_grad()
        (loss * scale).sum().backward()
        if scaled:
            scale, left_out = _unscale(list(net.parameters()), scale)
            skipped += left_out / steps
        optimizer.step()
    ruined = torch.stack([(~p.detach().isfinite()).flatten(1).any(1) for p in net.parameters()]).any(0)  # (R,)
    return {"broken": broken, "ruined": ruined, "skipped": skipped}


def _forward(weights: dict[str, nn.Parameter], x: Tensor) -> Tensor:
    """The network, with one product a layer for all replicates: (R, B, 64) to (R, B). Autocast does not reach into vmap."""
    for layer in ("0", "2", "4"):
        x = torch.baddbmm(weights[f"{layer}.bias"].unsqueeze(1), x, weights[f"{layer}.weight"].mT)
        x = x if layer == "4" else x.relu()
    return x.squeeze(-1)


def _unscale(parameters: list[nn.Parameter], scale: Tensor) -> tuple[Tensor, Tensor]:
    """Divide each replicate's gradient by its scale, or set it to 0 where it is not finite.

    Returns:
        The next scales, halved where the gradient was not finite; and where that was: (R,) each.
    """
    finite = torch.stack([p.grad.isfinite().flatten(1).all(1) for p in parameters]).all(0)  # (R,)
    for p in parameters:
        each = (-1, *[1] * (p.dim() - 1))
        p.grad = torch.where(finite.view(each), p.grad / scale.view(each), 0.0)
    return torch.where(finite, scale, scale / 2), ~finite


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
