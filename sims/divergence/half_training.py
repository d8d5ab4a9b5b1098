"""Training in float16 or bfloat16: numbers too large for it, and gradients too small.

python sims/divergence/half_training.py --precision float16 --inputs 65535

https://docs.pytorch.org/docs/stable/amp.html
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy, cross_entropy
from dlfaq.sim.precision import finite_gradients, pass_layers
from dlfaq.sim.training_data import load

OPTIMIZERS = {"sgd": torch.optim.SGD, "adamw": torch.optim.AdamW}


def half_training(
    replicates: Replicates,
    precision: Literal["float32", "bfloat16", "float16"] = "float16",
    scaled: bool = False,
    inputs: float = 1.0,
    divide: float = 1.0,
    norm: Literal["none", "layer"] = "layer",
    optimizer: Literal["sgd", "adamw"] = "adamw",
    lr: float = 0.003,
    hidden: int = 32,
    batch: int = 32,
    steps: int = 100,
) -> dict[str, Tensor]:
    """Classify digits as under `torch.autocast`, with or without loss scaling.

    Loss scaling is what `torch.amp.GradScaler` does, for each replicate on its own: the loss is
    multiplied by a factor before the backward pass, and the gradient divided by it after; where
    that gradient is not finite, it is set to 0 and the factor halved. The loop is written out
    because that is the point.

    Setting: {steps} steps of {optimizer} at rate {lr}, batch {batch}, two hidden ReLU layers of
    {hidden}, norm: {norm}, on 1,200 digits with pixels from 0 to {inputs}, in {precision}.

    Args:
        replicates: One initialization and one order of the images each.
        precision: In which the products of the forward and the backward pass are stored; the
            weights are float32.
        scaled: Whether to scale the loss; the factor starts at 65536, as PyTorch's does.
        inputs: Largest value of a pixel: 1, 255 for images of 8 bits, 65535 for images of 16 bits.
        divide: Number that the loss is divided by: of the tokens of a batch, or of accumulated
            batches. SGD's rate is multiplied by it, so that in exact arithmetic it changes nothing.
        norm: Layer normalization before each ReLU, or none.
        optimizer: SGD or AdamW.
        lr: Learning rate.
        hidden: Width of the two hidden layers.
        batch: Images a step.
        steps: Steps of training.

    Metrics:
        accuracy: on the 597 test images, in [0, 1]; an image whose outputs are inf or NaN counts as
            wrong.
        vanished: share of the entries of the middle layer's gradient that are exactly 0, averaged
            over the steps, in [0, 1].
        skipped: share of the steps whose gradient loss scaling threw away, in [0, 1].
    """
    data = load(replicates, "digits", scale="unit")  # x (R, n, 64), y (R, n)
    sizes = (64, hidden), (hidden, hidden), (hidden, 10)
    net = replicates.stack("net", lambda: nn.Sequential(*(nn.Linear(*size) for size in sizes)))
    factor = torch.full((len(replicates),), 2.0**16 if scaled else 1.0, device=replicates.device)
    rate = lr * divide if optimizer == "sgd" else lr
    trainer = OPTIMIZERS[optimizer](net.parameters(), lr=rate)
    each = torch.arange(len(replicates), device=replicates.device)[:, None]  # (R, 1)
    batches = replicates.batches("batches", len(data), batch, steps)  # (R, steps, B)
    vanished = torch.zeros(len(replicates), device=replicates.device)
    skipped = torch.zeros(len(replicates), device=replicates.device)
    for step in range(steps):
        rows = batches[:, step]  # (R, B)
        x, y = inputs * data.x[each, rows], data.y[each, rows]  # (R, B, 64), (R, B)
        loss = cross_entropy(pass_layers(net.weights(), x, precision, norm), y) / divide  # (R,)
        trainer.zero_grad()
        (loss * factor).sum().backward()
        vanished += (net.weights()["1.weight"].grad == 0).float().mean((1, 2)) / steps
        if scaled:
            finite = finite_gradients(net.parameters())
            for p in net.parameters():
                shape = (-1, *[1] * (p.dim() - 1))
                p.grad = torch.where(finite.view(shape), p.grad / factor.view(shape), 0.0)
            factor = torch.where(finite, factor, factor / 2)
            skipped += (~finite).float() / steps
        trainer.step()
    x, y = data.open_test()  # (R, 597, 64), (R, 597)
    with torch.no_grad():
        logits = pass_layers(net.weights(), inputs * x, precision, norm)  # (R, 597, 10)
    right = accuracy(logits.nan_to_num(), torch.where(logits.isfinite().all(-1), y, -1))
    return {"accuracy": right, "vanished": vanished, "skipped": skipped}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
