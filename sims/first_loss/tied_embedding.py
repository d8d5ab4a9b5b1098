"""Training a language model whose output is tied to an embedding that starts large or small.

python sims/first_loss/tied_embedding.py --std 0.02 --steps 400

https://github.com/karpathy/nanoGPT/blob/master/model.py
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates
from dlfaq.sim.language import language
from dlfaq.sim.losses import token_cross_entropy
from dlfaq.sim.nets import Transformer
from dlfaq.sim.optimizers import grid
from dlfaq.sim.training import train


class Model(Transformer):
    """A small GPT whose output layer may share its matrix with the embedding."""

    def __init__(self, tokens: int, hidden: int, std: float, norm: str, *, tied: bool) -> None:
        super().__init__(tokens, length=8, width=hidden, blocks=1, norm=norm)
        nn.init.normal_(self.embed.weight, std=std)
        self.answer = nn.Identity() if tied else nn.Linear(hidden, tokens, bias=False)
        self.tied = tied

    def forward(self, x: Tensor) -> Tensor:
        """Token numbers (N, T) to logits (N, T, V)."""
        h = super().forward(x)
        return h @ self.embed.weight.mT if self.tied else h


def tied_embedding(
    replicates: Replicates,
    std: float = 1.0,
    tied: bool = True,
    tokens: int = 64,
    hidden: int = 16,
    norm: Literal["layer", "rms"] = "layer",
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "adam",
    lr: float = 0.003,
    tune: bool = False,
    steps: int = 100,
    batch: int = 8,
) -> dict[str, Tensor]:
    """Train a language model of one block on sentences of a random Markov chain.

    Setting: a one-block transformer of width {hidden} over {tokens} tokens, tied: {tied},
    {optimizer} at {lr}, {steps} steps

    Args:
        replicates: One language, one model and one order of the batches each.
        std: Standard deviation of the embedding at the start; 1 is that of `nn.Embedding`.
        tied: Whether the output layer is the embedding's matrix, or one of its own as PyTorch
            draws it.
        tokens: Vocabulary V.
        hidden: Numbers d a token.
        norm: Normalization in the block and before the output.
        optimizer: PyTorch's, with its default settings but for the rate; momentum is 0.9.
        lr: Learning rate, where it is not tuned.
        tune: Take for each replicate the rate that is best on validation sentences, of the four
            largest of a grid, for Adam 0.0027 to 0.0729.
        steps: Training steps.
        batch: Sentences of a step.

    Metrics:
        first: loss on the training sentences before training, in nats a token.
        loss: on test sentences after training, in nats a token.
        above: the same minus the entropy of the language, the least that is possible.
    """
    data, entropy = language(replicates, tokens, length=8)
    net = replicates.stack("net", lambda: Model(tokens, hidden, std, norm, tied=tied))
    with torch.no_grad():
        first = token_cross_entropy(net(data.x[:, :64]), data.y[:, :64])
    batches = replicates.batches("batches", len(data), batch, steps)
    train(
        net, data, batches, optimizer=optimizer, lr=lr, tune=tune, rates=grid(optimizer)[-4:],
        loss=token_cross_entropy,
    )  # fmt: skip
    x, y = data.open_test()
    with torch.no_grad():
        loss = token_cross_entropy(net(x), y)
    return {"first": first, "loss": loss, "above": loss - entropy}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
