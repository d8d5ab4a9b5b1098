"""The first loss of a language model, with its output tied to its embedding and without.

python sims/first_loss/first_token_loss.py --init pytorch --tied true

https://github.com/karpathy/nanoGPT/blob/master/model.py
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates
from dlfaq.sim.losses import token_cross_entropy
from dlfaq.sim.nets import Transformer


class Model(Transformer):
    """A small GPT whose output layer may share its matrix with the embedding."""

    def __init__(
        self, tokens: int, width: int, init: str, *, tied: bool, last_norm: bool, shrunk: bool
    ) -> None:
        super().__init__(tokens, length=16, width=width, blocks=2)
        self.answer = nn.Identity() if tied else nn.Linear(width, tokens, bias=False)
        self.tied = tied
        if init == "gpt2":
            for module in self.modules():
                if isinstance(module, nn.Linear | nn.Embedding):
                    nn.init.normal_(module.weight, std=0.02)
                if isinstance(module, nn.Linear) and module.bias is not None:
                    nn.init.zeros_(module.bias)
            for block in self.blocks if shrunk else ():
                for last in (block.leave, block.feed[-1]):  # what is added to the path around
                    nn.init.normal_(last.weight, std=0.02 / (2 * len(self.blocks)) ** 0.5)
        if not last_norm:
            self.norm = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """Token numbers (N, T) to logits (N, T, V)."""
        h = super().forward(x)
        return h @ self.embed.weight.mT if self.tied else h


def first_token_loss(
    replicates: Replicates,
    init: Literal["gpt2", "pytorch"] = "gpt2",
    tied: bool = True,
    targets: Literal["next", "same"] = "next",
    last_norm: bool = True,
    shrunk: bool = True,
    tokens: int = 1000,
    width: int = 64,
) -> dict[str, Tensor]:
    """Show random tokens to an untrained language model.

    Setting: a two-block transformer of width {width} over {tokens} tokens, {init}
    initialization, tied: {tied}

    Args:
        replicates: One model and eight sequences of 16 tokens each, all tokens equally likely.
        init: Every matrix from N(0, 0.02^2) and biases 0 as in GPT-2, or what PyTorch draws:
            N(0, 1) in an embedding, uniform numbers of variance 1 / (3 inputs) in a linear layer.
        tied: Whether the output layer is the embedding's matrix.
        targets: The token after each token, or by mistake the token itself.
        last_norm: Whether layer normalization stands before the output layer.
        shrunk: With GPT-2's weights, divide the last matrix of attention and of the two layers of
            each of the L blocks by the root of 2 L, as GPT-2 does.
        tokens: Vocabulary V.
        width: Numbers d a token, even.

    Metrics:
        std: standard deviation s of the logits around their mean at each position.
        loss: mean cross-entropy, in nats.
        excess: the same minus ln V.
        half: s^2 / 2, in nats.
        own: mean logit of the token that is read.
    """
    net = replicates.stack(
        "net", lambda: Model(tokens, width, init, tied=tied, last_norm=last_norm, shrunk=shrunk)
    )
    text = replicates.integers("text", tokens, 8, 17)  # (R, 8, T + 1)
    x, y = text[..., :-1], text[..., 1:] if targets == "next" else text[..., :-1]
    with torch.no_grad():
        logits = net(x)  # (R, 8, T, V)
    std = (logits - logits.mean(-1, keepdim=True)).flatten(1).std(1)
    loss = token_cross_entropy(logits, y)
    return {
        "std": std,
        "loss": loss,
        "excess": loss - torch.tensor(float(tokens)).log(),
        "half": std.square() / 2,
        "own": logits.gather(-1, x[..., None]).mean((1, 2, 3)),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
