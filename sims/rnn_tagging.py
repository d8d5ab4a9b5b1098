"""Label each token of a sequence where the label depends on a neighbour: one direction, two, or an answer that waits.

python sims/rnn_tagging.py --task future --bidirectional true --width 12

https://doi.org/10.1109/78.650093
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlfaq.sim import Replicates, accuracy, cross_entropy
from dlfaq.sim.sequences import GRU, Bidirectional


class Tagger(nn.Module):
    """A GRU over tokens, and a linear layer that answers at each of them."""

    def __init__(self, tokens: int, width: int, *, bidirectional: bool) -> None:
        super().__init__()
        self.tokens = tokens
        self.read = Bidirectional(lambda: GRU(tokens, width)) if bidirectional else GRU(tokens, width)
        self.answer = nn.Linear(2 * width if bidirectional else width, tokens)

    def forward(self, x: Tensor) -> Tensor:
        """(B, T) token numbers to logits (B, T, tokens)."""
        one_hot = (x[..., None] == torch.arange(self.tokens, device=x.device)).float()
        return self.answer(self.read(one_hot))


def rnn_tagging(
    replicates: Replicates,
    task: Literal["past", "future", "next"] = "future",
    bidirectional: bool = False,
    width: int = 24,
    wait: int = 0,
    tokens: int = 6,
    length: int = 8,
    steps: int = 150,
    batch: int = 16,
    lr: float = 0.02,
) -> dict[str, Tensor]:
    """Train on random tokens with Adam, test on 128 new sequences.

    Args:
        replicates: One network and one stream of sequences each.
        task: The label of token t is the sum of tokens t and t - 1 (past) or t and t + 1 (future), modulo `tokens`, or
            token t + 1 itself (next: a language model whose tokens are pure chance).
        bidirectional: Let a second GRU read from the end.
        width: Hidden units in each direction.
        wait: The label of token t is asked for so many tokens later.
        tokens: Different tokens V; 1 / V is chance.
        length: Labels T in a sequence; two tokens more are read, one at each end, so that all have neighbours.
        steps: Training steps.
        batch: Sequences B in a batch.
        lr: Adam's learning rate.

    Metrics:
        accuracy: share of labels right, on new sequences.
        parameters: trained numbers of one network.
    """
    net = replicates.stack("net", lambda: Tagger(tokens, width, bidirectional=bidirectional))
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)

    def answers(x: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (R, B * T, V) and labels (R, B * T) of token numbers (R, B, 1 + T + 1)."""
        before, here, after = x[..., :-2], x[..., 1:-1], x[..., 2:]
        labels = {"past": (here + before) % tokens, "future": (here + after) % tokens, "next": after}[task]
        padded = F.pad(x, (0, max(0, wait - 1)))  # nothing new to read, but time to answer
        logits = net(padded)[:, :, 1 + wait : 1 + wait + length]
        return logits.flatten(1, 2), labels.flatten(1)

    sequences = replicates.integers("sequences", tokens, steps, batch, length + 2)  # (R, steps, B, T + 2)
    for step in range(steps):
        loss = cross_entropy(*answers(sequences[:, step]))  # (R,)
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
    with torch.no_grad():
        right = accuracy(*answers(replicates.integers("tested", tokens, 128, length + 2)))  # (R,)
    numbers = sum(parameter[0].numel() for parameter in net.parameters())
    return {"accuracy": right, "parameters": torch.full_like(right, numbers)}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
