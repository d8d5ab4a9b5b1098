"""Read digits one after the other, then name the first; test with more digits than in training.

python sims/sequences/first_of_sequence.py --reader gru --hidden 19 --forget 3 --beyond 8

https://arxiv.org/abs/2108.12409
"""

from functools import partial
from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.digit_sequences import digit_sequences
from dlfaq.sim.sequences import GRU, LSTM, SelfAttention, sinusoids
from dlfaq.sim.training import train
from dlfaq.sim.training_data import in_order

EMBED = 16  # numbers an image is reduced to


class FirstReader(nn.Module):
    """Embed each image, read the sequence, answer from the last position."""

    def __init__(self, reader: str, width: int, longest: int, forget: float) -> None:
        super().__init__()
        attends = reader == "attention"
        self.embed = nn.Linear(64, EMBED)
        self.answer = nn.Linear(EMBED if attends else width, 10)
        codes = sinusoids(longest, EMBED)
        self.register_buffer("places", codes if attends else torch.zeros_like(codes))
        if attends:
            self.read = SelfAttention(EMBED)
        else:
            self.read = {"gru": GRU, "lstm": LSTM}[reader](EMBED, width)
            # the second gate: the GRU's update gate, the LSTM's forget gate
            self.read.bias_ih.data[width : 2 * width] += forget

    def forward(self, images: Tensor) -> Tensor:
        """(B, T, 64) to logits (B, 10)."""
        placed = self.embed(images) + self.places[: images.shape[1]]
        return self.answer(self.read(placed)[:, -1])


def first_of_sequence(
    replicates: Replicates,
    reader: Literal["gru", "lstm", "attention"] = "gru",
    hidden: int = 19,
    length: int = 8,
    beyond: int = 0,
    forget: float = 0.0,
    steps: int = 100,
    batch: int = 16,
    optimizer: Literal["sgd", "momentum", "adam", "adamw", "rmsprop", "adagrad"] = "adam",
    lr: float = 0.01,
    tune: bool = False,
) -> dict[str, Tensor]:
    """Train on sequences of random training digits, test on 256 sequences of test digits.

    Setting: {reader} of {hidden} units, trained to name the first of {length} digits, tested with
    up to {beyond} more; {optimizer} at {lr}, batch {batch}, {steps} steps.

    Args:
        replicates: One network and one stream of sequences each.
        reader: GRU, LSTM, or one head of self-attention with sinusoidal position codes.
        hidden: Hidden units of a recurrent reader; attention always has the embedding's 16.
        length: Images T in a training sequence.
        beyond: Images by which the longest test sequence is longer; they follow the others.
        forget: Added at the start to the bias of the GRU's update gate or the LSTM's forget gate.
            Large: the gate starts open and the state is kept.
        steps: Training steps.
        batch: Sequences B in a batch.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate its best rate of a grid, by 200 images kept for validation.

    Metrics:
        accuracy: share of test sequences of the training length answered rightly; 0.1 is chance,
            in [0, 1].
        far[more]: the same with so many more images behind them, 0 … `beyond`, in [0, 1].
        parameters: trained numbers of one network.
    """
    pixels, task = digit_sequences(replicates, length, 0, steps * batch, valid=tune)
    net = replicates.stack("net", partial(FirstReader, reader, hidden, length + beyond, forget))
    how = {"optimizer": optimizer, "lr": lr, "tune": tune}
    train(net, task, in_order(task, batch), **how, prepare=lambda shown: pixels[shown])
    shown, answers = task.open_test()
    behind = 1200 + replicates.integers("behind", 597, 256, beyond)  # (R, 256, beyond)
    with torch.no_grad():
        far = [
            accuracy(net(pixels[torch.cat([shown, behind[..., :more]], -1)]), answers)
            for more in range(beyond + 1)
        ]  # (R,) each
    numbers = sum(parameter[0].numel() for parameter in net.parameters())
    return {
        "accuracy": far[0],
        "far": torch.stack(far, 1),
        "more": torch.arange(beyond + 1, device=far[0].device),
        "parameters": torch.full_like(far[0], numbers),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
