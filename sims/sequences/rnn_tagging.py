"""Read the sentences of a random language in one direction or two, and answer at each token.

python sims/sequences/rnn_tagging.py --bidirectional true --hidden 15

https://doi.org/10.1109/78.650093
"""

from functools import partial
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.language import language
from dlfaq.sim.losses import capped, token_cross_entropy
from dlfaq.sim.sequences import GRU, Bidirectional
from dlfaq.sim.training import train
from dlfaq.sim.training_data import Data, in_order


class Tagger(nn.Module):
    """A GRU over tokens, and a linear layer that answers."""

    def __init__(
        self, tokens: int, hidden: int, task: str, wait: int, *, bidirectional: bool
    ) -> None:
        super().__init__()
        self.tokens, self.task, self.wait, self.hidden = tokens, task, wait, hidden
        one = partial(GRU, tokens, hidden)
        self.read = Bidirectional(one) if bidirectional else one()
        self.answer = nn.Linear(2 * hidden if bidirectional else hidden, tokens)

    def forward(self, x: Tensor) -> Tensor:
        """Token numbers (B, T) to logits (B, labels, tokens)."""
        one_hot = (x[..., None] == torch.arange(self.tokens, device=x.device)).float()
        states = self.read(F.pad(one_hot, (0, 0, 0, self.wait)))  # (B, T + wait, width)
        if self.task == "window":  # the last state of each direction
            forth, back = states[..., : self.hidden], states[..., self.hidden :]
            return self.answer(torch.cat([forth[:, -1:], back[:, :1]], -1))
        labels = x.shape[1] - (self.task == "next")  # nothing follows the last token
        return self.answer(states[:, self.wait : self.wait + labels])


def rnn_tagging(
    replicates: Replicates,
    task: Literal["tags", "next", "window"] = "tags",
    bidirectional: bool = False,
    hidden: int = 24,
    wait: int = 0,
    noise: float = 0.4,
    tokens: int = 6,
    length: int = 6,
    sharpness: float = 3.0,
    steps: int = 80,
    batch: int = 16,
    optimizer: Literal["sgd", "momentum", "adam", "adamw", "rmsprop", "adagrad"] = "adam",
    lr: float = 0.03,
    tune: bool = False,
) -> dict[str, Tensor]:
    """Train on sentences of a random Markov chain, each read once; test on 256 new ones.

    Setting: a GRU of {hidden} units in each direction, sentences of {length} tokens of
    {tokens} kinds, task {task}; {optimizer} at {lr}, batch {batch}, {steps} steps.

    Args:
        replicates: One network and one language each.
        task: What is asked. `tags`: at each token, which token it was before noise replaced some of
            them. `next`: at each token, the one after it, which is among the inputs. `window`: once
            a sentence, the token after its end, which is not among the inputs.
        bidirectional: Let a second GRU read from the end.
        hidden: Units in each direction.
        wait: Tokens that are read before the answer to token t; blanks follow the last.
        noise: Share of the tokens that are replaced by a random one, for `tags`.
        tokens: Different tokens k.
        length: Tokens T in a sentence.
        sharpness: How well a token tells the next one; 0: not at all.
        steps: Training steps.
        batch: Sentences B in a batch.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate its best rate of a grid, by 128 more sentences.

    Metrics:
        accuracy: share of the answers that are right, on new sentences, in [0, 1].
        loss: their cross-entropy, in nats; at most 10.
        right[position]: accuracy at each token, in [0, 1]; the same number everywhere if the
            task is `window`.
        moved: largest change of the logits at the first token when the last one is changed, at
            least 0.
        parameters: trained numbers of one network.
    """
    text, _ = language(replicates, tokens, length, steps * batch, 128 if tune else 0, sharpness)

    def given(name: str, rows: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """Inputs (R, n, T or T + 1) and labels (R, n, T or 1), of the tokens and those after."""
        now, after = rows
        if task == "next":
            return torch.cat([now, after[..., -1:]], -1), after
        if task == "window":
            return now, after[..., -1:]
        replaced = replicates.uniform(f"{name} noise", *now.shape[1:]) < noise
        return torch.where(replaced, replicates.integers(name, tokens, *now.shape[1:]), now), now

    parts = [
        given(name, rows)
        for name, rows in {
            "train": (text.x, text.y),
            "test": text.open_test(),
            "valid": (text.x_valid, text.y_valid),
        }.items()
    ]
    data = Data(*parts, classes=tokens)
    make = partial(Tagger, tokens, hidden, task, wait, bidirectional=bidirectional)
    net = replicates.stack("net", make)
    how = {"optimizer": optimizer, "lr": lr, "tune": tune}
    train(net, data, in_order(data, batch), **how, loss=token_cross_entropy)
    x, labels = data.open_test()
    changed = x.clone()
    changed[..., -1] = (x[..., -1] + 1) % tokens
    with torch.no_grad():
        logits = net(x)
        moved = (net(changed) - logits)[:, :, 0].abs().amax((1, 2))  # (R,)
    right = (logits.argmax(-1) == labels).double().mean(1)  # (R, T or 1)
    numbers = sum(parameter[0].numel() for parameter in net.parameters())
    return {
        "accuracy": right.mean(1),
        "loss": capped(token_cross_entropy(logits, labels), 10.0),
        "right": right.expand(-1, length),
        "position": torch.arange(1, length + 1, device=right.device),
        "moved": moved,
        "parameters": torch.full_like(moved, numbers),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
