"""A learning rate that is too high, and what saves the run: a lower rate, warmup, or clipping.

python sims/divergence/rate_too_high.py --optimizer adamw --norm layer --lr 0.3 --warmup 75
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy, cross_entropy
from dlfaq.sim.losses import square_error
from dlfaq.sim.nets import mlp
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load


def rate_too_high(
    replicates: Replicates,
    lr: float = 0.1,
    warmup: float = 0.0,
    clip: float = 0.0,
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "sgd",
    tune: bool = False,
    model: Literal["mlp", "transformer"] = "mlp",
    place: Literal["post", "pre"] = "post",
    norm: Literal["none", "batch", "layer", "rms"] = "none",
    target: Literal["class", "number"] = "class",
    data: Literal["digits", "cancer", "wine"] = "digits",
    scale: Literal["standard", "feature", "centred", "unit", "raw"] = "standard",
    hidden: int = 32,
    layers: int = 2,
    batch: int = 32,
    steps: int = 100,
) -> dict[str, Tensor]:
    """Train a small network at a given rate and see whether it survives.

    Setting: {steps} steps of {optimizer} at rate {lr} (warmup: {warmup} of the steps, gradients
    clipped to: {clip}), batch {batch}, {model} with {layers} hidden layers of {hidden} units, or
    blocks half as wide, norm: {norm} ({place}), on {data}, scale: {scale}.

    Args:
        replicates: One initialization and one order of the examples each.
        lr: Peak learning rate; with `tune` each replicate gets its best of a grid instead.
        warmup: Share of the steps in which the rate rises in a straight line.
        clip: Largest norm of a gradient; 0 for no clipping.
        optimizer: A name of `dlfaq.sim.optimizers`.
        tune: Choose the rate on 200 validation examples, for each replicate.
        model: Hidden ReLU layers; or a transformer that reads the 8 rows of an image as 8 tokens.
        place: Of the transformer's normalization: `post`, behind each sum; `pre`, before each
            layer and before the answer, as in GPT-2.
        norm: Normalization before each ReLU of the hidden layers.
        target: The class, by cross-entropy; or the class's number, standardized, by squared error.
        data: What is learnt; the transformer needs digits.
        scale: Of the inputs, a scaling of `dlfaq.sim.training_data`.
        hidden: Width of the hidden layers; the transformer is half as wide.
        layers: Hidden layers, or blocks.
        batch: Examples a step.
        steps: Steps of training.

    Metrics:
        accuracy: on the test examples, in [0, 1]; an output that is inf or NaN counts as wrong.
        nonfinite: 1 if a loss was inf or NaN, else 0, in [0, 1].
        peak (ratio): largest loss over the first one; 1e9 where it is larger, inf or NaN.
    """
    examples = load(replicates, data, valid=200, scale=scale, numbers=target == "number")
    outputs = examples.classes
    if model == "mlp":
        sizes = examples.features, [hidden] * layers, outputs
        net = replicates.stack("net", lambda: mlp(*sizes, norm=norm))
    else:
        net = replicates.stack("net", lambda: _RowTransformer(hidden // 2, layers, outputs, place))
    n = len(examples)
    order = replicates.batches("batches", n, min(batch, n), steps)  # (R, steps, B)
    run = train(
        net, examples, order, optimizer=optimizer, lr=lr, tune=tune, clip=clip,
        warmup=round(warmup * steps),
        loss=cross_entropy if target == "class" else square_error,
    )  # fmt: skip
    x, y = examples.open_test()
    with torch.no_grad():
        answers = net(x)  # (R, m, k), or (R, m, 1) numbers
    sound = answers.isfinite().all(-1)  # (R, m)
    if target == "class":
        right = accuracy(answers.nan_to_num(), torch.where(sound, y, -1))
    else:  # the nearest number
        near = (answers[..., 0] - y).abs() < y.unique().diff().min() / 2
        right = (sound & near).double().mean(1)
    peak = (run.loss / run.loss[:, :1]).nan_to_num(1e9, 1e9).amax(1).clamp(max=1e9)
    return {"accuracy": right, "nonfinite": ~run.loss.isfinite().all(1), "peak": peak}


class _RowTransformer(nn.Module):
    """Transformer blocks over the 8 rows of an image: (N, 64) to (N, k)."""

    def __init__(self, width: int, blocks: int, classes: int, place: str) -> None:
        super().__init__()
        self.pre = place == "pre"
        self.last = nn.LayerNorm(width) if self.pre else nn.Identity()
        self.embed, self.places = nn.Linear(8, width), nn.Parameter(0.1 * torch.randn(8, width))
        self.qkv = nn.ModuleList([nn.Linear(width, 3 * width) for _ in range(blocks)])
        self.feed = nn.ModuleList([mlp(width, [4 * width], width) for _ in range(blocks)])
        self.norms = nn.ModuleList([nn.LayerNorm(width) for _ in range(2 * blocks)])
        self.answer = nn.Linear(width, classes)

    def forward(self, x: Tensor) -> Tensor:
        h = self.embed(x.unflatten(-1, (8, 8))) + self.places  # (N, 8, d): a token a row
        for block in range(len(self.qkv)):
            one, two = self.norms[2 * block : 2 * block + 2]
            query, key, value = self.qkv[block](one(h) if self.pre else h).chunk(3, -1)
            mixed = (query @ key.mT / query.shape[-1] ** 0.5).softmax(-1) @ value
            h = h + mixed if self.pre else one(h + mixed)
            h = h + self.feed[block](two(h)) if self.pre else two(h + self.feed[block](h))
        return self.answer(self.last(h).mean(-2))


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
