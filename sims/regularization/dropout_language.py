"""Dropout in a small transformer: sentences that are new in each step, or seen many times.

python sims/regularization/dropout_language.py --sentences 64 --p 0.1

https://arxiv.org/abs/2505.24788
"""

from itertools import count
from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates
from dlfaq.sim.language import language
from dlfaq.sim.losses import capped, token_cross_entropy
from dlfaq.sim.nets import Transformer
from dlfaq.sim.training import train
from dlfaq.sim.training_data import Data

TOKENS, LENGTH = 16, 8


class Dropped(Transformer):
    """A transformer with dropout of the embeddings, and of what each block adds to them.

    It reads one-hot tokens (N, T, k), and in training behind them the masks of all places.
    """

    def __init__(self, width: int, blocks: int, norm: str) -> None:
        super().__init__(TOKENS, LENGTH, width, blocks, 2, norm)
        self.embed = nn.Linear(TOKENS, width, bias=False)
        nn.init.normal_(self.embed.weight)  # as `nn.Embedding` starts

    def forward(self, x: Tensor) -> Tensor:
        """(N, T, k), or (N, T, k + (2 blocks + 1) d) in training, to logits (N, T, k)."""
        masks = x[..., TOKENS:].split(self.places.shape[1], -1) if self.training else ()
        drop = iter(masks)

        def dropped(h: Tensor) -> Tensor:
            return h * next(drop) if masks else h

        h = dropped(self.embed(x[..., :TOKENS]) + self.places)
        for block in self.blocks:
            h = h + dropped(block._attend(block.norms[0](h)))  # noqa: SLF001 - the kit's own block
            h = h + dropped(block.feed(block.norms[1](h)))
        return self.answer(self.norm(h))


def dropout_language(
    replicates: Replicates,
    p: float = 0.1,
    sentences: int = 64,
    steps: int = 200,
    batch: int = 16,
    hidden: int = 16,
    blocks: int = 1,
    norm: Literal["layer", "rms"] = "layer",
    optimizer: Literal["sgd", "adam", "adamw"] = "adamw",
    lr: float = 0.01,
    tune: bool = False,
    schedule: Literal["constant", "linear", "cosine"] = "linear",
) -> dict[str, Tensor]:
    """Train a transformer on sentences of a random Markov chain over 16 tokens.

    Setting: a transformer of {blocks} blocks of width {hidden}, dropout {p}, {sentences} sentences;
    {optimizer} at {lr} ({schedule}), batch {batch}, {steps} steps

    Args:
        replicates: One language, its sentences and one network each.
        p: Dropout of the embeddings, and of what attention and feed-forward layers add.
        sentences: Sentences of 8 tokens to train on; with steps * batch each is seen once.
        steps: Training steps.
        batch: Sentences in a batch.
        hidden: Width; the feed-forward layers have four times as many units.
        blocks: Blocks of attention and feed-forward layers.
        norm: Normalization in front of each of them.
        optimizer: PyTorch's.
        lr: Peak learning rate; the middle of three, if it is tuned.
        tune: Choose the rate (a third, once, three times) by loss on 128 validation sentences.
        schedule: Of the learning rate.

    Metrics:
        loss: on 256 test sentences, in nats a token above the least possible, at most 10.
        fitted: loss on the training sentences without dropout, in nats a token, at most 10.
    """
    task, floor = language(replicates, TOKENS, LENGTH, sentences)
    one_hot = task.mapped(lambda x: torch.eye(TOKENS, device=x.device)[x])
    data = Data((one_hot.x, task.y), one_hot.test_part, (one_hot.x_valid, task.y_valid))
    net = replicates.stack("net", lambda: Dropped(hidden, blocks, norm))
    number = count()

    def masked(x: Tensor) -> Tensor:
        shape = (*x.shape[1:3], hidden * (2 * blocks + 1))
        kept = replicates.uniform(f"kept {next(number)}", *shape) >= p
        return torch.cat([x, kept / (1 - p)], -1)

    batches = replicates.batches("batches", sentences, batch, steps)
    how = {"optimizer": optimizer, "lr": lr, "tune": tune, "rates": [lr / 3, lr, lr * 3]}
    train(net, data, batches, loss=token_cross_entropy, prepare=masked, schedule=schedule, **how)
    x, y = data.open_test()
    with torch.no_grad():
        return {
            "loss": capped(token_cross_entropy(net.eval()(x), y) - floor, 10.0),
            "fitted": capped(token_cross_entropy(net(data.x), data.y), 10.0),
        }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
