"""Training a small language model whose first weights are small, as PyTorch draws them, or large.

python sims/initialization/transformer_init.py --std 1

https://github.com/karpathy/nanoGPT/blob/master/model.py
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates
from dlfaq.sim.language import language
from dlfaq.sim.losses import capped, token_cross_entropy
from dlfaq.sim.nets import Transformer
from dlfaq.sim.optimizers import grid
from dlfaq.sim.training import train


class Model(Transformer):
    """A small GPT with normal weights of the given size; 0 keeps what PyTorch draws."""

    def __init__(
        self, tokens: int, hidden: int, blocks: int, norm: str, std: float, embedding: float,
        *, tied: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(tokens, length=8, width=hidden, blocks=blocks, norm=norm)
        self.tied = tied
        if tied:
            self.answer = nn.Identity()
        nn.init.normal_(self.embed.weight, std=embedding)
        for module in self.modules() if std else ():
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=std)
                nn.init.zeros_(module.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Token numbers (N, T) to logits (N, T, k)."""
        h = super().forward(x)
        return h @ self.embed.weight.mT if self.tied else h


def transformer_init(
    replicates: Replicates,
    std: float = 0.0,
    embedding: float = 1.0,
    tied: bool = False,
    blocks: int = 2,
    hidden: int = 16,
    tokens: int = 32,
    norm: Literal["layer", "rms", "none"] = "layer",
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "adamw",
    lr: float = 0.01,
    tune: bool = False,
    steps: int = 100,
    batch: int = 8,
) -> dict[str, Tensor]:
    """Train a transformer with paths around its blocks on sentences of a random Markov chain.

    Setting: a {blocks}-block transformer of width {hidden} over {tokens} tokens, norm {norm};
    matrices {std}, embedding {embedding} (0: PyTorch's), tied: {tied}; {optimizer} at {lr},
    {steps} steps.

    Args:
        replicates: One language, one model and one order of the batches each.
        std: Standard deviation of all matrices at the start, with biases 0: GPT-2's is 0.02,
            `torch.randn` gives 1. 0 keeps what `nn.Linear` draws: variance 1 / (3 inputs).
        embedding: That of the token embedding; 1 is PyTorch's. Positions start at 0.02.
        tied: Whether the output layer is the embedding's matrix, or one of its own.
        blocks: Blocks L of attention and of two layers.
        hidden: Numbers d a token.
        tokens: Vocabulary k.
        norm: Normalization before attention, before the two layers and before the output.
        optimizer: PyTorch's, with its default settings but for the rate; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Take for each replicate the rate that is best on validation sentences, of the four
            largest of a grid, for AdamW 0.0027 to 0.0729.
        steps: Training steps.
        batch: Sentences of 8 tokens in a batch.

    Metrics:
        first: loss on 64 training sentences before training, in nats a token; at most 1000.
        loss: on test sentences after training, in nats a token, minus the entropy of the language,
            the least that is possible; at most 20.
        rate: the learning rate.
        inside: 1 if the rate was tuned and is not at an end of the grid, else 0, in [0, 1].
    """
    data, entropy = language(replicates, tokens, length=8)
    shape = (tokens, hidden, blocks, norm, std, embedding)
    net = replicates.stack("net", lambda: Model(*shape, tied=tied))
    with torch.no_grad():
        first = token_cross_entropy(net(data.x[:, :64]), data.y[:, :64])
    batches = replicates.batches("batches", len(data), batch, steps)  # (R, steps, B)
    run = train(
        net, data, batches, optimizer=optimizer, lr=lr, tune=tune, rates=grid(optimizer)[-4:],
        loss=token_cross_entropy,
    )  # fmt: skip
    x, y = data.open_test()
    with torch.no_grad():
        loss = token_cross_entropy(net(x), y)
    return {
        "first": capped(first, 1000.0),
        "loss": capped(loss - entropy, 20.0),
        "rate": run.rate,
        "inside": run.inside,
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
