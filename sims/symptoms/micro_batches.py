"""Gradients summed on purpose: do those of micro-batches add up to that of the whole batch?

python sims/symptoms/micro_batches.py --divide nothing

The loop is written out, since it calls `backward` several times without a step.

https://huggingface.co/blog/gradient_accumulation
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates, cross_entropy
from dlfaq.sim.nets import mlp
from dlfaq.sim.training_data import load


def micro_batches(
    replicates: Replicates,
    parts: int = 4,
    sizes: Literal["equal", "doubling"] = "equal",
    divide: Literal["parts", "examples", "nothing"] = "parts",
    norm: Literal["none", "layer", "batch"] = "none",
    hidden: int = 32,
    examples: int = 64,
) -> dict[str, Tensor]:
    """Call `backward` for each part of a batch, without clearing, and once for all of it.

    Setting: a {hidden}-unit ReLU network with normalization {norm} on {examples} digits in {parts}
    parts, sizes: {sizes}, each loss divided by: {divide}, in float64

    Args:
        replicates: One network and one batch each.
        parts: Micro-batches K.
        sizes: Equal parts; or each twice as large as the one before, the last taking the rest.
        divide: Each part's mean loss is divided by K; or its sum of losses by all examples; or
            its mean loss by nothing.
        norm: Normalization of the hidden layer, in training mode.
        hidden: Units of the hidden layer.
        examples: Images N of the whole batch, at least 2^K.

    Metrics:
        difference: distance between the sum and the gradient of the whole batch, over the norm of
            the latter; at least 0.
        ratio: norm of the sum over that of the gradient of the whole batch.
    """
    rows = load(replicates, own=True)
    x, y = rows.x[:, :examples].double(), rows.y[:, :examples]  # (R, N, 64), (R, N)
    net = replicates.stack("net", lambda: mlp(64, [hidden], 10, norm=norm)).double().train()
    counts = [examples // parts] * (parts - 1)
    if sizes == "doubling":
        counts = [examples >> (parts - part) for part in range(parts - 1)]  # 4, 8, 16 of 64
    counts.append(examples - sum(counts))

    def gradient() -> Tensor:  # (R, parameters)
        return torch.cat([weight.grad.flatten(1) for weight in net.parameters()], 1)

    for x_part, y_part in zip(x.split(counts, 1), y.split(counts, 1), strict=True):
        loss = cross_entropy(net(x_part), y_part)  # (R,)
        share = {"parts": 1 / parts, "examples": y_part.shape[1] / examples, "nothing": 1.0}
        (loss * share[divide]).sum().backward()
    summed = gradient()
    for weight in net.parameters():
        weight.grad = None
    cross_entropy(net(x), y).sum().backward()
    whole = gradient()
    return {
        "difference": (summed - whole).norm(dim=1) / whole.norm(dim=1),
        "ratio": summed.norm(dim=1) / whole.norm(dim=1),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
