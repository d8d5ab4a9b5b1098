"""Deep networks on handwritten digits or tables, with and without skips around their blocks.

python sims/depth/residual_digits.py --kind plain

https://arxiv.org/abs/1512.03385
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy, cross_entropy
from dlfaq.sim.losses import capped
from dlfaq.sim.nets import NORMS
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load


class Block(nn.Module):
    """Two layers of one width, with or without a path around them: (B, width) to (B, width)."""

    def __init__(self, kind: str, start: str, norm: str, blocks: int, width: int) -> None:
        super().__init__()
        self.kind, self.norm = kind, NORMS[norm](width)
        self.up, self.down = nn.Linear(width, width), nn.Linear(width, width)
        if start != "default":
            for layer in (self.up, self.down):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                nn.init.zeros_(layer.bias)
            self.down.weight.data *= {"he": 1.0, "divided": blocks**-0.5, "zero": 0.0}[start]

    def forward(self, h: Tensor) -> Tensor:
        """The next state of the network."""
        f = self.down(torch.relu(self.up(h if self.kind == "post" else self.norm(h))))
        f = torch.relu(f) if self.kind in ("plain", "relu") else f
        h = f if self.kind == "plain" else h + f
        return self.norm(h) if self.kind == "post" else h


class Network(nn.Module):
    """A linear layer, L blocks, a normalization if the blocks begin with one, a linear output."""

    def __init__(
        self, kind: str, start: str = "he", norm: str = "none", blocks: int = 10,
        inputs: int = 64, width: int = 32, classes: int = 10,
    ) -> None:  # fmt: skip
        super().__init__()
        self.first, self.last = nn.Linear(inputs, width), nn.Linear(width, classes)
        self.blocks = nn.ModuleList(Block(kind, start, norm, blocks, width) for _ in range(blocks))
        self.norm = NORMS["none" if kind == "post" else norm](width)

    def forward(self, x: Tensor, keep: Tensor | None = None) -> Tensor:
        """Logits of a batch; where `keep`, (L,), is False, a block is left out."""
        h = self.first(x)
        for number, block in enumerate(self.blocks):
            h = block(h) if keep is None else torch.where(keep[number], block(h), h)
        return self.last(self.norm(h))


def residual_digits(
    replicates: Replicates,
    kind: Literal["plain", "skip", "post", "relu"] = "skip",
    start: Literal["he", "default", "divided", "zero"] = "he",
    norm: Literal["none", "batch", "layer", "rms"] = "none",
    blocks: int = 10,
    hidden: int = 32,
    optimizer: Literal["sgd", "momentum", "adam", "adamw", "rmsprop", "adagrad"] = "adamw",
    lr: float = 3e-3,
    tune: bool = False,
    warmup: int = 0,
    steps: int = 100,
    data: Literal["digits", "cancer", "wine"] = "digits",
) -> dict[str, Tensor]:
    """Train on all classes; then leave out the block in the middle.

    Setting: {blocks} blocks of two layers of {hidden} units, {kind}, weights {start},
    normalization {norm}, on {data}; {optimizer} at {lr}, batch 32, {steps} steps.

    Args:
        replicates: One network and one order of the rows each.
        kind: With f(h) = W2 relu(W1 norm(h)), a block is `plain` relu(f(h)), `skip` h + f(h) or
            `relu` h + relu(f(h)); `post` is norm(h + W2 relu(W1 h)).
        start: Weights of the blocks: `he`'s, biases 0; the same with W2 `divided` by the root of
            the number of blocks, or W2 = 0 (`zero`); or what `nn.Linear` draws (`default`).
        norm: Normalization of each block and, but for `post`, before the output.
        blocks: Blocks L after the first layer, at least 1.
        hidden: Units of a layer.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate its best rate of a grid, by 200 rows kept for validation.
        warmup: First steps, in which the rate rises linearly.
        steps: Training steps.
        data: Which data set.

    Metrics:
        first_loss: loss on the training rows before training, in nats; at most 1000.
        train_accuracy: on the training rows, at the end, in [0, 1].
        accuracy: on the test rows, at the end, in [0, 1].
        without_one: the same with the block in the middle left out.
    """
    task = load(replicates, data, valid=200 if tune else 0)
    sizes = (task.features, hidden, task.classes)
    net = replicates.stack("net", lambda: Network(kind, start, norm, blocks, *sizes))
    with torch.no_grad():
        first_loss = cross_entropy(net(task.x), task.y)
    batches = replicates.batches("batches", len(task), 32, steps)  # (R, steps, 32)
    train(net, task, batches, optimizer=optimizer, lr=lr, tune=tune, warmup=warmup)
    keep = torch.arange(blocks, device=replicates.device) != blocks // 2  # (L,)
    x, y = task.open_test()
    with torch.no_grad():
        return {
            "first_loss": capped(first_loss, 1000.0),
            "train_accuracy": accuracy(net(task.x), task.y),
            "accuracy": accuracy(net(x), y),
            "without_one": accuracy(net(x, replicates.same(keep)), y),
        }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
