"""Hidden layers that start with equal weights or at zero, and what makes their units differ.

python sims/initialization/equal_units.py --start equal --dropout 0.2
"""

from itertools import count, pairwise
from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy, cross_entropy
from dlfaq.sim.losses import capped
from dlfaq.sim.nets import ACTIVATIONS, NORMS
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load


class Units(nn.Module):
    """Hidden layers and a linear output; in training, masks may come with the inputs."""

    def __init__(self, sizes: list[int], classes: int, activation: str, norm: str) -> None:
        super().__init__()
        self.sizes = sizes
        self.hidden = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))
        self.norms = nn.ModuleList(NORMS[norm](size) for size in sizes[1:])
        self.bend = ACTIVATIONS[activation]()
        self.head = nn.Linear(sizes[-1], classes)

    def forward(self, x: Tensor) -> Tensor:
        """(N, d), or with the masks of inputs and units behind it, to logits (N, k)."""
        x, masks = x[..., : self.sizes[0]], x[..., self.sizes[0] :]
        masks = masks.split(self.sizes, -1) if self.training and masks.shape[-1] else ()
        x = x * masks[0] if masks else x
        for number, (layer, norm) in enumerate(zip(self.hidden, self.norms, strict=True), 1):
            x = self.bend(norm(layer(x)))
            x = x * masks[number] if masks else x
        return self.head(x)


def equal_units(
    replicates: Replicates,
    start: Literal["random", "equal", "zero", "last-zero"] = "equal",
    head: Literal["random", "zero"] = "random",
    biases: Literal["zero", "random"] = "zero",
    noise: float = 0.0,
    dropout: float = 0.0,
    place: Literal["hidden", "inputs"] = "hidden",
    layers: int = 2,
    hidden: int = 32,
    activation: Literal["relu", "tanh", "gelu"] = "relu",
    norm: Literal["none", "batch"] = "none",
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "adamw",
    lr: float = 0.005,
    tune: bool = False,
    steps: int = 60,
) -> dict[str, Tensor]:
    """Train a network on digits in shuffled batches of 32.

    Setting: {layers} hidden layers of {hidden} units, {activation}, norm: {norm}, on digits; hidden
        weights {start}, output weights {head}, biases {biases}, noise {noise}, dropout {dropout}
        ({place}); {optimizer} at {lr}, batch 32, {steps} steps

    Args:
        replicates: One network and one order of the images each.
        start: Weights of the hidden layers: what `nn.Linear` draws (`random`), all 0.1 (`equal`),
            all 0, or 0 in the last hidden layer and random in the others (`last-zero`).
        head: Weights of the output layer: what `nn.Linear` draws, or 0.
        biases: All biases 0, or what `nn.Linear` draws.
        noise: Each hidden weight is multiplied by 1 plus this times a normal number.
        dropout: Share that is dropped in training; the rest is divided by 1 - dropout.
        place: What is dropped: hidden units of all layers, or inputs.
        layers: Hidden layers.
        hidden: Units of each.
        activation: Behind each hidden layer.
        norm: Normalization before each activation.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate its best rate of a grid, by 200 validation images.
        steps: Training steps.

    Metrics:
        accuracy: on the test images, at the end, in [0, 1].
        loss: on the training images, at the end, in nats, at most 10.
        copies: share of a matrix's rows that repeat an earlier one, up to a thousandth of the
            longest row, after training, in the matrix with most of them, in [0, 1].
        moved: share of the weights in matrices that training changed, in [0, 1].
    """
    task = load(replicates, valid=200 if tune else 0)
    sizes = [task.features, *[hidden] * layers]

    def make() -> nn.Module:
        net = Units(sizes, task.classes, activation, norm)
        for number, layer in enumerate(net.hidden, 1):
            if start == "equal":
                nn.init.constant_(layer.weight, 0.1)
            layer.weight.data *= start != "zero" and (start != "last-zero" or number < layers)
            layer.weight.data *= 1 + noise * torch.randn(layer.weight.shape)
        net.head.weight.data *= head == "random"
        for layer in (*net.hidden, net.head):
            layer.bias.data *= biases == "random"
        return net

    net = replicates.stack("net", make)
    before = [weight.detach().clone() for _, weight in net.layers()]
    share = torch.zeros(sum(sizes), device=task.x.device)
    share[slice(sizes[0]) if place == "inputs" else slice(sizes[0], None)] = dropout
    number = count()

    def masked(x: Tensor) -> Tensor:
        drawn = replicates.uniform(f"kept {next(number)}", x.shape[1], len(share))
        return torch.cat([x, (drawn >= share) / (1 - share)], -1)

    batches = replicates.batches("batches", len(task), 32, steps)  # (R, steps, 32)
    how = {"optimizer": optimizer, "lr": lr, "tune": tune}
    train(net, task, batches, prepare=masked if dropout else None, **how)
    after = [weight.detach() for _, weight in net.layers()]
    changed = [(a != b).flatten(1) for a, b in zip(after, before, strict=True)]
    x, y = task.open_test()
    with torch.no_grad():
        return {
            "accuracy": accuracy(net(x), y),
            "loss": capped(cross_entropy(net(task.x), task.y), 10.0),
            "copies": torch.stack([_copies(weight) for weight in after]).amax(0),
            "moved": torch.cat(changed, 1).double().mean(1),
        }


def _copies(rows: Tensor) -> Tensor:
    """Share of the rows that equal an earlier row, (R, n, d) to (R,)."""
    limit = 1e-3 * rows.double().norm(dim=2).amax(1)[:, None, None]
    near = torch.cdist(rows.double(), rows.double()) <= limit
    return near.tril(-1).any(2).double().mean(1)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
