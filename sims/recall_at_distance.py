"""Read handwritten digits one after the other, then say which came so many images ago: recurrent nets and attention.

python sims/recall_at_distance.py --reader lstm --width 8 --distance 0

https://arxiv.org/abs/1409.0473
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy, cross_entropy, digits
from dlfaq.sim.sequences import LSTM, RNN, SelfAttention, sinusoids

EMBED = 16  # numbers an image is reduced to


class Reader(nn.Module):
    """Embed each image, read the sequence, answer from the last position."""

    def __init__(self, reader: str, width: int, length: int, forget: float, *, positions: bool) -> None:
        super().__init__()
        self.embed = nn.Linear(64, EMBED)
        self.answer = nn.Linear(EMBED if reader == "attention" else width, 10)
        self.register_buffer("places", sinusoids(length, EMBED) if positions else torch.zeros(length, EMBED))
        if reader == "attention":
            self.read = SelfAttention(EMBED)
        else:
            self.read = {"rnn": RNN, "lstm": LSTM}[reader](EMBED, width)
        if reader == "lstm":
            self.read.bias_ih.data[width : 2 * width] += forget  # the second quarter belongs to the forget gate

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
    lr: float = 0.005,
) -> dict[str, Tensor]:
    """Train on sequences of random training digits with Adam, test on 256 sequences of test digits.

    Args:
        replicates: One network and one stream of sequences each.
        reader: Plain tanh RNN, LSTM, or one head of self-attention.
        width: Hidden units of a recurrent reader; attention always has the embedding's 16.
        length: Images T in a sequence.
        distance: Images between the one asked for and the end: 0 asks for the last, T - 1 for the first.
        forget: Added to the LSTM's forget bias at the start. Large: the gate starts open and the cell is kept.
        positions: Add sinusoidal position codes to the embeddings.
        steps: Training steps.
        batch: Sequences B in a batch.
        lr: Adam's learning rate.

    Metrics:
        accuracy: share of test sequences answered rightly; 0.1 is chance.
        parameters: trained numbers of one network.
    """
    data = digits(centred=True)
    scale = data.x.std()
    x, x_test = (part.to(replicates.device) / scale for part in (data.x, data.x_test))  # (1200, 64), (597, 64)
    y, y_test = data.y.to(replicates.device), data.y_test.to(replicates.device)
    net = replicates.stack("net", lambda: Reader(reader, width, length, forget, positions=positions))
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    shown = replicates.integers("shown", len(x), steps, batch, length)  # (R, steps, B, T): which images
    asked = length - 1 - distance  # the position of the image to recall
    for step in range(steps):
        images = shown[:, step]  # (R, B, T)
        loss = cross_entropy(net(x[images]), y[images[..., asked]])  # (R,)
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()

    images = replicates.integers("tested", len(x_test), 256, length)  # (R, 256, T)
    with torch.no_grad():
        right = accuracy(net(x_test[images]), y_test[images[..., asked]])  # (R,)
    numbers = sum(parameter[0].numel() for parameter in net.parameters())
    return {"accuracy": right, "parameters": torch.full_like(right, numbers)}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
