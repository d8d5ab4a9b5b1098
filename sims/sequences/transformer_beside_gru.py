"""Read digits one after the other, then name the first or the last: a transformer block or a GRU.

python sims/sequences/transformer_beside_gru.py --reader gru --forget 3 --lr 0.01

https://arxiv.org/abs/1706.03762
"""

from functools import partial
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.digit_sequences import digit_sequences
from dlfaq.sim.sequences import GRU
from dlfaq.sim.training import train
from dlfaq.sim.training_data import in_order

WIDTH, EMBED = 64, 16  # numbers that the block and the GRU read at a step
RATES = (0.001, 0.003, 0.01, 0.03)  # tried if the rate is tuned


class Block(nn.Module):
    """Embed each image, add a learned code, read by one block, answer from the last position."""

    def __init__(self, longest: int, *, codes: bool) -> None:
        super().__init__()
        self.embed = nn.Linear(64, WIDTH)
        place = torch.randn(longest, WIDTH)
        if codes:
            self.place = nn.Parameter(place)
        else:
            self.register_buffer("place", torch.zeros_like(place))
        self.block = nn.TransformerEncoderLayer(
            WIDTH, 4, 4 * WIDTH, dropout=0.0, batch_first=True, norm_first=True
        )
        self.norm = nn.LayerNorm(WIDTH)
        self.answer = nn.Linear(WIDTH, 10)

    def train(self, mode: bool = True) -> "Block":
        """Always in training mode: PyTorch's fast path for evaluation cannot be stacked."""
        del mode  # without dropout it makes no other difference
        return super().train(True)

    def forward(self, images: Tensor) -> Tensor:
        """(B, T, 64) to logits (B, 10)."""
        h = F.layer_norm(self.embed(images), [WIDTH]) + self.place[: images.shape[1]]
        with sdpa_kernel(SDPBackend.MATH):  # the fused kernel cannot be stacked either
            return self.answer(self.norm(self.block(h)))[:, -1]


class Recurrent(nn.Module):
    """Embed each image, read by a GRU, answer from its last state."""

    def __init__(self, hidden: int, forget: float) -> None:
        super().__init__()
        self.embed, self.read = nn.Linear(64, EMBED), GRU(EMBED, hidden)
        self.read.bias_ih.data[hidden : 2 * hidden] += forget  # the update gate
        self.answer = nn.Linear(hidden, 10)

    def forward(self, images: Tensor) -> Tensor:
        """(B, T, 64) to logits (B, 10)."""
        return self.answer(self.read(self.embed(images))[:, -1])


def transformer_beside_gru(
    replicates: Replicates,
    reader: Literal["block", "gru"] = "block",
    hidden: int = 19,
    forget: float = 0.0,
    codes: bool = True,
    length: int = 8,
    asked: Literal["first", "last"] = "first",
    steps: int = 100,
    batch: int = 16,
    optimizer: Literal["sgd", "momentum", "adam", "adamw", "rmsprop", "adagrad"] = "adam",
    lr: float = 0.001,
    tune: bool = False,
) -> dict[str, Tensor]:
    """Train on sequences of random training digits, test on 256 sequences of test digits.

    Setting: {reader} (a GRU of {hidden} units) on {length} digits, asked for the {asked} one;
    {optimizer} at {lr}, batch {batch}, {steps} steps

    Args:
        replicates: One network and one stream of sequences each.
        reader: One transformer block of width 64 with four heads, or a GRU.
        hidden: Units of the GRU.
        forget: Added at the start to the bias of the GRU's update gate. Large: the gate starts
            open and the state is kept.
        codes: Add learned position codes to what the block reads.
        length: Images T in a sequence.
        asked: Which of them is the answer.
        steps: Training steps.
        batch: Sequences B in a batch.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate its best rate of four, by 200 images kept for validation.

    Metrics:
        accuracy: share of test sequences answered rightly; 0.1 is chance, in [0, 1].
        parameters: trained numbers of one network.
    """
    place = 0 if asked == "first" else length - 1
    pixels, task = digit_sequences(replicates, length, place, steps * batch, valid=tune)
    block, gru = partial(Block, length, codes=codes), partial(Recurrent, hidden, forget)
    net = replicates.stack("net", block if reader == "block" else gru)
    how = {"optimizer": optimizer, "lr": lr, "tune": tune, "rates": RATES}
    train(net, task, in_order(task, batch), **how, prepare=lambda shown: pixels[shown])
    shown, answers = task.open_test()
    with torch.no_grad():
        right = accuracy(net(pixels[shown]), answers)  # (R,)
    numbers = sum(parameter[0].numel() for parameter in net.parameters())
    return {"accuracy": right, "parameters": torch.full_like(right, numbers)}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
