"""Label each token where the label depends on a neighbour: one direction, two, or waiting.

python sims/sequences/rnn_tagging.py --task future --bidirectional true --width 12

https://doi.org/10.1109/78.650093
"""

from functools import partial
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.losses import token_cross_entropy
from dlfaq.sim.sequences import GRU, Bidirectional
from dlfaq.sim.training import train
from dlfaq.sim.training_data import Data, in_order


class Tagger(nn.Module):
    """A GRU over tokens, and a linear layer that answers at each of them."""

    def __init__(self, tokens: int, width: int, wait: int, *, bidirectional: bool) -> None:
        super().__init__()
        self.tokens, self.wait = tokens, wait
        self.read = (
            Bidirectional(lambda: GRU(tokens, width)) if bidirectional else GRU(tokens, width)
        )
        self.answer = nn.Linear(2 * width if bidirectional else width, tokens)

    def forward(self, x: Tensor) -> Tensor:
        """Token numbers (B, 1 + T + 1) to logits (B, T, tokens)."""
        labels = x.shape[1] - 2
        x = F.pad(x, (0, max(0, self.wait - 1)))  # nothing new to read, but time to answer
        one_hot = (x[..., None] == torch.arange(self.tokens, device=x.device)).float()
        return self.answer(self.read(one_hot))[:, 1 + self.wait : 1 + self.wait + labels]


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
    optimizer: Literal["sgd", "momentum", "adam", "adamw", "rmsprop", "adagrad"] = "adam",
    lr: float = 0.02,
    tune: bool = False,
) -> dict[str, Tensor]:
    """Train on random tokens, test on 128 new sequences.

    Setting: a GRU of width {width} on {length} of {tokens} tokens, {task}; {optimizer} at {lr},
    batch {batch}, {steps} steps.

    Args:
        replicates: One network and one stream of sequences each.
        task: The label of token t is the sum of tokens t and t - 1 (past) or t and t + 1
            (future), modulo `tokens`, or token t + 1 itself (next: a language model whose
            tokens are pure chance).
        bidirectional: Let a second GRU read from the end.
        width: Hidden units in each direction.
        wait: The label of token t is asked for so many tokens later.
        tokens: Different tokens V; 1 / V is chance.
        length: Labels T in a sequence; two tokens more are read, one at each end, so that all
            have neighbours.
        steps: Training steps.
        batch: Sequences B in a batch.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate its best rate of a grid, by 128 more sequences.

    Metrics:
        accuracy: share of labels right, on new sequences, in [0, 1].
        parameters: trained numbers of one network.
    """

    def draw(name: str, count: int) -> tuple[Tensor, Tensor]:
        """Tokens (R, count, 1 + T + 1) and their labels (R, count, T)."""
        x = replicates.integers(name, tokens, count, length + 2)
        before, here, after = x[..., :-2], x[..., 1:-1], x[..., 2:]
        sums = {"past": (here + before) % tokens, "future": (here + after) % tokens, "next": after}
        return x, sums[task]

    valid = draw("valid", 128) if tune else None
    data = Data(draw("sequences", steps * batch), draw("tested", 128), valid, classes=tokens)
    make = partial(Tagger, tokens, width, wait, bidirectional=bidirectional)
    net = replicates.stack("net", make)
    how = {"optimizer": optimizer, "lr": lr, "tune": tune}
    train(net, data, in_order(data, batch), **how, loss=token_cross_entropy)
    x, labels = data.open_test()
    with torch.no_grad():
        right = accuracy(net(x).flatten(1, 2), labels.flatten(1))  # (R,)
    numbers = sum(parameter[0].numel() for parameter in net.parameters())
    return {"accuracy": right, "parameters": torch.full_like(right, numbers)}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
