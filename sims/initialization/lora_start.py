"""LoRA, a low-rank change B A of frozen weights: which of A and B may start at zero, or equal?

python sims/initialization/lora_start.py --start both-zero

https://arxiv.org/abs/2106.09685
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.copies import load_state, saved_state
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load


class Adapted(nn.Module):
    """A linear layer with frozen weights W and a trained change: (W + B A) x + b."""

    def __init__(self, inputs: int, outputs: int, rank: int, start: str) -> None:
        super().__init__()
        self.register_buffer("weight", torch.zeros(outputs, inputs))
        self.register_buffer("bias", torch.zeros(outputs))
        self.a = nn.Parameter(torch.randn(rank, inputs) / inputs**0.5)
        self.b = nn.Parameter(torch.zeros(outputs, rank))
        if start == "a-zero":
            nn.init.normal_(self.b, std=rank**-0.5)
        if start in ("a-zero", "both-zero"):
            nn.init.zeros_(self.a)
        if start == "a-copies":
            self.a.data.copy_(self.a.data[:1].expand(rank, inputs).clone())

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs) to (N, outputs)."""
        return F.linear(x, self.weight, self.bias) + x @ self.a.T @ self.b.T


def lora_start(
    replicates: Replicates,
    start: Literal["b-zero", "a-zero", "both-zero", "a-copies"] = "b-zero",
    rank: int = 4,
    hidden: int = 32,
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "adamw",
    lr: float = 0.01,
    tune: bool = False,
    steps: int = 60,
) -> dict[str, Tensor]:
    """Train a network on digits, freeze it, and let a change of rank r learn the digits turned.

    Setting: a {hidden}-unit ReLU network trained on digits, LoRA of rank {rank} in both layers for
        digits turned by 90 degrees, started {start}; {optimizer} at {lr}, batch 32, {steps} steps

    Args:
        replicates: One network and one order of the images each.
        start: Zero is B alone, A alone, or both; what is not zero is random, and in `a-copies`,
            with B zero, the rows of A repeat the first one.
        rank: Rank r of the change, rows of A.
        hidden: Hidden units.
        optimizer: Of LoRA, PyTorch's with its default settings; the network itself was trained for
            60 steps of AdamW at 0.01.
        lr: Learning rate of LoRA; not used if it is tuned.
        tune: Give each replicate its best rate of a grid, by 200 images kept for validation.
        steps: Training steps of LoRA.

    Metrics:
        accuracy: on the turned test images, at the end, in [0, 1].
        moved: share of the entries of A and B that training changed, in [0, 1].
    """
    task = load(replicates, valid=200 if tune else 0)
    turned = task.mapped(lambda x: x.unflatten(-1, (8, 8)).rot90(1, (-2, -1)).flatten(-2))
    base = replicates.stack(
        "base", lambda: nn.Sequential(nn.Linear(64, hidden), nn.ReLU(), nn.Linear(hidden, 10))
    )
    first = replicates.batches("first batches", len(task), 32, 60)  # (R, 60, 32)
    train(base, task, first, optimizer="adamw", lr=0.01)
    net = replicates.stack(
        "net",
        lambda: nn.Sequential(
            Adapted(64, hidden, rank, start), nn.ReLU(), Adapted(hidden, 10, rank, start)
        ),
    )
    load_state(net, saved_state(net) | saved_state(base))
    before = [weight.detach().clone() for weight in net.parameters()]
    batches = replicates.batches("batches", len(turned), 32, steps)  # (R, steps, 32)
    train(net, turned, batches, optimizer=optimizer, lr=lr, tune=tune)
    pairs = zip(net.parameters(), before, strict=True)
    changed = [(now != then).flatten(1) for now, then in pairs]
    x, y = turned.open_test()
    with torch.no_grad():
        return {
            "accuracy": accuracy(net(x), y),
            "moved": torch.cat(changed, 1).double().mean(1),
        }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
