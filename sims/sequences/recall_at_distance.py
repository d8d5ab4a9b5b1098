"""Read digits one after the other, then say which came so many images ago.

python sims/sequences/recall_at_distance.py --reader lstm --width 8 --distance 0

https://arxiv.org/abs/1409.0473
"""

from functools import partial
from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.digit_sequences import digit_sequences
from dlfaq.sim.sequences import LSTM, RNN, SelfAttention, sinusoids
from dlfaq.sim.training import train
from dlfaq.sim.training_data import in_order

EMBED = 16  # numbers an image is reduced to


class Reader(nn.Module):
    """Embed each image, read the sequence, answer from the last position."""

    def __init__(
        self, reader: str, width: int, length: int, forget: float, *, positions: bool
    ) -> None:
        super().__init__()
        self.embed = nn.Linear(64, EMBED)
        self.answer = nn.Linear(EMBED if reader == "attention" else width, 10)
        self.register_buffer(
            "places", sinusoids(length, EMBED) if positions else torch.zeros(length, EMBED)
        )
        if reader == "attention":
            self.read = SelfAttention(EMBED)
        else:
            self.read = {"rnn": RNN, "lstm": LSTM}[reader](EMBED, width)
        if reader == "lstm":
            # the second quarter belongs to the forget gate
            self.read.bias_ih.data[width : 2 * width] += forget

    def forward(self, images: Tensor) -> Tensor:
        """(B, T, 64) to logits (B, 10)."""
        return self.answer(self.read(self.embed(images) + self.places)[:, -1])


def recall_at_distance(
    replicates: Replicates,
    reader: Literal["rnn", "lstm", "attention"] = "rnn",
    width: int = 20,
    length: int = 12,
    distance: int = 11,
    forget: float = 0.0,
    positions: bool = False,
    steps: int = 200,
    batch: int = 16,
    optimizer: Literal["sgd", "momentum", "adam", "adamw", "rmsprop", "adagrad"] = "adam",
    lr: float = 0.005,
    tune: bool = False,
    clip: float = 0.0,
) -> dict[str, Tensor]:
    """Train on sequences of random training digits, test on 256 sequences of test digits.

    Setting: {reader} of width {width} on {length} digits, asked for the one {distance} before
    the last; {optimizer} at {lr}, batch {batch}, {steps} steps.

    Args:
        replicates: One network and one stream of sequences each.
        reader: Plain tanh RNN, LSTM, or one head of self-attention.
        width: Hidden units of a recurrent reader; attention always has the embedding's 16.
        length: Images T in a sequence.
        distance: Images between the one asked for and the end: 0 asks for the last, T - 1 for
            the first.
        forget: Added to the LSTM's forget bias at the start. Large: the gate starts open and
            the cell is kept.
        positions: Add sinusoidal position codes to the embeddings.
        steps: Training steps.
        batch: Sequences B in a batch.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate its best rate of a grid, by 200 images kept for validation.
        clip: Largest norm of a gradient; 0 for no clipping.

    Metrics:
        accuracy: share of test sequences answered rightly; 0.1 is chance, in [0, 1].
        parameters: trained numbers of one network.
    """
    asked = length - 1 - distance
    pixels, task = digit_sequences(replicates, length, asked, steps * batch, valid=tune)
    make = partial(Reader, reader, width, length, forget, positions=positions)
    net = replicates.stack("net", make)
    how = {"optimizer": optimizer, "lr": lr, "tune": tune, "clip": clip}
    train(net, task, in_order(task, batch), **how, prepare=lambda shown: pixels[shown])
    shown, answers = task.open_test()
    with torch.no_grad():
        right = accuracy(net(pixels[shown]), answers)  # (R,)
    numbers = sum(parameter[0].numel() for parameter in net.parameters())
    return {"accuracy": right, "parameters": torch.full_like(right, numbers)}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
